import { Result } from 'antd'
import { Link } from 'react-router'
import { asProblem } from '../api/problem'
import { useT } from './i18n/language'
import { usePlace } from './place'

/** A kind or report that is not there, or not for this person, has no name to be told by. */
export const isAbsent = (error: unknown): boolean => asProblem(error).status === 404

export function NotFound() {
  const t = useT()
  usePlace([{ label: t('problem.notFound') }])
  return (
    <Result
      status="info"
      title={t('problem.notFound')}
      subTitle={t('problem.notFoundHint')}
      extra={<Link to="/">{t('common.home')}</Link>}
    />
  )
}

import { Alert, Button, Result } from 'antd'
import type { ReactNode } from 'react'
import { asProblem, type ApiProblem } from '../api/problem'
import type { ProblemError } from '../api/types'
import { type Translate, useT } from '../app/i18n/language'

export function problemTitle(problem: ApiProblem, t: Translate): string {
  if (problem.code === 'network.unreachable') return t('problem.network')
  // One error is its own headline; only several need one above them.
  if (problem.errors.length <= 1 && problem.detail) return problem.detail
  if (problem.title) return problem.title
  if (problem.status === 404) return t('problem.notFound')
  if (problem.status === 403) return t('problem.forbidden')
  return t('problem.unexpected', { status: problem.status })
}

/** Documents that stand in the way, each one click away. */
export function ProblemDocuments({ error }: { error: ProblemError }) {
  if (!error.documents || error.documents.length === 0) return null
  return (
    <span className="problem-documents">
      {error.documents.map((document) => (
        <a
          key={`${document.key}-${document.id}`}
          href={`/open/${document.key}/${document.id}`}
          target="_blank"
          rel="noopener"
        >
          {document.number || document.title}
        </a>
      ))}
    </span>
  )
}

export function ProblemErrors({ errors }: { errors: ProblemError[] }) {
  return (
    <ul className="problem-errors">
      {errors.map((error, at) => (
        <li key={`${error.code}-${at}`}>
          {error.message}
          {error.hint && <span className="problem-hint"> {error.hint}</span>}
          <ProblemDocuments error={error} />
        </li>
      ))}
    </ul>
  )
}

/** What there is to say beyond the title; null when that is nothing. */
function useProblemBody(problem: ApiProblem): ReactNode {
  const t = useT()
  const title = problemTitle(problem, t)
  const isDetailNews =
    problem.detail !== '' &&
    problem.detail !== title &&
    !problem.errors.some((error) => error.message === problem.detail)
  // One error that only repeats the title adds its hint, not the sentence again.
  const errors = problem.errors
    .map((error) => (error.message === title ? { ...error, message: '' } : error))
    .filter((error) => error.message || error.hint || error.documents?.length)
  const isNetwork = problem.code === 'network.unreachable'
  const isTraced = problem.requestId !== null && problem.status >= 500
  if (!isDetailNews && errors.length === 0 && !isNetwork && !isTraced) return null
  return (
    <>
      {isDetailNews && <div>{problem.detail}</div>}
      {errors.length > 0 && <ProblemErrors errors={errors} />}
      {isNetwork && <div>{t('problem.networkHint')}</div>}
      {isTraced && <div className="secondary">{t('problem.request', { id: problem.requestId ?? '' })}</div>}
    </>
  )
}

export function ProblemAlert({
  error,
  onRetry,
  onClose,
}: {
  error: unknown
  onRetry?: () => void
  onClose?: () => void
}) {
  const t = useT()
  const problem = asProblem(error)
  const body = useProblemBody(problem)
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      className="problem"
      title={problemTitle(problem, t)}
      description={body}
      {...(onClose ? { closable: { onClose, 'aria-label': t('common.close') } } : {})}
      {...(onRetry
        ? {
            action: (
              <Button size="small" onClick={onRetry}>
                {t('common.retry')}
              </Button>
            ),
          }
        : {})}
    />
  )
}

interface ProblemPageProps {
  error: unknown
  onRetry?: () => void
  /** The page to go on from, before the home page. */
  back?: { to: string; label: string }
}

/** What is not there, or not for this person, is not there a moment later either: only what failed can be tried again. */
export function ProblemPage({ error, onRetry, back }: ProblemPageProps) {
  const t = useT()
  const problem = asProblem(error)
  const body = useProblemBody(problem)
  const status =
    problem.status === 404 ? '404' : problem.status === 403 ? '403' : problem.status >= 500 ? '500' : 'warning'
  return (
    <div className="page">
      <Result
        status={status === '500' ? 'error' : status === '404' || status === '403' ? 'info' : 'warning'}
        title={problemTitle(problem, t)}
        subTitle={body}
        extra={[
          ...(onRetry && status !== '404' && status !== '403'
            ? [
                <Button key="retry" type="primary" onClick={onRetry}>
                  {t('common.retry')}
                </Button>,
              ]
            : []),
          ...(back
            ? [
                <Button key="back" href={back.to}>
                  {back.label}
                </Button>,
              ]
            : []),
          <Button key="home" href="/">
            {t('common.home')}
          </Button>,
        ]}
      />
    </div>
  )
}

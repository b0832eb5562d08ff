import { Button, Result } from 'antd'
import { useT } from './i18n/language'

/** In place of a page whose program did not come, or failed: what to do, in the reader's language. */
export function Broken() {
  const t = useT()
  return (
    <div className="page" role="alert">
      <Result
        status="error"
        title={t('problem.broken')}
        subTitle={t('problem.brokenHint')}
        extra={[
          <Button key="retry" type="primary" onClick={() => window.location.reload()}>
            {t('common.retry')}
          </Button>,
          <Button key="home" href="/">
            {t('common.home')}
          </Button>,
        ]}
      />
    </div>
  )
}

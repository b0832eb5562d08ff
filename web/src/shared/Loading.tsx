import { Skeleton } from 'antd'
import { useEffect, useState } from 'react'
import { useT } from '../app/i18n/language'

/** A skeleton that shows only when waiting takes longer than a glance (400 ms). */
export function Loading({ rows = 6 }: { rows?: number }) {
  const t = useT()
  const [isSlow, setSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 400)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div className="loading" role="status" aria-label={t('common.loading')}>
      {isSlow && <Skeleton active title paragraph={{ rows }} />}
    </div>
  )
}

export function LoadingPage() {
  return (
    <main className="page">
      <Loading />
    </main>
  )
}

import { lazy, Suspense } from 'react'
import { Loading } from '../shared/Loading'
import type { ChartProps } from './Chart'

const Chart = lazy(() => import('./Chart'))

/** A chart whose library comes when the first one is drawn. */
export function LazyChart(props: ChartProps) {
  return (
    <Suspense fallback={<Loading rows={10} />}>
      <Chart {...props} />
    </Suspense>
  )
}

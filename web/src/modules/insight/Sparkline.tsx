import { formatNumber } from '../../shared/decimal'
import { sparkPoints, sparkZero } from './spark'
import type { TrendPoint } from './types'

const WIDTH = 140
const HEIGHT = 44
const EDGE = 3

/** A trend without axes: every point says its period and figure when pointed at. */
export function Sparkline({ points, label, isFlow }: { points: TrendPoint[]; label: string; isFlow: boolean }) {
  const values = points.map((point) => point.value)
  const spots = sparkPoints(values, WIDTH, HEIGHT, EDGE)
  const zero = sparkZero(values, HEIGHT, EDGE)
  const last = spots[spots.length - 1]
  if (!last) return null
  const step = spots[1] ? spots[1].x - (spots[0]?.x ?? 0) : WIDTH
  return (
    <svg className="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <line className="spark-zero" x1={0} x2={WIDTH} y1={zero} y2={zero} />
      {isFlow ? (
        spots.map((spot, at) => (
          <rect
            key={at}
            className={at === spots.length - 1 ? 'spark-bar spark-now' : 'spark-bar'}
            x={spot.x - Math.min(step, 12) * 0.35}
            width={Math.min(step, 12) * 0.7}
            y={Math.min(spot.y, zero)}
            height={Math.max(Math.abs(zero - spot.y), 0.5)}
          />
        ))
      ) : (
        <>
          <polyline className="spark-line" points={spots.map((spot) => `${spot.x},${spot.y}`).join(' ')} />
          <circle className="spark-now" cx={last.x} cy={last.y} r={2.5} />
        </>
      )}
      {spots.map((spot, at) => (
        <rect key={`hit-${at}`} className="spark-hit" x={spot.x - step / 2} width={step} y={0} height={HEIGHT}>
          <title>{`${points[at]?.period}  ${formatNumber(points[at]?.value ?? '', 'amount')}`}</title>
        </rect>
      ))}
    </svg>
  )
}

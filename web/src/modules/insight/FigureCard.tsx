import { Tooltip } from 'antd'
import { Link } from 'react-router'
import { useT } from '../../app/i18n/language'
import { drillPath } from '../../reports/params'
import { changeInPercent, formatNumber, isNegative } from '../../shared/decimal'
import { Sparkline } from './Sparkline'
import type { HomeFigure } from './types'

interface FigureCardProps {
  figure: HomeFigure
  currency: string
  decimals: number
  before: string
}

/** What a month earns, not what stands at its end: drawn as bars. */
const FLOWS = new Set(['revenue', 'margin'])

function Amount({ value, decimals }: { value: string; decimals: number }) {
  return (
    <span className={isNegative(value) ? 'number negative' : 'number'}>{formatNumber(value, 'amount', decimals)}</span>
  )
}

/** One number, how it stood a month ago, its trend and its parts; the whole card opens what it is made of. */
export function FigureCard({ figure, currency, decimals, before }: FigureCardProps) {
  const t = useT()
  const isFlow = FLOWS.has(figure.key)
  // A month that is not over yet is no percentage of a whole one.
  const change = figure.before === null || isFlow ? null : changeInPercent(figure.value, figure.before)
  const first = figure.trend[0]?.period ?? ''
  const last = figure.trend[figure.trend.length - 1]?.period ?? ''
  return (
    <article className="card figure" aria-labelledby={`figure-${figure.key}`} data-testid={`figure-${figure.key}`}>
      <div className="figure-head">
        <h2 id={`figure-${figure.key}`}>
          <Tooltip title={figure.help}>
            <span className="helped">{figure.label}</span>
          </Tooltip>
        </h2>
        <span className="secondary">{currency}</span>
      </div>
      <div className="figure-main">
        <div>
          <Link to={drillPath(figure.drill)} className="figure-value">
            <Amount value={figure.value} decimals={decimals} />
          </Link>
          {figure.rate !== null && <p className="figure-rate number">{figure.rate} %</p>}
        </div>
        <Sparkline
          points={figure.trend}
          isFlow={isFlow}
          label={t('home.trend', { label: figure.label, from: first, to: last })}
        />
      </div>
      {figure.before !== null && (
        <p className="figure-before secondary">
          {before} <Amount value={figure.before} decimals={decimals} />
          {figure.rate_before !== null && <span className="number"> · {figure.rate_before} %</span>}
          {change !== null && change !== '±0.0 %' && <span className="figure-change number">{change}</span>}
        </p>
      )}
      {figure.parts.length > 0 && (
        <dl className="figure-parts">
          {figure.parts.map((part) => (
            <div key={part.code}>
              <dt>{part.label}</dt>
              <dd>
                <Link to={drillPath(part.drill)}>
                  <Amount value={part.value} decimals={decimals} />
                </Link>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </article>
  )
}

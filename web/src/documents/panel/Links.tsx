import { useQuery } from '@tanstack/react-query'
import { Fragment } from 'react'
import { Link } from 'react-router'
import { request } from '../../api/client'
import type { Colour } from '../../api/types'
import type { Key } from '../../app/i18n/en'
import { useT } from '../../app/i18n/language'
import { Loading } from '../../shared/Loading'
import { ProblemAlert } from '../../shared/ProblemView'
import type { PanelProps } from '../DocumentPanel'
import { ColourTag } from '../StateTag'
import { panelKey } from './queries'

interface FlowStep {
  key: string
  label: string
  id: number
  number: string
  title: string
  on: string | null
  state: { label: string; colour: Colour } | null
  depth: number
}

function StepView({ step }: { step: FlowStep }) {
  const name = step.number || `#${step.id}`
  return (
    <li className={step.depth === 0 ? 'flow-step flow-here' : 'flow-step'} aria-current={step.depth === 0 || undefined}>
      <div className="flow-head">
        <span className="secondary">{step.label}</span>
        {step.state && <ColourTag label={step.state.label} colour={step.state.colour} />}
      </div>
      <div className="flow-head">
        {step.depth === 0 ? <strong>{name}</strong> : <Link to={`/open/${step.key}/${step.id}`}>{name}</Link>}
        <span className="secondary number">{step.on}</span>
      </div>
      {step.title && step.title !== step.number && <div className="secondary">{step.title}</div>}
    </li>
  )
}

const headingOf = (depth: number): Key => (depth < 0 ? 'panel.source' : depth > 0 ? 'panel.target' : 'panel.here')

/** 上查, 下查: the whole way of a document, from what it came from to what came of it, one step below the other. */
export function Links({ meta, id }: PanelProps) {
  const t = useT()
  const flow = useQuery({
    queryKey: [...panelKey(meta, id), 'flow'],
    queryFn: ({ signal }) => request<{ rows: FlowStep[] }>(`flow/${id}`, { signal }),
  })
  if (flow.isError) return <ProblemAlert error={flow.error} />
  if (!flow.data) return <Loading rows={3} />
  const { rows } = flow.data
  if (rows.length < 2) return <p className="secondary">{t('panel.noLinks')}</p>
  const depths = [...new Set(rows.map((row) => row.depth))]
  return (
    <ol className="flow">
      {depths.map((depth, at) => {
        const isNew = at === 0 || headingOf(depths[at - 1] ?? 0) !== headingOf(depth)
        return (
          <Fragment key={depth}>
            {isNew && depth !== 0 && (
              <li className="flow-heading">
                <h3>{t(headingOf(depth))}</h3>
              </li>
            )}
            {rows
              .filter((row) => row.depth === depth)
              .map((row) => (
                <StepView key={`${row.key}-${row.id}`} step={row} />
              ))}
            {at < depths.length - 1 && <li className="flow-arrow" aria-hidden="true" />}
          </Fragment>
        )
      })}
    </ol>
  )
}

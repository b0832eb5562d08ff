import { useState } from 'react'
import type { Change, DocumentMeta, Field, TimelineEntry } from '../../api/types'
import { useApplication } from '../../app/application'
import type { Key } from '../../app/i18n/en'
import { type Translate, useT } from '../../app/i18n/language'
import { formatInstant } from '../../shared/instants'
import { Loading } from '../../shared/Loading'
import { ProblemAlert } from '../../shared/ProblemView'
import type { PanelProps } from '../DocumentPanel'
import { useDisplay } from '../FieldValue'
import { StateTag } from '../StateTag'
import { isEmpty } from '../values'
import { useTimeline } from './queries'

/** "posted_on" of the header, "lines.2.debit" of a line. */
function changedField(meta: DocumentMeta, { field }: Change): Pick<Field, 'type' | 'choices' | 'scale'> {
  const [collection, , name = ''] = field.split('.')
  const lines = meta.lines.find((one) => one.name === collection)
  return (lines ? lines.fields[name] : meta.fields[field]) ?? { type: 'text' }
}

function ChangeLine({ meta, change }: { meta: DocumentMeta; change: Change }) {
  const t = useT()
  const display = useDisplay()
  const field = changedField(meta, change)
  const text = (value: unknown) => (isEmpty(value) ? t('panel.nothing') : display(value, field))
  return (
    <li>
      <span className="change-label">{change.label}</span>
      <span>
        {!isEmpty(change.old) && (
          <>
            <del>{text(change.old)}</del> →{' '}
          </>
        )}
        <ins>{text(change.new)}</ins>
      </span>
    </li>
  )
}

/** A creation changes everything at once: the first few tell, the rest is one click away. */
const SHOWN = 5

function ChangeList({ meta, changes: all }: { meta: DocumentMeta; changes: Change[] }) {
  const t = useT()
  const isLine = ({ field }: Change) => field.includes('.')
  const told = all.filter(({ old, new: now }) => !isEmpty(old) || !isEmpty(now))
  // As the form has them: what stands on top there tells most.
  const order = meta.sections.flatMap((section) => section.fields)
  const rank = ({ field }: Change) => (order.includes(field) ? order.indexOf(field) : order.length)
  const header = told.filter((one) => !isLine(one)).sort((left, right) => rank(left) - rank(right))
  const changes = [...header, ...told.filter(isLine)]
  const [isWhole, setWhole] = useState(changes.length <= SHOWN + 1)
  return (
    <>
      <ul className="changes">
        {(isWhole ? changes : changes.slice(0, SHOWN)).map((change, at) => (
          <ChangeLine key={`${change.field}-${at}`} meta={meta} change={change} />
        ))}
      </ul>
      {!isWhole && (
        <button type="button" className="link-button" onClick={() => setWhole(true)}>
          {t('panel.allChanges', { n: changes.length })}
        </button>
      )}
    </>
  )
}

const VIA: Record<string, Key> = {
  api: 'panel.viaApi',
  cli: 'panel.viaCommand',
  'first-run': 'panel.viaSetUp',
  job: 'panel.viaJob',
  load: 'panel.viaLoad',
  simulate: 'panel.viaSimulation',
}

/** The way it came in, where that is not the screen. */
function via(way: string | null | undefined, t: Translate): string | null {
  if (!way || way === 'web') return null
  return VIA[way] ? t(VIA[way]) : way
}

function EntryView({ meta, entry }: { meta: DocumentMeta; entry: TimelineEntry }) {
  const t = useT()
  const { company } = useApplication()
  return (
    <li className="timeline-entry">
      <div className="timeline-head">
        <strong>{entry.kind === 'comment' ? t('panel.commented') : entry.label}</strong>{' '}
        <time dateTime={entry.at}>{formatInstant(entry.at, company?.time_zone)}</time>
      </div>
      <div className="secondary">{[entry.actor?.name ?? t('panel.system'), via(entry.via, t)].filter(Boolean).join(' · ')}</div>
      {entry.from_state && entry.to_state && entry.from_state !== entry.to_state && (
        <div>
          <StateTag meta={meta} state={entry.from_state} /> → <StateTag meta={meta} state={entry.to_state} />
        </div>
      )}
      {entry.body && <p className="comment-body">{entry.body}</p>}
      {entry.changes && entry.changes.length > 0 && <ChangeList meta={meta} changes={entry.changes} />}
    </li>
  )
}

export function Timeline({ meta, id }: PanelProps) {
  const t = useT()
  const timeline = useTimeline(meta, id)
  if (timeline.isError) return <ProblemAlert error={timeline.error} onRetry={() => void timeline.refetch()} />
  if (!timeline.data) return <Loading rows={4} />
  if (timeline.data.entries.length === 0) return <p className="secondary">{t('panel.noEvents')}</p>
  return (
    <ol className="timeline">
      {timeline.data.entries.map((entry) => (
        <EntryView key={`${entry.kind}-${entry.id}`} meta={meta} entry={entry} />
      ))}
    </ol>
  )
}

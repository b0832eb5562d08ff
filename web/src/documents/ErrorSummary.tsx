import { Alert } from 'antd'
import type { DocumentMeta } from '../api/types'
import { type Translate, useT } from '../app/i18n/language'
import { ProblemDocuments } from '../shared/ProblemView'
import type { Place, PlacedError } from './errors'

function placeLabel(place: Place, meta: DocumentMeta, t: Translate): string {
  if (place.kind === 'record') return ''
  if (place.kind === 'field') return meta.fields[place.field]?.label ?? place.field
  const lines = meta.lines.find((one) => one.name === place.collection)
  const field = place.field ? (lines?.fields[place.field]?.label ?? place.field) : ''
  return t('document.errorLine', { label: lines?.label ?? place.collection, n: place.index + 1, field })
}

function jump(place: Place): void {
  if (place.kind === 'record') return
  const name =
    place.kind === 'field' ? place.field : `${place.collection}.${place.index}${place.field ? `.${place.field}` : ''}`
  const holder =
    document.querySelector(`[data-field="${CSS.escape(name)}"]`) ??
    (place.kind === 'cell' ? document.querySelector(`[data-field^="${CSS.escape(name)}."]`) : null)
  holder?.scrollIntoView({ block: 'center' })
  holder?.querySelector<HTMLElement>('input, textarea, select, [tabindex]')?.focus()
}

/** Every error once, on top, each one jump away from its place. */
export function ErrorSummary({ meta, errors }: { meta: DocumentMeta; errors: PlacedError[] }) {
  const t = useT()
  if (errors.length === 0) return null
  const list = (
    <ul className="problem-errors">
      {errors.map(({ error, place }, at) => {
        const label = placeLabel(place, meta, t)
        return (
          <li key={`${error.code}-${at}`}>
            {label !== '' && (
              <>
                <button type="button" className="link-button" onClick={() => jump(place)}>
                  {label}
                </button>
                :{' '}
              </>
            )}
            {error.message}
            {error.hint && <span className="problem-hint"> {error.hint}</span>}
            <ProblemDocuments error={error} />
          </li>
        )
      })}
    </ul>
  )
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      className="error-summary"
      title={t('document.errors', { n: errors.length })}
      description={list}
      data-testid="error-summary"
    />
  )
}

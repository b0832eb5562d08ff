import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useEffect, useRef, type ClipboardEvent, type KeyboardEvent } from 'react'
import type { Field, LinesMeta } from '../api/types'
import { useApplication } from '../app/application'
import { useT } from '../app/i18n/language'
import { todayIn } from '../shared/dates'
import { isBlock, parseBlock } from './clipboard'
import { cellKey } from './errors'
import { FieldValue } from './FieldValue'
import type { FormAction, Line } from './formState'
import { LineCell } from './LineCell'
import { isNumberType, shownValue, valueFromText } from './values'

interface LinesGridProps {
  meta: LinesMeta
  lines: Line[]
  isEditable: boolean
  /** Messages by cell key. */
  messages: Record<string, string>
  /** What the server computed for lines of the unsaved document. */
  computed: Record<string, Record<string, unknown>>
  dispatch: (action: FormAction) => void
}

interface Spot {
  row: number
  column: number
}

function spotOf(element: Element): Spot | null {
  const text = element.closest<HTMLElement>('[data-cell]')?.dataset['cell']
  const [row, column] = (text ?? '').split(':').map(Number)
  return text === undefined || row === undefined || column === undefined ? null : { row, column }
}

function focusSpot(table: HTMLTableElement | null, { row, column }: Spot): boolean {
  const cell = table?.querySelector<HTMLElement>(`[data-cell="${row}:${column}"] :is(input, select, textarea)`)
  cell?.focus()
  return cell !== null && cell !== undefined
}

/** At the edge of the text (or with all of it marked) the arrow leaves the cell. */
function isAtEdge(target: EventTarget, key: string): boolean {
  if (!(target instanceof HTMLInputElement) || target.type === 'checkbox') return true
  const { selectionStart, selectionEnd, value } = target
  if (selectionStart === 0 && selectionEnd === value.length) return true
  return key === 'ArrowLeft' ? selectionEnd === 0 : selectionStart === value.length
}

interface GridKeys {
  lines: Line[]
  columns: number
  collection: string
  dispatch: (action: FormAction) => void
  go: (spot: Spot) => boolean
  goLater: (spot: Spot) => void
}

/** Line commands; true when the key was one. */
function lineCommand(event: KeyboardEvent, spot: Spot, { lines, collection, dispatch, goLater }: GridKeys): boolean {
  const line = lines[spot.row]
  if (!line) return false
  if (event.ctrlKey && event.key === 'Enter') {
    dispatch({ type: 'addLine', collection, after: line.key })
    goLater({ row: spot.row + 1, column: 0 })
  } else if (event.ctrlKey && event.key === 'Delete') {
    dispatch({ type: 'removeLine', collection, key: line.key })
    goLater({ row: Math.max(0, Math.min(spot.row, lines.length - 2)), column: spot.column })
  } else if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
    const by = event.key === 'ArrowUp' ? -1 : 1
    dispatch({ type: 'moveLine', collection, key: line.key, by })
    goLater({ row: Math.max(0, Math.min(spot.row + by, lines.length - 1)), column: spot.column })
  } else return false
  return true
}

/** Where a key leads; null when it stays the input's own. */
function nextSpot(event: KeyboardEvent, { row, column }: Spot, columns: number): Spot | null {
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey
  if (!isPlain) return null
  if (event.key === 'Enter') {
    const at = row * columns + column + (event.shiftKey ? -1 : 1)
    return { row: Math.floor(at / columns), column: ((at % columns) + columns) % columns }
  }
  if (event.shiftKey) return null
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    return event.target instanceof HTMLSelectElement ? null : { row: row + (event.key === 'ArrowDown' ? 1 : -1), column }
  }
  if ((event.key === 'ArrowLeft' || event.key === 'ArrowRight') && isAtEdge(event.target, event.key)) {
    return { row, column: column + (event.key === 'ArrowRight' ? 1 : -1) }
  }
  return null
}

function gridKey(event: KeyboardEvent<HTMLTableElement>, keys: GridKeys): void {
  const spot = event.nativeEvent.isComposing ? null : spotOf(event.target as Element)
  if (!spot) return
  const isLast = spot.row === keys.lines.length - 1 && spot.column === keys.columns - 1
  const goesOn = !event.shiftKey && !event.ctrlKey && !event.altKey && (event.key === 'Enter' || event.key === 'Tab')
  if (lineCommand(event, spot, keys)) return event.preventDefault()
  if (isLast && goesOn && Object.keys(keys.lines[spot.row]?.edits ?? {}).length + (keys.lines[spot.row]?.id ?? 0) > 0) {
    event.preventDefault()
    keys.dispatch({ type: 'addLine', collection: keys.collection, after: null })
    return keys.goLater({ row: spot.row + 1, column: 0 })
  }
  const next = nextSpot(event, spot, keys.columns)
  if (next && keys.go(next)) event.preventDefault()
}

function useGrid({ meta, lines, dispatch }: LinesGridProps, editable: Field[]) {
  const table = useRef<HTMLTableElement>(null)
  const later = useRef<Spot | null>(null)
  const { company } = useApplication()
  useEffect(() => {
    if (later.current && focusSpot(table.current, later.current)) later.current = null
  })
  const go = (spot: Spot) => focusSpot(table.current, spot)
  const goLater = (spot: Spot) => { later.current = spot }
  const onKeyDown = (event: KeyboardEvent<HTMLTableElement>) => gridKey(event, { lines, columns: editable.length, collection: meta.name, dispatch, go, goLater })
  const onPaste = (event: ClipboardEvent<HTMLTableElement>) => {
    const text = event.clipboardData.getData('text/plain')
    const spot = spotOf(event.target as Element)
    const line = spot ? lines[spot.row] : undefined
    if (!spot || !line || !isBlock(text)) return
    event.preventDefault()
    const fields = editable.slice(spot.column)
    const today = todayIn(company?.time_zone)
    const block = parseBlock(text).map((cells) => cells.slice(0, fields.length).map((cell, at) => (fields[at] ? valueFromText(cell, fields[at], today) : null)))
    dispatch({ type: 'paste', collection: meta.name, key: line.key, fields: fields.map((field) => field.name), block })
    goLater(spot)
  }
  const add = () => {
    dispatch({ type: 'addLine', collection: meta.name, after: null })
    goLater({ row: lines.length, column: 0 })
  }
  return { table, onKeyDown, onPaste, add }
}

function lineMessages(meta: LinesMeta, line: Line, messages: Record<string, string>): string {
  const own = [null, ...meta.order].map((name) => messages[cellKey(meta.name, line.key, name)])
  return own.filter(Boolean).join(' ')
}

function GridRow({ props, fields, editable, line, at }: { props: LinesGridProps; fields: Field[]; editable: Field[]; line: Line; at: number }) {
  const t = useT()
  const { meta, isEditable, messages, computed, dispatch } = props
  const proposed = computed[line.key]
  const message = lineMessages(meta, line, messages)
  const row = { ...line.base, ...proposed, ...line.edits }
  return (
    <>
      <tr data-line={at} className={message ? 'line-invalid' : undefined}>
        <td className="line-number">{at + 1}</td>
        {fields.map((field) => {
          const value = shownValue(line.edits[field.name], proposed?.[field.name], line.base[field.name])
          const column = editable.indexOf(field)
          const error = messages[cellKey(meta.name, line.key, field.name)]
          return (
            <td key={field.name} data-field={`${meta.name}.${at}.${field.name}`} {...(column >= 0 ? { 'data-cell': `${at}:${column}` } : {})}
              className={`${column >= 0 ? 'cell-edit' : 'cell-read'} ${error ? 'cell-invalid' : ''} align-${isNumberType(field.type) ? 'right' : 'left'}`}>
              {column >= 0
                ? <LineCell field={field} value={value} isInvalid={error !== undefined} label={t('lines.cell', { label: field.label, n: at + 1 })}
                    onChange={(next) => dispatch({ type: 'setCell', collection: meta.name, key: line.key, field: field.name, value: next })} />
                : <FieldValue field={field} value={value} row={row} isLinked />}
            </td>
          )
        })}
        {isEditable && <td className="line-remove"><Button type="text" size="small" tabIndex={-1} icon={<DeleteOutlined />} aria-label={t('lines.remove', { n: at + 1 })} onClick={() => dispatch({ type: 'removeLine', collection: meta.name, key: line.key })} /></td>}
      </tr>
      {message && <tr className="line-message"><td /><td colSpan={fields.length + (isEditable ? 1 : 0)} role="alert">{message}</td></tr>}
    </>
  )
}

/** The lines of a document: a grid to be filled by keyboard alone, or by a block from a spreadsheet. */
export function LinesGrid(props: LinesGridProps) {
  const t = useT()
  const { meta, lines, isEditable } = props
  const fields = meta.order.flatMap((name) => meta.fields[name] ?? [])
  const editable = isEditable ? fields.filter((field) => !field.read_only) : []
  const { table, onKeyDown, onPaste, add } = useGrid(props, editable)
  return (
    <section className="lines" aria-labelledby={`lines-${meta.name}`} data-testid={`lines-${meta.name}`}>
      <h2 id={`lines-${meta.name}`}>{meta.label} <span className="count">{lines.length}</span></h2>
      {meta.help && <p className="secondary">{meta.help}</p>}
      {lines.length > 0 && (
        <div className="lines-scroll">
          <table ref={table} className="lines-grid" aria-label={meta.label} onKeyDown={onKeyDown} onPaste={onPaste}>
            <thead>
              <tr>
                <th scope="col" className="line-number" title={t('lines.number')}>#</th>
                {fields.map((field) => (
                  <th key={field.name} scope="col" title={field.help || undefined} className={`align-${isNumberType(field.type) ? 'right' : 'left'}`}>
                    {field.label}{field.required && isEditable && <span className="required" aria-hidden="true"> *</span>}
                  </th>
                ))}
                {isEditable && <th scope="col"><span className="hidden-text">{t('lines.actions')}</span></th>}
              </tr>
            </thead>
            <tbody>{lines.map((line, at) => <GridRow key={line.key} props={props} fields={fields} editable={editable} line={line} at={at} />)}</tbody>
          </table>
        </div>
      )}
      {lines.length === 0 && !isEditable && <p className="secondary">{t('lines.none')}</p>}
      {isEditable && <Button size="small" icon={<PlusOutlined />} onClick={add} data-testid={`add-${meta.name}`}>{t('lines.add')}</Button>}
    </section>
  )
}

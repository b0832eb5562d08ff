import { PlusOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useCallback, useEffect, useMemo, useRef, useState, type ClipboardEvent, type KeyboardEvent } from 'react'
import type { Field, LinesMeta } from '../api/types'
import { useApplication } from '../app/application'
import { useT } from '../app/i18n/language'
import { isZero } from '../shared/decimal'
import { todayIn } from '../shared/instants'
import { readStored, writeStored } from '../shared/storage'
import { isBlock, parseBlock } from './clipboard'
import { cellKey } from './errors'
import type { FormAction, Line } from './formState'
import { habitsOf, lineValues, type GridHabits, type LineValues } from './gridHabits'
import { focusSpot, gridKey, spotOf, type Spot } from './gridKeys'
import { LineRow } from './LineRow'
import { LinesTotals } from './LinesTotals'
import { isEmpty, isNumberType, valueFromText } from './values'

interface LinesGridProps {
  /** The document's key: which columns are unfolded is remembered for each kind. */
  owner: string
  meta: LinesMeta
  lines: Line[]
  isEditable: boolean
  /** Messages by cell key. */
  messages: Record<string, string>
  /** What the server computed for lines of the unsaved document. */
  computed: Record<string, Record<string, unknown>>
  dispatch: (action: FormAction) => void
}

/** Whether nothing is left to be asked of a line: what must be given is, and what is carried has come from above. */
function isFull(meta: LinesMeta, editable: Field[], column: number, line: Line | undefined): boolean {
  const carried = meta.carried ?? []
  const isLeft = (field: Field, at: number) => at > column && (field.required || carried.includes(field.name))
  const left = editable.filter(isLeft)
  return carried.length > 0 && left.length > 0 && left.every((field) => !isEmpty(line?.edits[field.name]))
}

function useGrid({ meta, lines, dispatch }: LinesGridProps, editable: Field[], habits: GridHabits | null) {
  const table = useRef<HTMLTableElement>(null)
  const later = useRef<Spot | null>(null)
  const { company } = useApplication()
  useEffect(() => {
    if (later.current && focusSpot(table.current, later.current)) later.current = null
  })
  const go = (spot: Spot) => focusSpot(table.current, spot)
  const goLater = (spot: Spot) => {
    later.current = spot
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTableElement>) =>
    gridKey(event, {
      lines,
      columns: editable.length,
      isAsked: ({ row, column }) => {
        const field = editable[column]
        const isCarried = row > 0 && (meta.carried ?? []).includes(field?.name ?? '')
        return field?.required === true && !isCarried
      },
      collection: meta.name,
      dispatch,
      go,
      goLater,
      endsLine: ({ row, column }, text) => {
        const field = editable[column]
        if (!field) return false
        return habits ? habits.endsLine(field, text) : text.trim() !== '' && isFull(meta, editable, column, lines[row])
      },
    })
  const onPaste = (event: ClipboardEvent<HTMLTableElement>) => {
    const text = event.clipboardData.getData('text/plain')
    const spot = spotOf(event.target as Element)
    const line = spot ? lines[spot.row] : undefined
    if (!spot || !line || !isBlock(text)) return
    event.preventDefault()
    const fields = editable.slice(spot.column)
    const clock = { today: todayIn(company?.time_zone), timeZone: company?.time_zone }
    const block = parseBlock(text).map((cells) =>
      cells.slice(0, fields.length).map((cell, at) => (fields[at] ? valueFromText(cell, fields[at], clock) : null)),
    )
    dispatch({ type: 'paste', collection: meta.name, key: line.key, fields: fields.map((field) => field.name), block })
    goLater(spot)
  }
  const add = () => {
    dispatch({ type: 'addLine', collection: meta.name, after: null })
    goLater({ row: lines.length, column: 0 })
  }
  return { table, onKeyDown, onPaste, add }
}

function GridHead({ fields, isEditable }: { fields: Field[]; isEditable: boolean }) {
  const t = useT()
  return (
    <thead>
      <tr>
        <th scope="col" className="line-number" title={t('lines.number')}>
          #
        </th>
        {fields.map((field) => (
          <th
            key={field.name}
            scope="col"
            title={field.help || undefined}
            className={`align-${isNumberType(field.type) ? 'right' : 'left'}`}
          >
            {field.label}
            {field.required && isEditable && (
              <span className="required" aria-hidden="true">
                {' '}
                *
              </span>
            )}
          </th>
        ))}
        {isEditable && (
          <th scope="col">
            <span className="hidden-text">{t('lines.actions')}</span>
          </th>
        )}
      </tr>
    </thead>
  )
}

/** Whether a value says anything: an empty one does not, nor does a zero. */
function isSaying(value: unknown, field: Field | undefined): boolean {
  return !isEmpty(value) && value !== false && !(field && isNumberType(field.type) && isZero(String(value)))
}

/** Columns that nobody uses, and details, stay folded; a value or a message in one of them brings it out. */
function useFolding({ owner, meta, lines, messages }: LinesGridProps, values: LineValues[], habits: GridHabits | null) {
  const stored = `jingwei.lines.${owner}.${meta.name}`
  const [isWhole, setWhole] = useState(() => readStored<boolean>(stored) ?? false)
  const rare = [...new Set([...(meta.rare ?? []), ...(meta.details ?? []), ...(habits?.rare ?? [])])]
  const isUsed = (name: string, line: LineValues) =>
    habits?.rare.includes(name) ? habits.isUsed(name, line) : isSaying(line[name], meta.fields[name])
  const used = rare.filter(
    (name) =>
      (!meta.details?.includes(name) && values.some((line) => isUsed(name, line))) ||
      lines.some((line) => messages[cellKey(meta.name, line.key, name)] !== undefined),
  )
  const folded = isWhole ? '' : rare.filter((name) => !used.includes(name)).join(' ')
  const fields = useMemo(() => {
    const hidden = folded.split(' ')
    return meta.order.filter((name) => !hidden.includes(name)).flatMap((name) => meta.fields[name] ?? [])
  }, [meta, folded])
  const count = rare.length - used.length
  const toggle = () => {
    writeStored(stored, !isWhole)
    setWhole(!isWhole)
  }
  return { fields, count, isWhole, toggle }
}

/** Hands typed texts to the habits of the grid; the callback stays the same, so that rows are not drawn again. */
function useTypedTexts(props: LinesGridProps, values: LineValues[], habits: GridHabits | null) {
  const latest = useRef({ props, values, habits })
  latest.current = { props, values, habits }
  return useCallback((at: number, field: Field, text: string): boolean => {
    const { props, values, habits } = latest.current
    const line = props.lines[at]
    const change = line ? (habits?.typed(text, field, at, values) ?? null) : null
    if (!line || !change) return false
    props.dispatch({ type: 'setCells', collection: props.meta.name, key: line.key, values: change })
    return true
  }, [])
}

/** The lines of a document: a grid to be filled by keyboard alone, or by a block from a spreadsheet. */
export function LinesGrid(props: LinesGridProps) {
  const t = useT()
  const { meta, lines, isEditable } = props
  const habits = useMemo(() => habitsOf(meta), [meta])
  const values = lines.map((line) => lineValues(meta, line, props.computed[line.key]))
  const { fields, count, isWhole, toggle } = useFolding(props, values, habits)
  const onTyped = useTypedTexts(props, values, habits)
  const editable = useMemo(() => (isEditable ? fields.filter((field) => !field.read_only) : []), [fields, isEditable])
  const latest = useRef(props.dispatch)
  latest.current = props.dispatch
  const dispatch = useCallback((action: FormAction) => latest.current(action), [])
  const { table, onKeyDown, onPaste, add } = useGrid(props, editable, habits)
  return (
    <section className="lines" aria-labelledby={`lines-${meta.name}`} data-testid={`lines-${meta.name}`}>
      <h2 id={`lines-${meta.name}`} title={meta.help || undefined}>
        {meta.label} <span className="count">{lines.length}</span>
      </h2>
      {meta.help && lines.length === 0 && <p className="secondary">{meta.help}</p>}
      {lines.length > 0 && (
        <div className="lines-scroll">
          <table ref={table} className="lines-grid" aria-label={meta.label} onKeyDown={onKeyDown} onPaste={onPaste}>
            <GridHead fields={fields} isEditable={isEditable} />
            <tbody>
              {lines.map((line, at) => (
                <LineRow
                  key={line.key}
                  {...{ meta, fields, editable, line, at, isEditable, dispatch, habits, onTyped }}
                  messages={props.messages}
                  proposed={props.computed[line.key]}
                />
              ))}
            </tbody>
            <LinesTotals fields={fields} values={values} habits={habits} hasTools={isEditable} />
          </table>
        </div>
      )}
      {lines.length === 0 && !isEditable && <p className="secondary">{t('lines.none')}</p>}
      {isEditable && (
        <Button size="small" icon={<PlusOutlined />} onClick={add} data-testid={`add-${meta.name}`}>
          {t('lines.add')}
        </Button>
      )}
      {lines.length > 0 && count > 0 && (
        <Button size="small" type="link" onClick={toggle} aria-expanded={isWhole}>
          {isWhole ? t('lines.fewer') : t('lines.further', { n: count })}
        </Button>
      )}
    </section>
  )
}

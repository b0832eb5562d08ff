import { useMemo, useState } from 'react'
import { Link } from 'react-router'
import type { DocumentMeta, Field, FieldType, ListAnswer, Row } from '../api/types'
import { type Translate, useT } from '../app/i18n/language'
import type { Column, Totals } from '../shared/DataTable'
import { formatNumber } from '../shared/decimal'
import { readStored, removeStored, writeStored } from '../shared/storage'
import { FieldValue } from './FieldValue'
import { isSummed } from './LinesTotals'
import { StateTag } from './StateTag'
import { isEmpty, isNumberType } from './values'

/** Columns every document has although no declaration names them. */
function builtIn(name: string, t: Translate): Field | null {
  const field = (label: string, type: FieldType): Field => ({
    name,
    label,
    help: '',
    type,
    required: false,
    read_only: true,
    listable: true,
  })
  if (name === 'state') return field(t('field.state'), 'choice')
  if (name === 'name') return field(t('field.name'), 'text')
  if (name === 'created_at') return field(t('field.createdAt'), 'instant')
  return name === 'updated_at' ? field(t('field.updatedAt'), 'instant') : null
}

export function columnField(meta: DocumentMeta, name: string, t: Translate): Field | null {
  return meta.fields[name] ?? builtIn(name, t)
}

/** All columns a person may choose: the declared order first, then every further listable field. */
export function availableColumns(meta: DocumentMeta): string[] {
  const further = Object.values(meta.fields)
    .filter((field) => field.listable)
    .map((field) => field.name)
  const state = meta.states.length > 0 ? ['state'] : []
  return [...new Set([...meta.columns, ...meta.title_fields, ...further, ...state])]
}

/** What to ask for; id, version and state come with every row and are not asked. */
export function askedFields(names: string[]): string[] {
  return [...new Set(names)].filter((name) => name !== 'state' && name !== 'id' && name !== 'version')
}

/** Columns of a list: the person's own, or for a while those of a saved view (`show`; null goes back). */
export function useListColumns(meta: DocumentMeta, user: number) {
  const key = `jingwei.columns.${user}.${meta.key}`
  const [chosen, setChosen] = useState<string[] | null>(() => readStored<string[]>(key))
  const change = (columns: string[] | null) => {
    if (columns === null) removeStored(key)
    else writeStored(key, columns)
    setChosen(columns)
  }
  const available = availableColumns(meta)
  // A remembered column that a release has removed must not make the list fail.
  const known = chosen?.filter((name) => available.includes(name)) ?? []
  const show = (columns: string[] | null) => setChosen(columns ?? readStored<string[]>(key))
  return { visible: known.length > 0 ? known : meta.columns, setVisible: change, showColumns: show }
}

function cellOf(meta: DocumentMeta, field: Field, row: Row, isTitle: boolean) {
  const value = row[field.name]
  if (field.name === 'state') return <StateTag meta={meta} state={row.state} />
  // In a column of currencies the code says enough.
  if (field.name === 'currency' && typeof value === 'string') return value
  if (value === false) return <span className="secondary"><FieldValue field={field} value={value} row={row} /></span>
  if (isTitle)
    return (
      <Link to={`/${meta.path}/${row.id}`} className="row-link">
        {isEmpty(value) ? `#${row.id}` : <FieldValue field={field} value={value} row={row} />}
      </Link>
    )
  return <FieldValue field={field} value={value} row={row} />
}

/** Columns with a sum under them. */
export function summedColumns(meta: DocumentMeta, visible: string[]): string[] {
  return visible.filter((name) => meta.fields[name] && isSummed(meta.fields[name]))
}

/** The server's sums of the whole list, one row for each currency, else in the company's; a single record needs none. */
export function listTotals(page: ListAnswer | undefined, label: string, functional: string): Totals[] {
  if (!page?.totals || (page.count ?? 0) < 2) return []
  return page.totals.map(({ currency, values }) => ({
    label: `${label} ${currency ?? functional}`.trimEnd(),
    values: Object.fromEntries(Object.entries(values).map(([name, sum]) => [name, formatNumber(sum, 'amount')])),
  }))
}

export function useColumns(meta: DocumentMeta, visible: string[]): Column<Row>[] {
  const t = useT()
  return useMemo(() => {
    const titleColumn = visible.includes(meta.title_fields[0] ?? '') ? meta.title_fields[0] : visible[0]
    return visible.flatMap((name) => {
      const field = columnField(meta, name, t)
      if (!field) return []
      const column: Column<Row> = {
        key: name,
        label: field.label,
        align: isNumberType(field.type) ? 'right' : 'left',
        isSortable: meta.sortable.includes(name),
        render: (row) => cellOf(meta, field, row, name === titleColumn),
      }
      return [column]
    })
  }, [meta, visible, t])
}

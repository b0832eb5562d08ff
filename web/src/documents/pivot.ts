import type { ChartData, ChartKind } from '../charts/options'
import type { DocumentMeta } from '../api/types'
import type { Condition, ListQuery } from './query'

/** How a list is summed up; it lives in the address beside the filters. */
export interface PivotState {
  rows: string
  columns: string
  measure: string
  shown: 'table' | ChartKind
}

export interface PivotKey {
  label: string
  filters: Record<string, string> | null
}

export interface PivotAnswer {
  rows: { key: string; label: string; keys: PivotKey[] }
  columns: { key: string; label: string; keys: PivotKey[] } | null
  measure: { key: string; label: string; currency: string | null }
  cells: (string | null)[][]
  row_totals: string[] | null
  column_totals: string[] | null
  total: string | null
}

export const SHOWN: PivotState['shown'][] = ['table', 'bar', 'stacked', 'line', 'pie']
const AMOUNTS = ['amount_gross', 'amount_net', 'amount']

/** What is sensible at first: with whom by month, in money where there is any. */
export function firstPivot(meta: DocumentMeta): PivotState {
  const { dimensions, measures } = meta.pivot
  const names = dimensions.map((one) => one.key)
  const months = `${meta.date ?? ''}.month`
  const reference = dimensions.find((one) => one.type === 'reference' && one.key !== 'company')?.key
  const rows = [meta.party, reference, 'state'].find((name) => name && names.includes(name)) ?? names[0] ?? ''
  return {
    rows,
    columns: names.includes(months) ? months : rows === 'state' ? '' : 'state',
    measure: AMOUNTS.find((name) => measures.some((one) => one.key === name)) ?? 'count',
    shown: 'table',
  }
}

/** The pivot that an address asks for; what is missing or unknown becomes what is sensible. */
export function parsePivot(params: URLSearchParams, meta: DocumentMeta): PivotState | null {
  if (params.get('view') !== 'pivot') return null
  const first = firstPivot(meta)
  const known = (name: string | null, keys: { key: string }[]): name is string => keys.some((one) => one.key === name)
  const [rows, columns, measure] = ['rows', 'columns', 'measure'].map((name) => params.get(name))
  const shown = SHOWN.find((one) => one === params.get('shown'))
  return {
    rows: known(rows ?? null, meta.pivot.dimensions) ? rows! : first.rows,
    columns: columns === '' || known(columns ?? null, meta.pivot.dimensions) ? columns! : first.columns,
    measure: known(measure ?? null, meta.pivot.measures) ? measure! : first.measure,
    shown: shown ?? 'table',
  }
}

/** What the address says of it. */
export function pivotParams(pivot: PivotState): [string, string][] {
  return [['view', 'pivot'], ...Object.entries(pivot)] as [string, string][]
}

/** What is asked of the server, beside filters and search. */
export function askedPivot(pivot: PivotState): Record<string, string> {
  const { rows, columns, measure } = pivot
  return columns === '' || columns === rows ? { rows, measure } : { rows, columns, measure }
}

const FILTER = /^filter\[([^\]]+)\]\[([^\]]+)\]$/
const TIGHTER: Record<string, (left: string, right: string) => string> = {
  gte: (left, right) => (left > right ? left : right),
  lte: (left, right) => (left < right ? left : right),
}

/** The list's own conditions and those of a cell at once; ISO dates and instants compare as text. */
export function withFilters(query: ListQuery, filters: Record<string, string>): ListQuery {
  let conditions = query.conditions
  for (const [name, value] of Object.entries(filters)) {
    const [, field = '', op = ''] = FILTER.exec(name) ?? []
    const same = conditions.find((one) => one.field === field && one.op === op)
    const next: Condition = { field, op, value: same ? (TIGHTER[op]?.(same.value, value) ?? value) : value }
    // One value of a field is within whatever else was said of it.
    const others = conditions.filter((one) => one.field !== field || (TIGHTER[op] && one.op !== op))
    conditions = [...others, next]
  }
  return { ...query, conditions }
}

/** Positions of the rows, as they are to be shown: by their own order, or by the figures of a column. */
export function rowOrder(answer: PivotAnswer, sort: { column: number | 'total'; isDescending: boolean } | null): number[] {
  const places = answer.rows.keys.map((_, at) => at)
  if (!sort) return places
  const figure = (at: number): number => {
    const text = sort.column === 'total' ? answer.row_totals?.[at] : answer.cells[at]?.[sort.column]
    return text == null ? Number.NEGATIVE_INFINITY : Number(text)
  }
  const sign = sort.isDescending ? -1 : 1
  return places.sort((left, right) => sign * (figure(left) - figure(right)) || left - right)
}

const isTime = (axis: { key: string } | null): boolean => axis?.key.includes('.') === true

/** Whether a chart has the columns along its axis: time goes from left to right. */
export function isTurned(answer: PivotAnswer): boolean {
  return isTime(answer.columns) && !isTime(answer.rows)
}

/** Rows along the axis and columns as series, or the other way round where the columns are times. */
export function pivotChart(answer: PivotAnswer, order: number[], kind: ChartKind): ChartData {
  const { measure } = answer
  const down = order.map((at) => ({ name: answer.rows.keys[at]?.label ?? '', values: answer.cells[at] ?? [] }))
  const across = (answer.columns?.keys.map((key) => key.label) ?? [measure.label]).map((name, at) => ({
    name,
    values: down.map((one) => one.values[at] ?? null),
  }))
  const [categories, series] = isTurned(answer) ? [across, down] : [down, across]
  return {
    kind,
    measure: [measure.label, measure.currency].filter(Boolean).join(', '),
    number: measure.key === 'count' ? 'integer' : 'amount',
    categories: categories.map((one) => one.name),
    series,
  }
}

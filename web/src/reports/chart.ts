import type { ChartData } from '../charts/options'
import { isReference, referenceText } from '../documents/values'
import { drillPath } from './params'
import type { CellValue, ReportAnswer, ReportColumn } from './types'

const text = (value: CellValue | undefined): string =>
  isReference(value) ? referenceText(value) : value == null ? '' : String(value)

/** Columns by what tells them apart: their own labels, else those above them. */
function seriesNames(columns: ReportColumn[]): string[] {
  const labels = columns.map((column) => column.label)
  return new Set(labels).size === labels.length ? labels : columns.map((column) => column.group || column.label)
}

export interface ReportDrawing {
  data: ChartData
  /** What a place of the chart opens: its figure, else its row. */
  pathOf: (category: number, series: number | null) => string | null
}

/** The picture that a report declares; null where it has none or nothing to draw. */
export function reportChart(answer: ReportAnswer): ReportDrawing | null {
  const { chart } = answer
  if (!chart) return null
  const columns = chart.series.flatMap((name) => answer.columns.find((column) => column.name === name) ?? [])
  const rows = answer.rows.filter((row) => row.level === chart.level && text(row.values[chart.x]) !== '')
  const first = columns[0]
  if (!first || rows.length === 0) return null
  const figure = (row: (typeof rows)[number], name: string): string | null => {
    const value = row.values[name]
    return value == null || value === '' ? null : String(value)
  }
  const names = seriesNames(columns)
  const down = rows.map((row) => ({ name: text(row.values[chart.x]), values: columns.map((one) => figure(row, one.name)) }))
  const across = columns.map((column, at) => ({
    name: names[at] ?? column.name,
    values: rows.map((row) => figure(row, column.name)),
  }))
  const [categories, series] = chart.turned ? [across, down] : [down, across]
  const pathOf = (category: number, at: number | null): string | null => {
    const row = rows[chart.turned ? (at ?? -1) : category]
    const column = columns[chart.turned ? category : (at ?? -1)]
    const drill = (column && row?.drills[column.name]) ?? row?.drill
    return drill ? drillPath(drill) : null
  }
  return {
    data: {
      kind: chart.kind,
      measure: answer.currency,
      number: first.kind === 'quantity' ? 'quantity' : 'amount',
      categories: categories.map((one) => one.name),
      series,
    },
    pathOf,
  }
}

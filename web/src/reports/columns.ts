import { formatNumber, groupThousands, withDecimals, type NumberKind } from '../shared/decimal'
import type { ReportColumn, ReportRow } from './types'

/** Columns that follow each other with one group share a heading above theirs. */
export function headGroups(columns: ReportColumn[]): { label: string; span: number; first: string }[] {
  const groups: { label: string; span: number; first: string }[] = []
  for (const column of columns) {
    const last = groups.at(-1)
    if (last && column.group !== '' && last.label === column.group) last.span += 1
    else groups.push({ label: column.group, span: 1, first: column.name })
  }
  return groups
}

/** Which column opens the row: its code, number or party, else its first. */
export function linkedColumn(columns: ReportColumn[], row: ReportRow): string {
  const filled = columns.filter((column) => (row.values[column.name] ?? '') !== '' && !(column.name in row.drills))
  const named = filled.find((column) => column.kind === 'code' || column.kind === 'reference')
  return (named ?? filled[0])?.name ?? ''
}

/** A figure of a column: a quantity has its significant digits, or as many as the column says (hours, percentages). */
export function columnNumber(column: ReportColumn, text: string): string {
  if (column.kind === 'quantity' && column.scale !== undefined) return groupThousands(withDecimals(text, column.scale))
  return formatNumber(text, column.kind as NumberKind, column.scale)
}

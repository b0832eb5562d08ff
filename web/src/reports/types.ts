/** What the server says of a report. Amounts are decimals as text. */
import type { Field, Reference } from '../api/types'
import type { ChartKind } from '../charts/options'

export interface ReportMeta {
  key: string
  path: string
  label: string
  help: string
  params: Field[]
}

export type ColumnKind = 'text' | 'code' | 'amount' | 'quantity' | 'integer' | 'date' | 'reference'

export interface ReportColumn {
  name: string
  label: string
  kind: ColumnKind
  group: string
  scale?: number
}

/** Where a figure leads: another report, or a document. */
export type Drill =
  | { report: string; params: Record<string, string | number | boolean> }
  | { document: { key: string; id: number } }

export type CellValue = string | number | Reference | null

export interface ReportRow {
  values: Record<string, CellValue>
  level: number
  bold: boolean
  drill: Drill | null
  drills: Record<string, Drill>
}

export interface ReportNote {
  kind: 'info' | 'warning' | 'error'
  text: string
}

/** Rows of one level by column `x`, `series` columns as bars, lines or shares; `turned`, the columns along the axis. */
export interface ReportChart {
  kind: ChartKind
  x: string
  series: string[]
  level: number
  turned: boolean
}

export interface ReportAnswer {
  key: string
  label: string
  heading: string
  currency: string
  as_of: string
  params: Record<string, string | number | boolean | Reference | null>
  columns: ReportColumn[]
  rows: ReportRow[]
  totals: Record<string, string> | null
  chart: ReportChart | null
  notes: ReportNote[]
}

/** The shapes the server answers with. Numbers with decimals are strings throughout. */

export type FieldType =
  | 'text'
  | 'multiline'
  | 'code'
  | 'bool'
  | 'integer'
  | 'quantity'
  | 'price'
  | 'amount'
  | 'rate'
  | 'ratio'
  | 'date'
  | 'instant'
  | 'choice'
  | 'reference'
  | 'email'
  | 'weekdays'
  | 'json'

export type Colour = 'grey' | 'blue' | 'amber' | 'green' | 'red' | 'violet'

export interface Reference {
  id: number
  key: string
  number: string
  title: string
}

/** A reference known only by its code (typed or pasted); the server resolves it. */
export interface CodeReference {
  id: null
  number: string
}

export type Value = string | number | boolean | null | Reference | CodeReference | Value[] | { [key: string]: unknown }

export interface Choice {
  value: string
  label: string
  colour?: Colour
}
export interface Target {
  key: string
  path: string
}

export interface Field {
  name: string
  label: string
  help: string
  type: FieldType
  required: boolean
  read_only: boolean
  max_length?: number
  scale?: number
  min?: string | number
  max?: string | number
  choices?: Choice[]
  target?: Target
  default?: Value
  /** What the screen itself proposes on a new record; sent unless it was changed. */
  proposed?: Value
  listable: boolean
  unit_field?: string
}

export interface LinesMeta {
  name: string
  label: string
  help: string
  order: string[]
  fields: Record<string, Field>
  /** Columns that stay folded until a line uses them. */
  rare?: string[]
  /** Columns that stay folded until somebody asks. */
  details?: string[]
  /** What a new line takes over from the one above. */
  carried?: string[]
  min: number
}

export interface SectionMeta {
  key: string
  label: string
  fields: string[]
  folded: boolean
}
export interface StateMeta {
  key: string
  label: string
  colour: Colour
}

export interface ActionMeta {
  key: string
  label: string
  help: string
  style: 'primary' | 'default' | 'danger'
  source: string[]
  target: string | null
  batch: boolean
  ask: string | null
  inputs: Field[]
  may: boolean
}

/** A field the list can be filtered by; `ops` are the comparisons the server knows for it, null when it did not say. */
export interface FilterMeta {
  name: string
  ops: string[] | null
}

/** What a list can be grouped by (`type` as of the field, `state` for the state), and what can be counted or summed. */
export interface PivotMeta {
  dimensions: { key: string; label: string; field: string; type: string }[]
  measures: { key: string; label: string }[]
}

export interface May {
  view: boolean
  create: boolean
  edit: boolean
  delete: boolean
  import: boolean
  export: boolean
  print?: boolean
}

/** 下推: drafts of another document made from these; nothing is saved before the person saves the draft. */
export interface ConversionMeta {
  key: string
  label: string
  help: string
  /** The next sensible step where no action leads on. */
  style?: 'primary' | 'default'
  source: string[]
  target: Target
  may: boolean
}

export interface DocumentMeta {
  key: string
  path: string
  label: string
  plural: string
  help: string
  /** Its rows belong to companies: lists and look-ups show those of the company that is worked in. */
  per_company?: boolean
  /** The header fields that say when, and with whom. */
  date?: string | null
  party?: string | null
  title_fields: string[]
  states: StateMeta[]
  initial_state: string | null
  editable_in: string[]
  /** Where a record may be deleted; where it may be edited when the server does not say. */
  deletable_in?: string[]
  fields: Record<string, Field>
  lines: LinesMeta[]
  sections: SectionMeta[]
  columns: string[]
  filters: FilterMeta[]
  sortable: string[]
  sort: string
  actions: ActionMeta[]
  conversions?: ConversionMeta[]
  /** Papers that can be made of a record. */
  prints?: { key: string; label: string }[]
  may: May
  pivot: PivotMeta
  /** Header fields that a new record proposes as the last one has them. */
  continued?: string[]
  has_preview: boolean
  has_versions: boolean
}

export interface Actor {
  id: number
  name: string
}
export interface Allowed {
  key: string
  enabled: boolean
  reason: string | null
}

export interface Row {
  id: number
  version: number
  state?: string
  [field: string]: unknown
}

export type LineData = Record<string, unknown> & { id?: number }

export interface RecordData extends Row {
  allowed?: Allowed[]
  created_at?: string
  created_by?: Actor | null
  updated_at?: string
  updated_by?: Actor | null
}

/** Sums over the whole list, not the page; one for each currency where the documents have one. */
export interface ListTotals {
  currency: string | null
  count: number
  values: Record<string, string>
}

export interface ListAnswer {
  rows: Row[]
  next: string | null
  count?: number
  totals?: ListTotals[]
}

export interface Company {
  id: number
  code: string
  name: string
  currency: string
  time_zone: string
}
export interface User {
  id: number
  login: string
  name: string
  language: Language
}
export type Language = 'zh-Hans' | 'en'

export interface MenuEntry {
  kind: 'document' | 'page' | 'report'
  key: string
  path: string
  label: string
  initials?: string
  /** What "new …" makes here; empty where the person may not. */
  makes?: string
}
export interface MenuGroup {
  key: string
  label: string
  entries: MenuEntry[]
}

export interface AppMeta {
  version: string
  group: { id: number; name: string }
  companies: Company[]
  company: number | null
  user: User
  menu: MenuGroup[]
}

export interface SessionAnswer {
  signed_in: boolean
  user?: User
  must_change_password?: boolean
}

export interface ProblemDocument {
  key: string
  id: number
  number: string
  title: string
}

export interface ProblemError {
  code: string
  message: string
  hint?: string | null
  field?: string | null
  row?: number | null
  line?: number | null
  documents?: ProblemDocument[]
  ours?: unknown
  theirs?: unknown
}

export interface Warning {
  code?: string
  message: string
  hint?: string | null
  field?: string | null
  /** The field that says why it is meant so; nothing is asked once it is filled. */
  answer?: string
}

export interface PreviewAnswer {
  record: Record<string, unknown>
  errors: ProblemError[]
  warnings: Warning[]
}

export interface ActionAnswer {
  id: number
  version: number
  state: string
  record?: RecordData
  created?: Reference[]
}

/** A document as it would be: field names to body values, `sources` the documents it is made from. */
export type DraftBody = Record<string, unknown> & { sources?: number[] }

export interface ConvertAnswer {
  target: Target
  drafts: DraftBody[]
}

export interface BatchResult {
  id: number
  ok: boolean
  version?: number
  state?: string
  problem?: { code: string; title: string; detail?: string; errors?: ProblemError[] }
}

export interface Change {
  field: string
  label: string
  old: unknown
  new: unknown
}

export interface TimelineEntry {
  id: number
  at: string
  kind: 'event' | 'comment'
  action: string
  label: string
  actor: Actor | null
  via?: string | null
  from_state?: string | null
  to_state?: string | null
  changes?: Change[]
  body?: string
}

export interface Attachment {
  id: number
  name: string
  media_type: string
  size: number
  created_at: string
  created_by: Actor | null
}


export interface SearchRow {
  key: string
  label: string
  id: number
  number: string
  title: string
  state: string | null
  path: string
}

export interface ImportError {
  row: number
  column: string | null
  cell: string | null
  code: string
  message: string
  hint?: string | null
}

export interface ImportAnswer {
  encoding: string | null
  delimiter: string | null
  rows: number
  created: number
  updated: number
  unchanged: number
  ignored: number
  errors: ImportError[]
  preview: Record<string, unknown>[]
  saved: boolean
}

export interface DictionaryRow {
  document: string
  document_label: string
  collection: string | null
  field: string
  label: string
  label_other: string
  meaning: string
  meaning_other: string
  type: string
  owner: string
  rule: string
  values: (string | Choice)[]
  references: string | null
}

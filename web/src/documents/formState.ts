/**
 * What a person has changed on a document, as differences over the stored record. Everything the form does — dirty or
 * not, what to save, drafts, taking over somebody else's version — follows from keeping the differences alone.
 */
import { newIdempotencyKey } from '../api/client'
import type { DocumentMeta, DraftBody, Field, LineData, LinesMeta, RecordData, Value } from '../api/types'
import { bodyValue, isEmpty, sameValue, isReference } from './values'

export type Values = Record<string, Value>

export interface Line {
  /** Names the line on this screen, whether stored or not. */
  key: string
  id: number | null
  base: Record<string, unknown>
  edits: Values
}

export interface FormState {
  base: RecordData | null
  edits: Values
  lines: Record<string, Line[]>
  /** Documents that a new one is made from; they become its links when it is saved. */
  sources?: number[]
}

export interface Draft {
  /** The stored record as it was when the work began: only against it can a conflict be told. */
  base: RecordData | null
  edits: Values
  lines: Record<string, Line[]>
  sources?: number[]
  saved_at: string
}

export type FormAction =
  | { type: 'load'; base: RecordData | null }
  | { type: 'set'; field: string; value: Value }
  | { type: 'setCell'; collection: string; key: string; field: string; value: Value }
  | { type: 'setCells'; collection: string; key: string; values: Values }
  | { type: 'addLine'; collection: string; after: string | null }
  | { type: 'removeLine'; collection: string; key: string }
  | { type: 'moveLine'; collection: string; key: string; by: -1 | 1 }
  | { type: 'paste'; collection: string; key: string; fields: string[]; block: Value[][] }
  | { type: 'restore'; draft: Draft }
  | { type: 'begin'; body: DraftBody }
  | { type: 'rebase'; base: RecordData; drop: string[] }

export function newLine(): Line {
  return { key: `n${newIdempotencyKey().slice(0, 8)}`, id: null, base: {}, edits: {} }
}

function storedLines(base: RecordData | null, collection: string): LineData[] {
  const stored = base?.[collection]
  return Array.isArray(stored) ? (stored as LineData[]) : []
}

function linesOf(base: RecordData | null, meta: LinesMeta): Line[] {
  const lines = storedLines(base, meta.name).map((line, at) => ({
    key: line.id === undefined ? `p${at}` : `s${line.id}`,
    id: line.id ?? null,
    base: line,
    edits: {},
  }))
  return base === null && lines.length === 0 ? Array.from({ length: meta.min }, newLine) : lines
}

export function loadedState(base: RecordData | null, meta: DocumentMeta): FormState {
  return { base, edits: {}, lines: Object.fromEntries(meta.lines.map((lines) => [lines.name, linesOf(base, lines)])) }
}

function withEdit(
  edits: Values,
  base: Record<string, unknown> | null,
  field: Field | undefined,
  name: string,
  value: Value,
): Values {
  const rest = { ...edits }
  delete rest[name]
  // Back to the stored value is no change at all. On a new record an emptied field stays an edit: it must not refill itself.
  const isSame = field !== undefined && base !== null && sameValue(value, base[name], field.type)
  return isSame ? rest : { ...rest, [name]: value }
}

function mapLine(
  state: FormState,
  collection: string,
  key: string,
  change: (line: Line, above: Line | undefined) => Line,
): FormState {
  const lines = state.lines[collection] ?? []
  return {
    ...state,
    lines: {
      ...state.lines,
      [collection]: lines.map((line, at) => (line.key === key ? change(line, lines[at - 1]) : line)),
    },
  }
}

function cellEdited(line: Line, field: Field | undefined, name: string, value: Value): Line {
  return { ...line, edits: withEdit(line.edits, line.id === null ? null : line.base, field, name, value) }
}

/** A line that gets its first value takes over from the one above what usually stays the same. */
function begunLine(line: Line, above: Line | undefined, carried: string[]): Line {
  if (!above || !isBlank(line)) return line
  const taken = carried.flatMap((name) => {
    const value = above.edits[name] ?? (above.base[name] as Value | undefined)
    return isEmpty(value) ? [] : [[name, value as Value] as const]
  })
  return { ...line, edits: { ...line.edits, ...Object.fromEntries(taken) } }
}

function pasted(lines: Line[], action: FormAction & { type: 'paste' }, meta: LinesMeta): Line[] {
  const fields = meta.fields
  const start = lines.findIndex((line) => line.key === action.key)
  if (start < 0) return lines
  const result = [...lines]
  action.block.forEach((cells, at) => {
    let line = begunLine(result[start + at] ?? newLine(), result[start + at - 1], meta.carried ?? [])
    cells.forEach((value, column) => {
      const name = action.fields[column]
      if (name !== undefined) line = cellEdited(line, fields[name], name, value)
    })
    result[start + at] = line
  })
  return result
}

function moved(lines: Line[], key: string, by: -1 | 1): Line[] {
  const from = lines.findIndex((line) => line.key === key)
  const to = from + by
  if (from < 0 || to < 0 || to >= lines.length) return lines
  const result = [...lines]
  const [line] = result.splice(from, 1)
  if (line) result.splice(to, 0, line)
  return result
}

function changedLines(lines: Line[], action: FormAction, meta: LinesMeta | undefined): Line[] {
  switch (action.type) {
    case 'addLine': {
      const at = action.after === null ? lines.length : lines.findIndex((line) => line.key === action.after) + 1
      return [...lines.slice(0, at), newLine(), ...lines.slice(at)]
    }
    case 'removeLine':
      return lines.filter((line) => line.key !== action.key)
    case 'moveLine':
      return moved(lines, action.key, action.by)
    case 'paste':
      return meta ? pasted(lines, action, meta) : lines
    default:
      return lines
  }
}

/** A value of a body as the form holds it. A reference known by its id alone gets its name from the first preview. */
function formValue(value: unknown, field: Field): Value {
  if (field.type !== 'reference' || typeof value !== 'number') return value as Value
  return { id: value, key: field.target?.key ?? '', number: '', title: '' }
}

function editsOf(body: Record<string, unknown>, fields: Record<string, Field>): Values {
  return Object.fromEntries(
    Object.entries(body).flatMap(([name, value]) => {
      const field = fields[name]
      return field && !field.read_only && !isEmpty(value) ? [[name, formValue(value, field)] as const] : []
    }),
  )
}

/** A new record that begins with what a conversion proposes. */
function begun(body: DraftBody, meta: DocumentMeta): FormState {
  const lines = meta.lines.map((collection) => {
    const given = Array.isArray(body[collection.name]) ? (body[collection.name] as Record<string, unknown>[]) : []
    return [collection.name, given.map((line) => ({ ...newLine(), edits: editsOf(line, collection.fields) }))] as const
  })
  return {
    base: null,
    edits: editsOf(body, meta.fields),
    lines: Object.fromEntries(lines),
    sources: body.sources ?? [],
  }
}

export function formReducer(meta: DocumentMeta): (state: FormState, action: FormAction) => FormState {
  const linesMeta = (collection: string) => meta.lines.find((lines) => lines.name === collection)
  const fieldsOf = (collection: string): Record<string, Field> => linesMeta(collection)?.fields ?? {}
  const begunIn = (collection: string, line: Line, above: Line | undefined): Line =>
    begunLine(line, above, linesMeta(collection)?.carried ?? [])
  return (state, action) => {
    switch (action.type) {
      case 'load':
        return loadedState(action.base, meta)
      case 'set':
        return {
          ...state,
          edits: withEdit(state.edits, state.base, meta.fields[action.field], action.field, action.value),
        }
      case 'setCell':
        return mapLine(state, action.collection, action.key, (line, above) =>
          cellEdited(
            isEmpty(action.value) ? line : begunIn(action.collection, line, above),
            fieldsOf(action.collection)[action.field],
            action.field,
            action.value,
          ),
        )
      case 'setCells':
        return mapLine(state, action.collection, action.key, (line) =>
          Object.entries(action.values).reduce(
            (edited, [name, value]) => cellEdited(edited, fieldsOf(action.collection)[name], name, value),
            line,
          ),
        )
      case 'begin':
        return begun(action.body, meta)
      case 'restore':
        return {
          base: action.draft.base ?? state.base,
          edits: action.draft.edits,
          lines: { ...state.lines, ...action.draft.lines },
          ...(action.draft.sources ? { sources: action.draft.sources } : {}),
        }
      case 'rebase':
        return rebased(state, action.base, action.drop, meta)
      default: {
        const lines = state.lines[action.collection] ?? []
        return {
          ...state,
          lines: { ...state.lines, [action.collection]: changedLines(lines, action, linesMeta(action.collection)) },
        }
      }
    }
  }
}

/** Puts the differences upon somebody else's newer version; the names in `drop` give way to theirs. */
function rebased(state: FormState, base: RecordData, drop: string[], meta: DocumentMeta): FormState {
  const fresh = loadedState(base, meta)
  let edits: Values = {}
  for (const [name, value] of Object.entries(state.edits)) {
    if (!drop.includes(name)) edits = withEdit(edits, base, meta.fields[name], name, value)
  }
  const lines = { ...fresh.lines }
  for (const collection of meta.lines) {
    if (!drop.includes(collection.name) && linesDiffer(state, collection.name))
      lines[collection.name] = state.lines[collection.name] ?? []
  }
  return { base, edits, lines }
}

function isBlank(line: Line): boolean {
  return line.id === null && Object.values(line.edits).every(isEmpty)
}

export function linesDiffer(state: FormState, collection: string): boolean {
  const lines = (state.lines[collection] ?? []).filter((line) => !isBlank(line))
  const stored = storedLines(state.base, collection)
  return (
    lines.length !== stored.length ||
    lines.some((line, at) => line.id !== stored[at]?.id || Object.keys(line.edits).length > 0)
  )
}

/** Names of changed header fields and changed collections. */
export function changedNames(state: FormState, meta: DocumentMeta): string[] {
  const edited = Object.keys(state.edits).filter((name) => state.base !== null || !isEmpty(state.edits[name]))
  return [...edited, ...meta.lines.map((lines) => lines.name).filter((name) => linesDiffer(state, name))]
}

export interface Body {
  body: Record<string, unknown>
  /** Which screen line stands at which index of the sent collection, so that answers find their way back. */
  sent: Record<string, string[]>
}

function lineBody(line: Line, meta: LinesMeta): Record<string, unknown> {
  const body: Record<string, unknown> = line.id === null ? {} : { id: line.id }
  for (const field of Object.values(meta.fields)) {
    if (field.read_only) continue
    // What was never filled in stays away, so that the server's own default comes in.
    if (line.id === null && isEmpty(line.edits[field.name])) continue
    if (field.name in line.edits) body[field.name] = bodyValue(line.edits[field.name], field.type)
    else if (line.id !== null) body[field.name] = bodyValue(line.base[field.name] as Value, field.type)
  }
  return body
}

function putLines(into: Body, state: FormState, lines: LinesMeta): void {
  const kept = (state.lines[lines.name] ?? []).filter((line) => !isBlank(line))
  into.body[lines.name] = kept.map((line) => lineBody(line, lines))
  into.sent[lines.name] = kept.map((line) => line.key)
}

/** The body of POST (new record: what was entered) or PATCH (only what changed, a changed collection whole). */
export function saveBody(state: FormState, meta: DocumentMeta): Body {
  const result: Body = { body: {}, sent: {} }
  for (const [name, value] of Object.entries(state.edits)) {
    const field = meta.fields[name]
    // Emptied again on a new record: nothing to send, unless a default is to be refused.
    if (state.base === null && isEmpty(value) && isEmpty(field?.default)) continue
    result.body[name] = bodyValue(value, field?.type ?? 'text')
  }
  if (state.base === null) {
    for (const { name, proposed } of Object.values(meta.fields))
      if (proposed !== undefined && !(name in state.edits))
        result.body[name] = isReference(proposed) ? proposed.id : proposed
  }
  for (const lines of meta.lines) {
    const isSent =
      state.base === null
        ? (state.lines[lines.name] ?? []).some((line) => !isBlank(line))
        : linesDiffer(state, lines.name)
    if (isSent) putLines(result, state, lines)
  }
  return result
}

/** The body that stores a new record: with the documents it is made from, which a preview does not take. */
export function createBody(state: FormState, meta: DocumentMeta): Body {
  const result = saveBody(state, meta)
  if (state.base === null && state.sources && state.sources.length > 0) result.body['sources'] = state.sources
  return result
}

/** The body of preview: the whole document as it would be, with its id when it is stored. */
export function previewBody(state: FormState, meta: DocumentMeta): Body {
  if (state.base === null) return saveBody(state, meta)
  const result: Body = { body: { id: state.base.id }, sent: {} }
  for (const field of Object.values(meta.fields)) {
    if (field.read_only) continue
    const value = field.name in state.edits ? state.edits[field.name] : (state.base[field.name] as Value)
    result.body[field.name] = bodyValue(value, field.type)
  }
  for (const lines of meta.lines) putLines(result, state, lines)
  return result
}

import type { CodeReference, DocumentMeta, Field, FieldType, Language, Reference, Row, StateMeta, Value } from '../api/types'
import { formatNumber, isZero, parseDecimal, sameDecimal, type NumberKind } from '../shared/decimal'
import { parseDate } from '../shared/dates'
import { formatInstant, parseInstant, type Clock } from '../shared/instants'
import { weekdaysText } from '../shared/weekdays'

const NUMBER_TYPES: ReadonlySet<FieldType> = new Set<FieldType>([
  'integer',
  'quantity',
  'price',
  'amount',
  'rate',
  'ratio',
])

export function isNumberType(type: FieldType): type is NumberKind {
  return NUMBER_TYPES.has(type)
}

export function isReference(value: unknown): value is Reference | CodeReference {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'id' in value && 'number' in value
}

export function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === ''
}

/** Whether a field has a place on a new record: what the server will find out has none before it is something. */
export function isSaidOfNew(field: Field, value: unknown): boolean {
  if (!field.read_only) return true
  return !isEmpty(value) && value !== false && !(isNumberType(field.type) && isZero(String(value)))
}

/**
 * What a field shows: what was typed, else what the server proposes, else what is stored. A reference typed or pasted as
 * a bare code shows its name as soon as the server has found it.
 */
export function shownValue(edit: unknown, proposed: unknown, stored: unknown): unknown {
  if (edit === undefined) return proposed === undefined ? stored : proposed
  const isFound =
    isReference(edit) &&
    isReference(proposed) &&
    (edit.id === null ? proposed.number.toLowerCase() === edit.number.toLowerCase() : proposed.id === edit.id)
  return isFound ? proposed : edit
}

/** "ITEM-1 Lunar wafer": the code, and the title when it says more than the code. */
export function referenceText(value: Reference | CodeReference): string {
  if (value.id === null) return value.number
  if (value.title === '' || value.title === value.number) return value.number
  if (value.number === '' || value.title.startsWith(`${value.number} `)) return value.title
  return `${value.number} ${value.title}`
}

/** A unit is read by its name, "Piece"; its code is for typing. */
export function isUnit(key: string | undefined): boolean {
  return key === 'masterdata.unit'
}

/** A reference as it is read, not typed. */
export function readText(value: Reference | CodeReference): string {
  return value.id !== null && isUnit(value.key) && value.title !== '' ? value.title : referenceText(value)
}

/** The value as the server's bodies want it: references become their id, or their code when only that is known. */
export function bodyValue(value: Value | undefined, type: FieldType): unknown {
  if (value === undefined || value === '') return null
  if (isReference(value)) return value.id ?? value.number
  if (type === 'integer' && typeof value === 'string' && /^-?\d{1,15}$/.test(value)) return Number(value)
  return value
}

export function sameValue(left: unknown, right: unknown, type: FieldType): boolean {
  if (isEmpty(left) && isEmpty(right)) return true
  if (isEmpty(left) || isEmpty(right)) return false
  if (isReference(left) && isReference(right)) return left.id === right.id && left.number === right.number
  if (isNumberType(type)) return sameDecimal(String(left), String(right))
  // 06:00:00Z and 06:00:00.000000+00:00 are one instant.
  if (type === 'instant' && Date.parse(String(left)) === Date.parse(String(right))) return true
  if (typeof left === 'object' || typeof right === 'object') return JSON.stringify(left) === JSON.stringify(right)
  return left === right
}

/** Text that a person typed or pasted into a cell → the field's value; text that cannot be read stays, for the server to refuse. */
export function valueFromText(text: string, field: Field, clock: Clock): Value {
  const trimmed = text.trim()
  if (trimmed === '') return field.type === 'bool' ? false : null
  if (isNumberType(field.type)) return parseDecimal(trimmed) ?? trimmed
  if (field.type === 'date') return parseDate(trimmed, clock.today) ?? trimmed
  if (field.type === 'instant') return parseInstant(trimmed, clock) ?? trimmed
  if (field.type === 'bool') return /^(1|y|yes|true|是|√|✓)$/i.test(trimmed)
  if (field.type === 'reference') return { id: null, number: trimmed.split(/\s/)[0] ?? trimmed }
  if (field.type === 'choice') {
    return field.choices?.find((choice) => choice.label === trimmed || choice.value === trimmed)?.value ?? trimmed
  }
  return text
}

interface DisplayWords {
  yes: string
  no: string
  timeZone: string | undefined
  language: Language
}

/** One field's value as text: the same in lists, forms, timelines and dialogs. */
export function displayText(
  value: unknown,
  field: Pick<Field, 'type' | 'choices' | 'scale'>,
  words: DisplayWords,
): string {
  if (isEmpty(value)) return ''
  if (isReference(value)) return readText(value)
  if (typeof value === 'boolean') return value ? words.yes : words.no
  if (isNumberType(field.type) && (typeof value === 'string' || typeof value === 'number')) {
    return formatNumber(value, field.type, field.scale)
  }
  if (field.type === 'instant' && typeof value === 'string') return formatInstant(value, words.timeZone)
  if (field.type === 'choice') return field.choices?.find((choice) => choice.value === value)?.label ?? String(value)
  if (field.type === 'weekdays') return weekdaysText(String(value), words.language)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** The unit standing beside a quantity, from the field the quantity names. */
export function unitText(row: Record<string, unknown>, field: Field): string {
  if (!field.unit_field) return ''
  const unit = row[field.unit_field]
  if (isReference(unit)) return readText(unit)
  return typeof unit === 'string' ? unit : ''
}

export function stateOf(meta: Pick<DocumentMeta, 'states'>, key: string | null | undefined): StateMeta | null {
  return meta.states.find((state) => state.key === key) ?? null
}

/** A list row of the target document, as a reference to it. */
export function rowReference(row: Row, meta: Pick<DocumentMeta, 'key' | 'title_fields'>): Reference {
  const text = (name: string | undefined): string => {
    const value = name === undefined ? undefined : row[name]
    return isReference(value) ? referenceText(value) : isEmpty(value) ? '' : String(value)
  }
  const number = text(meta.title_fields[0]) || String(row.id)
  return { id: row.id, key: meta.key, number, title: text(meta.title_fields[1]) || number }
}

/** What a record is called: "ITEM-1 Lunar wafer". */
export function recordTitle(row: Record<string, unknown>, meta: Pick<DocumentMeta, 'title_fields'>): string {
  const parts = meta.title_fields.map((name) => row[name]).filter((value) => !isEmpty(value))
  return parts.map((value) => (isReference(value) ? referenceText(value) : String(value))).join(' ')
}

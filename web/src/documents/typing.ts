import type { Field, FieldType, Value } from '../api/types'
import { parseDate } from '../shared/dates'
import { parseDecimal } from '../shared/decimal'
import { formatInstant, parseInstant, todayIn } from '../shared/instants'
import { isNumberType, valueFromText } from './values'

/** Stands for today where only the form of a text is asked. */
const ANY_DAY = '2026-01-31'

/** Fields that are text while somebody types and get their own form when they are left. */
export function isTidied(type: FieldType): boolean {
  return isNumberType(type) || type === 'date' || type === 'instant'
}

/** How many letters a cell of a grid makes room for: figures are short, and a street is longer than a postcode. */
export function inputSize(field: Field): number {
  if (isNumberType(field.type)) return 8
  if (field.type === 'date') return 10
  if (field.type === 'instant') return 16
  return Math.min(Math.max(Math.round(2.6 * Math.sqrt(field.max_length ?? 60)), 5), 40)
}

/**
 * Half-typed numbers, dates and instants wait until the field is left; whole ones count at once, so that totals are
 * live. A short date like "5" is whole only when the field is left.
 */
export function isWhole(text: string, field: Field): boolean {
  const trimmed = text.trim()
  if (trimmed === '') return true
  if (isNumberType(field.type)) return parseDecimal(trimmed) !== null
  if (field.type === 'date') return trimmed.length >= 8 && parseDate(trimmed, ANY_DAY) !== null
  return trimmed.length >= 16 && parseInstant(trimmed, { today: ANY_DAY, timeZone: undefined }) !== null
}

/** What was typed, as a value. Text equal to what was shown changes nothing: the seconds that it leaves out stay. */
export function typedValue(text: string, field: Field, shown: unknown, timeZone: string | undefined): Value {
  if (field.type === 'instant' && typeof shown === 'string' && formatInstant(shown, timeZone) === text.trim())
    return shown
  return valueFromText(text, field, { today: todayIn(timeZone), timeZone })
}

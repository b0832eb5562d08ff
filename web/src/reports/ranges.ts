/** Ranges of days as accountants step through them: whole months stay whole months. */

export interface Range {
  from: string
  to: string
}

const pad = (value: number): string => String(value).padStart(2, '0')

/** A day by its parts; months and days beyond their ends run on. */
function dayOf(year: number, month: number, day: number): string {
  return new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10)
}

function partsOf(day: string): [year: number, month: number, day: number] {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return [year, month, date]
}

export function isDay(text: string | null | undefined): text is string {
  return typeof text === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))
}

export function monthEnd(day: string): string {
  const [year, month] = partsOf(day)
  return dayOf(year, month + 1, 0)
}

const isMonthEnd = (day: string): boolean => monthEnd(day) === day

/** The day some months later, on the last day of that month where it is the last of its own or the month is shorter. */
export function addMonths(day: string, count: number): string {
  const [year, month, date] = partsOf(day)
  const last = dayOf(year, month + count + 1, 0)
  if (isMonthEnd(day)) return last
  const same = dayOf(year, month + count, date)
  return same > last ? last : same
}

function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * 86_400_000).toISOString().slice(0, 10)
}

/** The range before (-1) or after (1), of the same length: in months where it is whole months, else in days. */
export function shifted(range: Range, step: 1 | -1): Range {
  if (range.from.endsWith('-01') && isMonthEnd(range.to)) {
    const [fromYear, fromMonth] = partsOf(range.from)
    const [toYear, toMonth] = partsOf(range.to)
    const months = (toYear - fromYear) * 12 + toMonth - fromMonth + 1
    return { from: addMonths(range.from, months * step), to: addMonths(range.to, months * step) }
  }
  const days = (Date.parse(range.to) - Date.parse(range.from)) / 86_400_000 + 1
  return { from: addDays(range.from, days * step), to: addDays(range.to, days * step) }
}

export type Preset = 'month' | 'lastMonth' | 'quarter' | 'year'

/** The month, the month before, the quarter or the calendar year of a day. */
export function presetRange(preset: Preset, today: string): Range {
  const [year, month] = partsOf(today)
  if (preset === 'year') return { from: `${year}-01-01`, to: `${year}-12-31` }
  if (preset === 'quarter') {
    const first = month - ((month - 1) % 3)
    return { from: `${year}-${pad(first)}-01`, to: dayOf(year, first + 3, 0) }
  }
  const from = dayOf(year, preset === 'month' ? month : month - 1, 1)
  return { from, to: monthEnd(from) }
}

/** Instants travel as UTC text `2026-11-22T06:03:00Z`; people read and write the wall clock of the company's time zone. */
import { pad, parseDate } from './dates'

/** Where and when somebody types: what "today" and a time without a zone mean. An unknown zone is the browser's. */
export interface Clock {
  today: string
  timeZone: string | undefined
}

const DAY = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string | undefined): Intl.DateTimeFormat {
  const key = timeZone ?? ''
  const known = formats.get(key)
  if (known) return known
  const options = {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  } as const
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-CA', { ...options, ...(timeZone ? { timeZone } : {}) })
  } catch (reason) {
    if (!(reason instanceof RangeError)) throw reason
    // A zone that this browser does not know: its own clock is better than no screen.
    format = new Intl.DateTimeFormat('en-CA', options)
  }
  formats.set(key, format)
  return format
}

/** The numbers on the wall clock at an instant: year, month, day, hour, minute, second. */
function wallClock(at: number, timeZone: string | undefined): [number, number, number, number, number, number] {
  const parts = formatOf(timeZone).formatToParts(at)
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value ?? 0)
  return [part('year'), part('month'), part('day'), part('hour'), part('minute'), part('second')]
}

/** Milliseconds that the wall clock is ahead of UTC at an instant. */
function offsetAt(at: number, timeZone: string | undefined): number {
  const [year, month, day, hour, minute, second] = wallClock(at, timeZone)
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000
}

/**
 * The instant at which the wall clock shows `wall` (its numbers read as if they were UTC). Where the clock is put back
 * and shows them twice, the first; where it is put forward and never shows them, as much later as it was put forward.
 */
function instantOfWall(wall: number, timeZone: string | undefined): number {
  const before = offsetAt(wall - DAY, timeZone)
  const candidates = [before, offsetAt(wall + DAY, timeZone)].map((offset) => wall - offset)
  const shown = candidates.filter((at) => at + offsetAt(at, timeZone) === wall)
  return shown.length > 0 ? Math.min(...shown) : wall - before
}

function isoText(at: number): string {
  return new Date(at).toISOString().replace(/\.000Z$/, 'Z')
}

/** "2026-11-22T06:03:00Z" → "2026-11-22 14:03" in Asia/Shanghai; text that is no instant stays as it is. */
export function formatInstant(instant: string, timeZone: string | undefined): string {
  const at = Date.parse(instant)
  if (Number.isNaN(at)) return instant
  const [year, month, day, hour, minute] = wallClock(at, timeZone)
  return `${String(year).padStart(4, '0')}-${pad(month)}-${pad(day)} ${pad(hour)}:${pad(minute)}`
}

/** The zone's name where its clock differs from this computer's, so that nobody reads one for the other; else "". */
export function foreignZone(timeZone: string | undefined): string {
  const now = Date.now()
  return timeZone && offsetAt(now, timeZone) !== offsetAt(now, undefined) ? timeZone : ''
}

/** Today as the company's calendar says it, which may differ from this computer's. */
export function todayIn(timeZone: string | undefined): string {
  return formatInstant(new Date().toISOString(), timeZone).slice(0, 10)
}

/** This moment, to the second. */
export function nowInstant(): string {
  return isoText(Math.floor(Date.now() / 1000) * 1000)
}

/** The last millisecond before the wall clock's minute of this instant ends: the end of a range that includes it. */
export function endOfMinute(instant: string): string {
  return isoText(Math.floor(Date.parse(instant) / 60_000) * 60_000 + 59_999)
}

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/i
const TIME = /^(.*?)(?:\s+|(?<=\d)T|^)(\d{1,2}):(\d{2})(?::(\d{2}))?$/i

/**
 * What keyboard people type: 2026-11-22 15:33, 11-22 15:33, 15:33 (today), any short date of `parseDate` with or without
 * a time (without: the day's beginning), n or 现在, or an ISO instant with its offset. The wall clock is that of
 * `clock.timeZone`. The answer is UTC text with Z; null when it is none of these.
 */
export function parseInstant(typed: string, clock: Clock): string | null {
  const text = typed.trim().replace(/：/g, ':')
  if (/^(n|now|现在)$/i.test(text)) return nowInstant()
  if (ISO.test(text)) {
    const at = Date.parse(text)
    return Number.isNaN(at) ? null : isoText(at)
  }
  const timed = TIME.exec(text)
  const [hour, minute, second] = timed ? [Number(timed[2]), Number(timed[3]), Number(timed[4] ?? 0)] : [0, 0, 0]
  if (hour > 23 || minute > 59 || second > 59) return null
  const day = timed?.[1] === '' ? clock.today : parseDate(timed ? (timed[1] ?? '') : text, clock.today)
  if (day === null) return null
  const wall = Date.parse(`${day}T00:00:00Z`) + ((hour * 60 + minute) * 60 + second) * 1000
  return isoText(instantOfWall(wall, clock.timeZone))
}

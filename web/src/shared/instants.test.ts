import { describe, expect, it } from 'vitest'
import { endOfMinute, formatInstant, nowInstant, parseInstant } from './instants'

const SHANGHAI = { today: '2026-11-22', timeZone: 'Asia/Shanghai' }
const NEW_YORK = { today: '2026-11-22', timeZone: 'America/New_York' }

describe('formatInstant', () => {
  it('shows the company clock', () => {
    expect(formatInstant('2026-11-22T16:03:59Z', 'Asia/Shanghai')).toBe('2026-11-23 00:03')
    expect(formatInstant('2026-11-22T16:03:59Z', 'UTC')).toBe('2026-11-22 16:03')
    expect(formatInstant('2026-11-22T16:03:59+08:00', 'UTC')).toBe('2026-11-22 08:03')
    expect(formatInstant('soon', 'UTC')).toBe('soon')
  })
  it('shows summer and winter time', () => {
    expect(formatInstant('2026-07-01T16:00:00Z', 'America/New_York')).toBe('2026-07-01 12:00')
    expect(formatInstant('2026-12-01T16:00:00Z', 'America/New_York')).toBe('2026-12-01 11:00')
  })
  it("falls back to the browser's clock where the zone is missing or unknown", () => {
    const own = formatInstant('2026-11-22T16:03:00Z', undefined)
    expect(own).toMatch(/^2026-11-2[23] \d\d:\d\d$/)
    expect(formatInstant('2026-11-22T16:03:00Z', 'Nowhere/Land')).toBe(own)
  })
})

describe('parseInstant', () => {
  it.each([
    ['2026-11-22 15:33', '2026-11-22T07:33:00Z'],
    ['2026-11-22 07:59:58', '2026-11-21T23:59:58Z'],
    ['2026/11/22 5:33', '2026-11-21T21:33:00Z'],
    ['2026年11月22日 15：33', '2026-11-22T07:33:00Z'],
    ['2026-11-22T15:33', '2026-11-22T07:33:00Z'],
    ['20261122 15:33', '2026-11-22T07:33:00Z'],
    ['2026-11-22', '2026-11-21T16:00:00Z'],
    ['11-22 15:33', '2026-11-22T07:33:00Z'],
    ['5 8:00', '2026-11-05T00:00:00Z'],
    ['15:33', '2026-11-22T07:33:00Z'],
    ['t', '2026-11-21T16:00:00Z'],
    ['t 8:00', '2026-11-22T00:00:00Z'],
    ['今天 8:00', '2026-11-22T00:00:00Z'],
    ['-1 8:00', '2026-11-21T00:00:00Z'],
    ['2026-11-22T15:33:00Z', '2026-11-22T15:33:00Z'],
    ['2026-11-22t15:33:00.250z', '2026-11-22T15:33:00.250Z'],
    ['2026-11-22T15:33:00+02:00', '2026-11-22T13:33:00Z'],
  ])('%s is %s in Shanghai', (typed, expected) => {
    expect(parseInstant(typed, SHANGHAI)).toBe(expected)
  })
  it.each(['', 'x', '2026-02-30 10:00', '2026-11-22 24:00', '2026-11-22 10:60', '2026-11-22 1', '10:00 x'])(
    'refuses %s',
    (typed) => {
      expect(parseInstant(typed, SHANGHAI)).toBeNull()
    },
  )
  it.each([
    ['summer', '2026-07-01 12:00', '2026-07-01T16:00:00Z'],
    ['winter', '2026-12-01 12:00', '2026-12-01T17:00:00Z'],
    ['the minute before the clock is put forward', '2026-03-08 01:59', '2026-03-08T06:59:00Z'],
    ['an hour that the clock leaves out', '2026-03-08 02:30', '2026-03-08T07:30:00Z'],
    ['the minute after', '2026-03-08 03:00', '2026-03-08T07:00:00Z'],
    ['the first of two equal hours', '2026-11-01 01:30', '2026-11-01T05:30:00Z'],
    ['the hour after them', '2026-11-01 02:00', '2026-11-01T07:00:00Z'],
    ['the day of the change', '2026-11-01', '2026-11-01T04:00:00Z'],
  ])('New York: %s', (_, typed, expected) => {
    expect(parseInstant(typed, NEW_YORK)).toBe(expected)
  })
  it('reads back what is shown', () => {
    for (const timeZone of ['Asia/Kathmandu', 'Europe/Berlin', 'Australia/Lord_Howe', 'Pacific/Apia', 'UTC']) {
      for (let at = Date.UTC(2026, 0, 1, 12); at < Date.UTC(2027, 0, 1); at += 5 * 86_400_000) {
        const instant = new Date(at).toISOString().replace('.000Z', 'Z')
        expect(parseInstant(formatInstant(instant, timeZone), { today: '2026-11-22', timeZone })).toBe(instant)
      }
    }
  })
  it('takes now in one key', () => {
    expect(nowInstant()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(Math.abs(Date.parse(parseInstant('n', SHANGHAI) ?? '') - Date.now())).toBeLessThan(5_000)
  })
  it('ends a range with the whole minute', () => {
    expect(endOfMinute('2026-11-22T07:33:00Z')).toBe('2026-11-22T07:33:59.999Z')
  })
})

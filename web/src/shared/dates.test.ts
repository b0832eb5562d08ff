import { describe, expect, it } from 'vitest'
import { parseDate } from './dates'

describe('parseDate', () => {
  it.each([
    ['2026-11-22', '2026-11-22'],
    ['2026/1/5', '2026-01-05'],
    ['2026.11.2', '2026-11-02'],
    ['20261122', '2026-11-22'],
    ['2026年11月2日', '2026-11-02'],
    ['12-31', '2026-12-31'],
    ['5', '2026-11-05'],
    ['t', '2026-11-22'],
    ['今天', '2026-11-22'],
    ['+10', '2026-12-02'],
    ['-22', '2026-10-31'],
  ])('%s is %s', (typed, expected) => {
    expect(parseDate(typed, '2026-11-22')).toBe(expected)
  })
  it.each(['', 'x', '2026-02-30', '13-01', '2026-1', '31'])('refuses %s', (typed) => {
    expect(parseDate(typed, '2026-11-22')).toBeNull()
  })
})

import { describe, expect, it } from 'vitest'
import { addMonths, isDay, presetRange, shifted } from './ranges'

describe('ranges of days', () => {
  it.each([
    ['2026-11-01', '2026-11-30', -1, '2026-10-01', '2026-10-31'],
    ['2026-01-01', '2026-01-31', 1, '2026-02-01', '2026-02-28'],
    ['2026-10-01', '2026-12-31', 1, '2027-01-01', '2027-03-31'],
    ['2026-01-01', '2026-12-31', -1, '2025-01-01', '2025-12-31'],
    ['2026-11-05', '2026-11-11', 1, '2026-11-12', '2026-11-18'],
    ['2026-11-05', '2026-11-05', -1, '2026-11-04', '2026-11-04'],
  ] as const)('%s – %s steps by %i to %s – %s', (from, to, step, nextFrom, nextTo) => {
    expect(shifted({ from, to }, step)).toEqual({ from: nextFrom, to: nextTo })
  })
  it('keeps the ends of months', () => {
    expect(addMonths('2026-11-30', 1)).toBe('2026-12-31')
    expect(addMonths('2026-01-30', 1)).toBe('2026-02-28')
    expect(addMonths('2028-01-31', 1)).toBe('2028-02-29')
    expect(addMonths('2026-12-15', 2)).toBe('2027-02-15')
  })
  it('knows the usual ones', () => {
    expect(presetRange('month', '2026-11-22')).toEqual({ from: '2026-11-01', to: '2026-11-30' })
    expect(presetRange('lastMonth', '2026-01-05')).toEqual({ from: '2025-12-01', to: '2025-12-31' })
    expect(presetRange('quarter', '2026-11-22')).toEqual({ from: '2026-10-01', to: '2026-12-31' })
    expect(presetRange('quarter', '2026-03-31')).toEqual({ from: '2026-01-01', to: '2026-03-31' })
    expect(presetRange('year', '2026-11-22')).toEqual({ from: '2026-01-01', to: '2026-12-31' })
  })
  it('tells days from what is half typed', () => {
    expect([isDay('2026-11-22'), isDay('2026-11'), isDay('2026-13-01'), isDay(null)]).toEqual([true, false, false, false])
  })
})

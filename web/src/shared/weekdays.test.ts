import { describe, expect, it } from 'vitest'
import { weekdaysText, withDay } from './weekdays'

describe('days of the week', () => {
  it('are read by their names, days in a row as one', () => {
    expect(weekdaysText('12345', 'en')).toBe('Mon–Fri')
    expect(weekdaysText('12345', 'zh-Hans')).toBe('周一至周五')
    expect(weekdaysText('1234567', 'en')).toBe('Mon–Sun')
    expect(weekdaysText('1267', 'en')).toBe('Mon, Tue, Sat, Sun')
    expect(weekdaysText('13456', 'zh-Hans')).toBe('周一、周三至周六')
  })
  it('stay as they are where they are none', () => {
    expect(weekdaysText('', 'en')).toBe('')
    expect(weekdaysText('Mon', 'en')).toBe('Mon')
    expect(weekdaysText('129', 'en')).toBe('129')
  })
  it('keep their order when one is put in or taken out', () => {
    expect(withDay('12345', '6')).toBe('123456')
    expect(withDay('13', '2')).toBe('123')
    expect(withDay('12345', '1')).toBe('2345')
    expect(withDay('', '7')).toBe('7')
    expect(withDay('7', '7')).toBe('')
  })
})

import { describe, expect, it } from 'vitest'
import {
  changeInPercent,
  formatNumber,
  groupThousands,
  isNegative,
  isZero,
  negated,
  parseDecimal,
  sameDecimal,
  sumDecimals,
  withDecimals,
} from './decimal'

describe('parseDecimal', () => {
  it.each([
    ['1,234.50', '1234.50'],
    ['12,345,678', '12345678'],
    [' 1 234.5 ', '1234.5'],
    ['１２．５', '12.5'],
    ['1。5', '1.5'],
    ['￥99.90', '99.90'],
    ['(12.00)', '-12.00'],
    ['−3', '-3'],
    ['.5', '0.5'],
    ['007', '7'],
    ['5.', '5'],
    ['-0.00', '0.00'],
    ['9007199254740993.0001', '9007199254740993.0001'],
  ])('%s is %s', (typed, expected) => {
    expect(parseDecimal(typed)).toBe(expected)
  })

  it.each(['', '-', '.', 'abc', '1.2.3', '1,5', '1,23,456', '1e5', 'NaN', '12 pcs'])('refuses %s', (typed) => {
    expect(parseDecimal(typed)).toBeNull()
  })
})

describe('formatNumber', () => {
  it('shows amounts with at least two decimals and never rounds', () => {
    expect(formatNumber('1234.5000', 'amount')).toBe('1,234.50')
    expect(formatNumber('-0.0000', 'amount')).toBe('0.00')
    expect(formatNumber('-0', 'quantity')).toBe('0')
    expect(formatNumber('-1234567.0000', 'amount')).toBe('-1,234,567.00')
    expect(formatNumber('0.1234', 'amount')).toBe('0.1234')
    expect(formatNumber('1500', 'amount', 0)).toBe('1,500')
  })

  it('keeps every digit beyond the reach of floats', () => {
    expect(formatNumber('99999999999999999.9900', 'amount')).toBe('99,999,999,999,999,999.99')
    expect(formatNumber('0.1', 'quantity')).toBe('0.1')
  })

  it('shows only significant decimals of quantities, two at least of prices', () => {
    expect(formatNumber('12.500000', 'quantity')).toBe('12.5')
    expect(formatNumber('1000.000000', 'quantity')).toBe('1,000')
    expect(formatNumber('3.20000000', 'price')).toBe('3.20')
    expect(formatNumber('3.20000001', 'price')).toBe('3.20000001')
    expect(formatNumber(1234567, 'integer')).toBe('1,234,567')
    expect(formatNumber(2026, 'integer')).toBe('2026')
  })

  it('leaves what is not a number alone', () => {
    expect(formatNumber('abc', 'amount')).toBe('abc')
    expect(formatNumber('', 'amount')).toBe('')
  })
})

describe('sums', () => {
  it('adds exactly, whatever the number of decimals', () => {
    expect(sumDecimals(['0.1', '0.2'])).toBe('0.3')
    expect(sumDecimals(['300.0000', '-300'])).toBe('0.0000')
    expect(sumDecimals(['99999999999999999.99', '0.01'])).toBe('100000000000000000.00')
    expect(sumDecimals(['-0.05', '0.02'])).toBe('-0.03')
    expect(sumDecimals([])).toBe('0')
    expect(sumDecimals(['abc', '1'])).toBe('1')
  })

  it('changes the sign of text', () => {
    expect(negated('12.50')).toBe('-12.50')
    expect(negated('-12.50')).toBe('12.50')
    expect(negated('0.00')).toBe('0.00')
  })
})

describe('small parts', () => {
  it('groups, trims and compares as text', () => {
    expect(groupThousands('999')).toBe('999')
    expect(groupThousands('1000.')).toBe('1,000')
    expect(withDecimals('1.2300', 0)).toBe('1.23')
    expect(withDecimals('1', 2)).toBe('1.00')
    expect(sameDecimal('1.50', '1.5')).toBe(true)
    expect(sameDecimal('1,000', '1000.0')).toBe(true)
    expect(sameDecimal('1.51', '1.5')).toBe(false)
    expect(isZero('-0.00')).toBe(true)
    expect(isZero('')).toBe(false)
    expect(isZero('0.01')).toBe(false)
    expect(isNegative('-0.00')).toBe(false)
    expect(isNegative('-0.01')).toBe(true)
  })
})

describe('changeInPercent', () => {
  it.each([
    ['3750', '3390', '+10.6 %'],
    ['3390', '3750', '-9.6 %'],
    ['12000.00', '3000', '+300.0 %'],
    ['100.05', '100', '+0.1 %'],
    ['100.04', '100', '±0.0 %'],
    ['-50', '100', '-150.0 %'],
    ['-50', '-100', '+50.0 %'],
    ['1234567.89', '1', '+123,456,689.0 %'],
  ])('%s after %s is %s', (value, before, expected) => {
    expect(changeInPercent(value, before)).toBe(expected)
  })
  it('has no answer where there was nothing', () => {
    expect(changeInPercent('5', '0.00')).toBeNull()
    expect(changeInPercent('x', '1')).toBeNull()
  })
})

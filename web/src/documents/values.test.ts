import { describe, expect, it } from 'vitest'
import type { Field, FieldType } from '../api/types'
import { listTotals } from './columns'
import { inputSize } from './typing'
import { isSaidOfNew, readText, referenceText, unitText } from './values'

function field(type: FieldType, isComputed: boolean): Field {
  return { name: 'f', label: 'f', help: '', type, required: false, read_only: isComputed, listable: true }
}

describe('a field of a new record', () => {
  it('has its place when it is typed, whatever stands in it', () => {
    expect(isSaidOfNew(field('amount', false), null)).toBe(true)
    expect(isSaidOfNew(field('quantity', false), '0')).toBe(true)
    expect(isSaidOfNew(field('bool', false), false)).toBe(true)
  })
  it('has none while the server has nothing to say', () => {
    expect(isSaidOfNew(field('text', true), null)).toBe(false)
    expect(isSaidOfNew(field('bool', true), false)).toBe(false)
    expect(isSaidOfNew(field('amount', true), '0.00')).toBe(false)
    expect(isSaidOfNew(field('rate', true), '0')).toBe(false)
  })
  it('has one as soon as the server says something', () => {
    expect(isSaidOfNew(field('amount', true), '12.50')).toBe(true)
    expect(isSaidOfNew(field('bool', true), true)).toBe(true)
    expect(isSaidOfNew(field('text', true), 'CNY')).toBe(true)
  })
})

describe('a unit', () => {
  const kilogram = { id: 7, key: 'masterdata.unit', number: 'KG', title: 'Kilogram' }
  it('is read by its name, and typed by its code', () => {
    expect(readText(kilogram)).toBe('Kilogram')
    expect(referenceText(kilogram)).toBe('KG Kilogram')
    expect(readText({ id: null, number: 'KG' })).toBe('KG')
  })
  it('stands beside its quantity by name', () => {
    expect(unitText({ unit: kilogram }, { ...field('quantity', false), unit_field: 'unit' })).toBe('Kilogram')
  })
})

describe('sums under a list', () => {
  const part = (currency: string | null) => ({ currency, count: 2, values: { amount: '1234.5' } })
  it('say their currency: that of the documents, else that of the books', () => {
    const page = { rows: [], next: null, count: 4, totals: [part('USD'), part(null)] }
    expect(listTotals(page, 'Total', 'CNY')).toEqual([
      { label: 'Total USD', values: { amount: '1,234.50' } },
      { label: 'Total CNY', values: { amount: '1,234.50' } },
    ])
  })
})

describe('a cell of a grid', () => {
  it('has room for what stands in it', () => {
    const text = (max_length: number) => inputSize({ ...field('text', false), max_length })
    expect([text(2), text(20), text(200), text(4000)]).toEqual([5, 12, 37, 40])
    expect(inputSize(field('quantity', false))).toBe(8)
  })
})

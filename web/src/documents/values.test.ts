import { describe, expect, it } from 'vitest'
import type { Field, FieldType } from '../api/types'
import { isSaidOfNew } from './values'

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

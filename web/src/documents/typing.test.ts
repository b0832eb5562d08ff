import { describe, expect, it } from 'vitest'
import type { Field, FieldType } from '../api/types'
import { isTidied, isWhole, typedValue } from './typing'
import { sameValue } from './values'

function field(type: FieldType): Field {
  return { name: 'f', label: 'f', help: '', type, required: true, read_only: false, listable: true }
}

describe('typing', () => {
  it('tidies numbers, dates and instants', () => {
    expect((['quantity', 'date', 'instant', 'text', 'choice'] as const).map(isTidied)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
  })
  it.each([
    ['', 'instant', true],
    ['2026-11-22', 'instant', false],
    ['2026-11-22 15:3', 'instant', false],
    ['2026-11-22 15:33', 'instant', true],
    ['2026-11-22T15:33:00Z', 'instant', true],
    ['2026-11-22 25:33', 'instant', false],
    ['5', 'date', false],
    ['2026-11-22', 'date', true],
    ['2026-11-32', 'date', false],
    ['12.', 'quantity', true],
    ['x', 'quantity', false],
  ] as const)('%s as %s is whole: %s', (text, type, expected) => {
    expect(isWhole(text, field(type))).toBe(expected)
  })
  it('keeps the seconds of an instant that was typed as it was shown', () => {
    const shown = '2026-11-22T07:33:45Z'
    expect(typedValue('2026-11-22 15:33', field('instant'), shown, 'Asia/Shanghai')).toBe(shown)
    expect(typedValue('2026-11-22 15:34', field('instant'), shown, 'Asia/Shanghai')).toBe('2026-11-22T07:34:00Z')
    expect(typedValue('soon', field('instant'), shown, 'Asia/Shanghai')).toBe('soon')
    expect(typedValue(' ', field('instant'), shown, 'Asia/Shanghai')).toBeNull()
  })
  it('sees one instant in two spellings', () => {
    expect(sameValue('2026-11-22T07:33:00Z', '2026-11-22T07:33:00.000000+00:00', 'instant')).toBe(true)
    expect(sameValue('2026-11-22T07:33:00Z', '2026-11-22T07:33:01Z', 'instant')).toBe(false)
    expect(sameValue('soon', 'later', 'instant')).toBe(false)
  })
})

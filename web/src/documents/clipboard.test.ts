import { describe, expect, it } from 'vitest'
import { isBlock, parseBlock } from './clipboard'

describe('a block from a spreadsheet', () => {
  it('splits rows and cells and forgets the last line break', () => {
    expect(parseBlock('A-1\t2\r\nA-2\t3\r\n')).toEqual([
      ['A-1', '2'],
      ['A-2', '3'],
    ])
  })
  it('keeps empty cells, quoted tabs, line breaks and quotes', () => {
    expect(parseBlock('a\t\t"x\ty"\n"two\nlines"\t"say ""hi"""\t5" pipe')).toEqual([
      ['a', '', 'x\ty'],
      ['two\nlines', 'say "hi"', '5" pipe'],
    ])
  })
  it('is told from one pasted word', () => {
    expect(isBlock('ITEM-1')).toBe(false)
    expect(isBlock('ITEM-1\r\n')).toBe(false)
    expect(isBlock('a\tb')).toBe(true)
    expect(isBlock('a\r\nb')).toBe(true)
  })
})

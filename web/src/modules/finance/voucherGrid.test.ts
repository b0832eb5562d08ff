import { describe, expect, it } from 'vitest'
import type { Field, LinesMeta } from '../../api/types'
import { voucherHabits } from './voucherGrid'

const field = (name: string, type: Field['type'], read_only = false): Field => ({
  name,
  label: name,
  help: '',
  type,
  required: false,
  read_only,
  listable: true,
})
const debit = field('debit', 'amount')
const credit = field('credit', 'amount')
const summary = field('summary', 'text')
const meta = { name: 'lines', order: [], fields: { summary, debit, credit } } as unknown as LinesMeta
const habits = voucherHabits(meta)
const typed = (text: string, of: Field, at: number, lines: Record<string, unknown>[]) =>
  habits?.typed(text, of, at, lines)

describe('the grid of a voucher', () => {
  it('is for collections with a debit and a credit to be filled in', () => {
    expect(habits).not.toBeNull()
    expect(voucherHabits({ ...meta, fields: { debit } })).toBeNull()
    expect(voucherHabits({ ...meta, fields: { debit, credit: field('credit', 'amount', true) } })).toBeNull()
  })

  it('= puts the missing amount on the side that needs it', () => {
    const lines = [{ debit: '300.10' }, { debit: '0', credit: '100' }, {}]
    expect(typed('=', credit, 2, lines)).toEqual({ credit: '200.10', debit: '0' })
    expect(typed('＝', debit, 2, lines)).toEqual({ credit: '200.10', debit: '0' })
    expect(typed('=', debit, 0, lines)).toEqual({ debit: '100', credit: '0' })
    expect(typed('=', summary, 2, lines)).toBeNull()
  })

  it('// repeats the summary of the line above', () => {
    const lines = [{ summary: '付房租' }, {}]
    expect(typed('//', summary, 1, lines)).toEqual({ summary: '付房租' })
    expect(typed('、、', summary, 1, lines)).toEqual({ summary: '付房租' })
    expect(typed('//', summary, 0, lines)).toEqual({ summary: '' })
    expect(typed('/', summary, 1, lines)).toBeNull()
  })

  it('an amount on one side takes the place of the one on the other', () => {
    expect(typed('5', credit, 0, [{ debit: '7' }])).toEqual({ credit: '5', debit: '0' })
    expect(typed('5', credit, 0, [{ debit: '0.0000' }])).toBeNull()
    expect(typed('-', credit, 0, [{ debit: '7' }])).toBeNull()
  })

  it('Enter ends the line after an amount only', () => {
    expect(habits?.endsLine(debit, '1,200.00')).toBe(true)
    expect(habits?.endsLine(debit, '')).toBe(false)
    expect(habits?.endsLine(summary, '5')).toBe(false)
  })
})

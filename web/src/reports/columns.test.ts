import { describe, expect, it } from 'vitest'
import { columnNumber, headGroups, linkedColumn } from './columns'
import type { ReportColumn, ReportRow } from './types'

const column = (name: string, kind: ReportColumn['kind'], group = ''): ReportColumn => ({ name, label: name, kind, group })
const columns = [
  column('on', 'date'),
  column('number', 'code'),
  column('opening_debit', 'amount', 'Opening'),
  column('opening_credit', 'amount', 'Opening'),
  column('closing', 'amount', 'Closing'),
]
const row = (values: ReportRow['values'], drills: ReportRow['drills'] = {}): ReportRow => ({
  values,
  level: 0,
  bold: false,
  drill: { document: { key: 'finance.voucher', id: 1 } },
  drills,
})

describe('the columns of a report', () => {
  it('stand under the heading they share', () => {
    expect(headGroups(columns)).toEqual([
      { label: '', span: 1, first: 'on' },
      { label: '', span: 1, first: 'number' },
      { label: 'Opening', span: 2, first: 'opening_debit' },
      { label: 'Closing', span: 1, first: 'closing' },
    ])
  })
  it('write their figures alike, so that the points stand below each other', () => {
    const hours = { ...column('hours', 'quantity'), scale: 2 }
    expect(['16.5', '4', '1204.25'].map((text) => columnNumber(hours, text))).toEqual(['16.50', '4.00', '1,204.25'])
    expect(columnNumber(column('quantity', 'quantity'), '16.500')).toBe('16.5')
    expect(columnNumber({ ...column('net', 'amount'), scale: 2 }, '4')).toBe('4.00')
    expect(columnNumber(column('orders', 'integer'), '12')).toBe('12')
  })
  it('carry the link of a row where it is named', () => {
    expect(linkedColumn(columns, row({ on: '2026-11-22', number: '记-2026-11-0001' }))).toBe('number')
    expect(linkedColumn(columns, row({ on: '2026-11-22', number: null }))).toBe('on')
    const own = { number: { document: { key: 'finance.voucher', id: 2 } } }
    expect(linkedColumn(columns, row({ on: '2026-11-22', number: '1' }, own))).toBe('on')
  })
})

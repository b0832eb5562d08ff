import { describe, expect, it } from 'vitest'
import { reportChart } from './chart'
import type { ReportAnswer, ReportRow } from './types'

const row = (values: ReportRow['values'], level = 0, drills: ReportRow['drills'] = {}): ReportRow => ({
  values,
  level,
  bold: false,
  drill: { report: 'books.ledger', params: { account: Number(values['n']) } },
  drills,
})
const column = (name: string, label: string, group = '') => ({ name, label, kind: 'amount' as const, group })
const answer: ReportAnswer = {
  key: 'k', label: 'Report', heading: '', currency: 'CNY', as_of: '', params: {}, totals: null, notes: [],
  columns: [column('x', 'What'), column('a', 'Amount', 'Opening'), column('b', 'Amount', 'Closing')],
  rows: [row({ x: 'One', n: 1, a: '1.5', b: '2' }), row({ x: 'part', a: '1', b: '1' }, 1), row({ x: 'Two', n: 2, a: null, b: '-3' })],
  chart: { kind: 'bar', x: 'x', series: ['a', 'b'], level: 0, turned: false },
}

describe('the chart of a report', () => {
  it('draws rows of its level, with columns called by what tells them apart', () => {
    const { data, pathOf } = reportChart(answer)!
    expect(data).toEqual({
      kind: 'bar', measure: 'CNY', number: 'amount', categories: ['One', 'Two'],
      series: [{ name: 'Opening', values: ['1.5', null] }, { name: 'Closing', values: ['2', '-3'] }],
    })
    expect(pathOf(1, 0)).toBe('/reports/books.ledger?account=2')
  })
  it('turned, opens the figure itself where that can be opened', () => {
    const month = { report: 'books.ledger', params: { month: 9 } }
    const turned = reportChart({
      ...answer, rows: [row({ x: 'One', n: 1, a: '1.5', b: '2' }, 0, { b: month })], chart: { ...answer.chart!, turned: true },
    })!
    expect(turned.data.categories).toEqual(['Opening', 'Closing'])
    expect(turned.data.series).toEqual([{ name: 'One', values: ['1.5', '2'] }])
    expect([turned.pathOf(1, 0), turned.pathOf(0, 0)]).toEqual(['/reports/books.ledger?month=9', '/reports/books.ledger?account=1'])
  })
  it('is none where none is declared or nothing is there', () => {
    expect(reportChart({ ...answer, chart: null })).toBeNull()
    expect(reportChart({ ...answer, rows: [] })).toBeNull()
  })
})

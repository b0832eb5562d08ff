import { describe, expect, it } from 'vitest'
import type { DocumentMeta } from '../api/types'
import { askedPivot, firstPivot, isTurned, parsePivot, pivotChart, pivotParams, rowOrder, withFilters, type PivotAnswer } from './pivot'
import type { ListQuery } from './query'

const meta = {
  party: 'customer',
  date: 'ordered_on',
  pivot: {
    dimensions: ['state', 'company', 'customer', 'ordered_on.month'].map((key) => ({
      key,
      label: key,
      field: key,
      type: key === 'state' ? 'state' : key.includes('.') ? 'date' : 'reference',
    })),
    measures: [{ key: 'count', label: 'Count' }, { key: 'amount_net', label: 'Net' }],
  },
} as unknown as DocumentMeta

const answer: PivotAnswer = {
  rows: { key: 'customer', label: 'Customer', keys: [{ label: 'A', filters: { 'filter[customer][eq]': '1' } }, { label: 'B', filters: null }] },
  columns: { key: 'ordered_on.month', label: 'Month', keys: ['01', '02'].map((m) => ({ label: `2026-${m}`, filters: {} })) },
  measure: { key: 'amount_net', label: 'Net', currency: 'CNY' },
  cells: [['10.5', null], ['3', '20']],
  row_totals: ['10.5', '23'],
  column_totals: ['13.5', '20'],
  total: '33.5',
}
const query = (...conditions: [string, string, string][]): ListQuery => ({
  conditions: conditions.map(([field, op, value]) => ({ field, op, value })),
  search: '',
  sort: null,
})

describe('a pivot in the address', () => {
  it('begins with whom, by month, in money, and comes back as it was', () => {
    const first = firstPivot(meta)
    expect(first).toEqual({ rows: 'customer', columns: 'ordered_on.month', measure: 'amount_net', shown: 'table' })
    const chosen = { ...first, columns: '', shown: 'pie' as const }
    expect(parsePivot(new URLSearchParams(pivotParams(chosen)), meta)).toEqual(chosen)
    expect(parsePivot(new URLSearchParams('search=x'), meta)).toBeNull()
    expect(parsePivot(new URLSearchParams('view=pivot&rows=gone&measure=gone&shown=gone'), meta)).toEqual(first)
  })
  it('asks for no columns where there are none, or the rows again', () => {
    const asked = { rows: 'state', columns: '', measure: 'count', shown: 'table' as const }
    expect(askedPivot(asked)).toEqual({ rows: 'state', measure: 'count' })
    expect(askedPivot({ ...asked, columns: 'state' })).toEqual({ rows: 'state', measure: 'count' })
  })
})

describe('the way from a cell to its records', () => {
  it('adds to the conditions of the list and never widens them', () => {
    const mid = query(['ordered_on', 'gte', '2026-01-15'], ['state', 'in', 'draft,open'])
    const cell = { 'filter[ordered_on][gte]': '2026-01-01', 'filter[ordered_on][lte]': '2026-01-31', 'filter[state][eq]': 'open' }
    expect(withFilters(mid, cell).conditions).toEqual([
      { field: 'ordered_on', op: 'gte', value: '2026-01-15' },
      { field: 'ordered_on', op: 'lte', value: '2026-01-31' },
      { field: 'state', op: 'eq', value: 'open' },
    ])
  })
})

describe('what is shown', () => {
  it('orders rows by a column, nothing last, and then by themselves again', () => {
    expect(rowOrder(answer, null)).toEqual([0, 1])
    expect(rowOrder(answer, { column: 'total', isDescending: true })).toEqual([1, 0])
    expect(rowOrder(answer, { column: 0, isDescending: true })).toEqual([0, 1])
    expect(rowOrder(answer, { column: 1, isDescending: true })).toEqual([1, 0])
  })
  it('draws times along the axis, figures as they came', () => {
    expect(isTurned(answer)).toBe(true)
    expect(pivotChart(answer, [1, 0], 'line')).toEqual({
      kind: 'line',
      measure: 'Net, CNY',
      number: 'amount',
      categories: ['2026-01', '2026-02'],
      series: [{ name: 'B', values: ['3', '20'] }, { name: 'A', values: ['10.5', null] }],
    })
  })
})

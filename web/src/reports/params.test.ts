import { describe, expect, it } from 'vitest'
import type { Field } from '../api/types'
import { drillPath, knownParams, missingParams, shownParam, withParam } from './params'
import type { ReportAnswer } from './types'

const field = (name: string, type: Field['type'], more: Partial<Field> = {}): Field => ({
  name,
  label: name,
  help: '',
  type,
  required: false,
  read_only: false,
  listable: true,
  ...more,
})
const cash = { id: 7, key: 'books.account', number: '1001', title: 'Cash' }
const answer = { params: { account: cash, from_on: '2026-11-01', zero: false } } as unknown as ReportAnswer

describe('the parameters of a report', () => {
  it('lead to another report or to a document', () => {
    expect(drillPath({ report: 'books.general-ledger', params: { account: 7, from_on: '2026-11-01' } })).toBe(
      '/reports/books.general-ledger?account=7&from_on=2026-11-01',
    )
    expect(drillPath({ document: { key: 'finance.voucher', id: 12 } })).toBe('/open/finance.voucher/12')
  })
  it('go into the address one by one', () => {
    const params = new URLSearchParams('from_on=2026-11-01')
    expect(withParam(params, 'account', cash).toString()).toBe('from_on=2026-11-01&account=7')
    expect(withParam(params, 'zero', false).toString()).toBe('from_on=2026-11-01&zero=false')
    expect(withParam(params, 'from_on', null).toString()).toBe('')
    expect(withParam(params, 'account', { id: null, number: '10' }).toString()).toBe('from_on=2026-11-01')
  })
  it('show what is given, what was used, what is proposed', () => {
    const params = new URLSearchParams('account=7&zero=true')
    expect(shownParam(field('account', 'reference'), params, answer, null)).toEqual(cash)
    expect(shownParam(field('zero', 'bool'), params, answer, null)).toBe(true)
    expect(shownParam(field('from_on', 'date'), params, answer, null)).toBe('2026-11-01')
    expect(shownParam(field('to_on', 'date', { default: '2026-11-30' }), params, undefined, null)).toBe('2026-11-30')
    expect(shownParam(field('account', 'reference'), params, undefined, null)).toEqual({ id: null, number: '#7' })
  })
  it('wait for what must be given, and drop what is not known', () => {
    const fields = [field('account', 'reference', { required: true }), field('from_on', 'date', { default: '2026-11-01' })]
    expect(missingParams(fields, new URLSearchParams()).map((one) => one.name)).toEqual(['account'])
    expect(missingParams(fields, new URLSearchParams('account=7'))).toEqual([])
    expect(knownParams(new URLSearchParams('account=7&old=1&from_on='), fields).toString()).toBe('account=7')
  })
})

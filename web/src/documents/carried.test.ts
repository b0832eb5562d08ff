import { describe, expect, it } from 'vitest'
import type { DocumentMeta, Field, FieldType } from '../api/types'
import { formReducer, loadedState, type FormAction, type FormState } from './formState'

const field = (name: string, type: FieldType): Field => ({
  name,
  label: name,
  help: '',
  type,
  required: false,
  read_only: false,
  listable: true,
})
const meta = {
  key: 'sales.order',
  fields: {},
  lines: [
    {
      name: 'lines',
      label: 'Lines',
      help: '',
      order: ['item', 'tax_rate'],
      fields: { item: field('item', 'text'), tax_rate: field('tax_rate', 'rate') },
      carried: ['tax_rate'],
      min: 1,
    },
  ],
} as unknown as DocumentMeta
const reduce = formReducer(meta)

function run(...actions: FormAction[]): FormState {
  return actions.reduce(reduce, loadedState(null, meta))
}
const keyOf = (state: FormState, at: number): string => state.lines['lines']?.[at]?.key ?? ''
const edits = (state: FormState): unknown[] => (state.lines['lines'] ?? []).map((line) => line.edits)
const add: FormAction = { type: 'addLine', collection: 'lines', after: null }
const set = (state: FormState, at: number, name: string, value: string): FormState =>
  reduce(state, { type: 'setCell', collection: 'lines', key: keyOf(state, at), field: name, value })

describe('what a line takes over from the one above', () => {
  it('comes with its first value, so that an untouched line stays blank', () => {
    let state = set(set(run(), 0, 'item', 'A'), 0, 'tax_rate', '13')
    state = reduce(state, add)
    expect(edits(state)).toEqual([{ item: 'A', tax_rate: '13' }, {}])
    expect(edits(set(state, 1, 'item', 'B'))).toEqual([
      { item: 'A', tax_rate: '13' },
      { item: 'B', tax_rate: '13' },
    ])
  })
  it('gives way to what is typed, and is not put back once emptied', () => {
    let state = reduce(set(set(run(), 0, 'item', 'A'), 0, 'tax_rate', '13'), add)
    state = set(state, 1, 'tax_rate', '9')
    expect(edits(state)[1]).toEqual({ tax_rate: '9' })
    state = set(set(state, 1, 'tax_rate', ''), 1, 'tax_rate', '')
    expect(edits(state)[1]).toEqual({ tax_rate: '' })
  })
  it('follows down a pasted block', () => {
    const begun = set(set(run(add), 0, 'item', 'A'), 0, 'tax_rate', '13')
    const state = reduce(begun, {
      type: 'paste',
      collection: 'lines',
      key: keyOf(begun, 1),
      fields: ['item'],
      block: [['B'], ['C']],
    })
    expect(edits(state)).toEqual([
      { item: 'A', tax_rate: '13' },
      { item: 'B', tax_rate: '13' },
      { item: 'C', tax_rate: '13' },
    ])
  })
})

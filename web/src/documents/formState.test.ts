import { describe, expect, it } from 'vitest'
import type { DocumentMeta, Field, FieldType, RecordData } from '../api/types'
import { messagesByPlace, placeOf } from './errors'
import { changedNames, createBody, formReducer, loadedState, previewBody, saveBody, type FormState } from './formState'
import { bodyValue, displayText, shownValue, valueFromText } from './values'

const field = (name: string, type: FieldType, more: Partial<Field> = {}): Field => ({
  name,
  label: name,
  help: '',
  type,
  required: false,
  read_only: false,
  listable: true,
  ...more,
})

const meta = {
  fields: {
    code: field('code', 'code'),
    price: field('price', 'price'),
    unit: field('unit', 'reference'),
    total: field('total', 'amount', { read_only: true }),
  },
  lines: [
    {
      name: 'units',
      label: '',
      help: '',
      order: ['unit', 'numerator'],
      min: 0,
      fields: { unit: field('unit', 'reference'), numerator: field('numerator', 'integer') },
    },
  ],
} as unknown as DocumentMeta

const pcs = { id: 5, key: 'masterdata.unit', number: 'PCS', title: 'Piece' }
const stored: RecordData = {
  id: 9,
  version: 3,
  code: 'A',
  price: '1.50',
  unit: pcs,
  total: '3.00',
  units: [
    { id: 71, unit: pcs, numerator: 1 },
    { id: 72, unit: pcs, numerator: 12 },
  ],
}
const reduce = formReducer(meta)
const open = (): FormState => loadedState(stored, meta)

describe('differences over the stored record', () => {
  it('is clean after loading and after setting an equal value', () => {
    let state = open()
    expect(changedNames(state, meta)).toEqual([])
    state = reduce(state, { type: 'set', field: 'price', value: '1.5' })
    state = reduce(state, { type: 'set', field: 'unit', value: { ...pcs } })
    expect(changedNames(state, meta)).toEqual([])
  })

  it('saves only what changed and a changed collection whole', () => {
    let state = reduce(open(), { type: 'set', field: 'price', value: '2' })
    expect(saveBody(state, meta).body).toEqual({ price: '2' })
    state = reduce(state, { type: 'setCell', collection: 'units', key: 's72', field: 'numerator', value: '24' })
    state = reduce(state, { type: 'addLine', collection: 'units', after: null })
    expect(saveBody(state, meta)).toEqual({
      body: {
        price: '2',
        units: [
          { id: 71, unit: 5, numerator: 1 },
          { id: 72, unit: 5, numerator: 24 },
        ],
      },
      sent: { units: ['s71', 's72'] },
    })
    expect(changedNames(state, meta)).toEqual(['price', 'units'])
  })

  it('sends null for an emptied field and removes deleted lines', () => {
    let state = reduce(open(), { type: 'set', field: 'code', value: '' })
    state = reduce(state, { type: 'removeLine', collection: 'units', key: 's71' })
    expect(saveBody(state, meta).body).toEqual({ code: null, units: [{ id: 72, unit: 5, numerator: 12 }] })
  })

  it('previews the whole stored document but never read-only fields', () => {
    const { body } = previewBody(reduce(open(), { type: 'set', field: 'code', value: 'B' }), meta)
    expect(body).toEqual({
      id: 9,
      code: 'B',
      price: '1.50',
      unit: 5,
      units: [
        { id: 71, unit: 5, numerator: 1 },
        { id: 72, unit: 5, numerator: 12 },
      ],
    })
  })

  it('sends of a new record only what was entered', () => {
    let state = loadedState(null, meta)
    state = reduce(state, { type: 'set', field: 'code', value: 'N' })
    state = reduce(state, { type: 'set', field: 'price', value: '' })
    state = reduce(state, { type: 'addLine', collection: 'units', after: null })
    expect(saveBody(state, meta).body).toEqual({ code: 'N' })
  })

  it('moves lines and counts the new order as a change', () => {
    const state = reduce(open(), { type: 'moveLine', collection: 'units', key: 's72', by: -1 })
    expect(state.lines['units']?.map((line) => line.key)).toEqual(['s72', 's71'])
    expect(changedNames(state, meta)).toEqual(['units'])
    expect(reduce(state, { type: 'moveLine', collection: 'units', key: 's72', by: -1 })).toEqual(state)
  })

  it('pastes a block over existing lines and appends the rest', () => {
    const state = reduce(open(), {
      type: 'paste',
      collection: 'units',
      key: 's72',
      fields: ['unit', 'numerator'],
      block: [
        [{ id: null, number: 'BOX' }, '6'],
        [{ id: null, number: 'PAL' }, '48'],
      ],
    })
    expect(saveBody(state, meta).body['units']).toEqual([
      { id: 71, unit: 5, numerator: 1 },
      { id: 72, unit: 'BOX', numerator: 6 },
      { unit: 'PAL', numerator: 48 },
    ])
  })

  it('takes over a newer version, keeping or dropping own changes', () => {
    let state = reduce(open(), { type: 'set', field: 'price', value: '2' })
    state = reduce(state, { type: 'set', field: 'code', value: 'B' })
    const newer = { ...stored, version: 4, code: 'C', price: '2.00' }
    const kept = reduce(state, { type: 'rebase', base: newer, drop: [] })
    expect(kept.base?.version).toBe(4)
    expect(kept.edits).toEqual({ code: 'B' })
    expect(reduce(state, { type: 'rebase', base: newer, drop: ['code'] }).edits).toEqual({})
  })
})

describe('errors find their place', () => {
  const sent = { units: ['s71', 'nA'] }
  it('names fields, cells and the record', () => {
    const of = (path: string | null, line?: number) =>
      placeOf({ code: 'x', message: 'm', field: path, line: line ?? null }, meta, sent)
    expect(of('code')).toEqual({ kind: 'field', field: 'code' })
    expect(of('units.1.numerator')).toEqual({
      kind: 'cell',
      collection: 'units',
      line: 'nA',
      index: 1,
      field: 'numerator',
    })
    expect(of('lines.0.unit')).toEqual({ kind: 'cell', collection: 'units', line: 's71', index: 0, field: 'unit' })
    expect(of('units', 2)).toEqual({ kind: 'cell', collection: 'units', line: 'nA', index: 1, field: null })
    expect(of('units.9.unit')).toEqual({ kind: 'record' })
    expect(of(null)).toEqual({ kind: 'record' })
  })
  it('joins messages of one place without repeating', () => {
    const errors = ['a', 'b', 'a'].map((message) => ({
      error: { code: 'x', message },
      place: { kind: 'field', field: 'code' } as const,
    }))
    expect(messagesByPlace(errors)).toEqual({ code: 'a b' })
  })
})

describe('values', () => {
  it('reads typed and pasted text by type', () => {
    const read = (text: string, type: FieldType, more: Partial<Field> = {}) =>
      valueFromText(text, field('f', type, more), { today: '2026-11-22', timeZone: 'Asia/Shanghai' })
    expect(read('1,200.5', 'quantity')).toBe('1200.5')
    expect(read('many', 'quantity')).toBe('many')
    expect(read('11-5', 'date')).toBe('2026-11-05')
    expect(read('是', 'bool')).toBe(true)
    expect(read('PCS Piece', 'reference')).toEqual({ id: null, number: 'PCS' })
    expect(read('Buy', 'choice', { choices: [{ value: 'b', label: 'Buy' }] })).toBe('b')
    expect(read('  ', 'text')).toBeNull()
  })
  it('sends integers as numbers only while they are exact', () => {
    expect(bodyValue('12', 'integer')).toBe(12)
    expect(bodyValue('1234567890123456789', 'integer')).toBe('1234567890123456789')
    expect(bodyValue('12', 'quantity')).toBe('12')
    expect(bodyValue({ id: null, number: 'X' }, 'reference')).toBe('X')
  })
  it('shows what was typed, then what the server proposes, then what is stored', () => {
    expect(shownValue(undefined, undefined, 'stored')).toBe('stored')
    expect(shownValue(undefined, null, 'stored')).toBeNull()
    expect(shownValue(null, 'proposed', 'stored')).toBeNull()
    expect(shownValue({ id: null, number: 'pcs' }, pcs, null)).toEqual(pcs)
    expect(shownValue({ id: null, number: 'BOX' }, pcs, null)).toEqual({ id: null, number: 'BOX' })
  })
  it('shows every type as text', () => {
    const words = { yes: 'Yes', no: 'No', timeZone: 'UTC', language: 'en' as const }
    expect(displayText('1234.5', field('f', 'amount'), words)).toBe('1,234.50')
    expect(displayText(pcs, field('f', 'reference'), words)).toBe('Piece')
    expect(displayText({ ...pcs, key: 'masterdata.item' }, field('f', 'reference'), words)).toBe('PCS Piece')
    expect(displayText({ ...pcs, title: '' }, field('f', 'reference'), words)).toBe('PCS')
    expect(displayText('12345', field('f', 'weekdays'), words)).toBe('Mon–Fri')
    expect(displayText(false, field('f', 'bool'), words)).toBe('No')
    expect(displayText('2026-11-22T01:02:00Z', field('f', 'instant'), words)).toBe('2026-11-22 01:02')
    expect(displayText(null, field('f', 'text'), words)).toBe('')
  })
})

describe('a new record made from others', () => {
  const body = { code: 'B', price: '2.0', unit: 5, total: '9', units: [{ unit: 5, numerator: 3 }], sources: [9] }
  const begun = () => reduce(loadedState(null, meta), { type: 'begin', body })

  it('takes over what can be written and sends its sources when it is stored, not in a preview', () => {
    const stored = createBody(begun(), meta)
    expect(stored.body).toEqual({
      code: 'B',
      price: '2.0',
      unit: 5,
      units: [{ unit: 5, numerator: 3 }],
      sources: [9],
    })
    expect(previewBody(begun(), meta).body).not.toHaveProperty('sources')
    expect(changedNames(begun(), meta)).toEqual(['code', 'price', 'unit', 'units'])
  })

  it('shows the name of a reference known by its id as soon as the server has told it', () => {
    expect(shownValue(begun().edits['unit'], pcs, undefined)).toEqual(pcs)
    expect(shownValue(begun().edits['unit'], { ...pcs, id: 6 }, undefined)).toMatchObject({ id: 5, number: '' })
  })

  it('sends a date that the screen proposes, unless it was changed', () => {
    const dated = { ...meta, fields: { ...meta.fields, on: field('on', 'date', { proposed: '2026-11-22' }) } }
    expect(saveBody(loadedState(null, dated), dated).body).toEqual({ on: '2026-11-22' })
    const changed = formReducer(dated)(loadedState(null, dated), { type: 'set', field: 'on', value: '2026-11-01' })
    expect(saveBody(changed, dated).body).toEqual({ on: '2026-11-01' })
  })
})

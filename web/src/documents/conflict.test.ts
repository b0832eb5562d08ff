import { describe, expect, it } from 'vitest'
import type { DocumentMeta, RecordData } from '../api/types'
import { conflictsOf } from './conflict'
import { formReducer, loadedState } from './formState'

const text = (name: string) => ({
  name,
  label: name.toUpperCase(),
  help: '',
  type: 'text',
  required: false,
  read_only: false,
  listable: true,
})
const meta = {
  fields: { code: text('code'), name: text('name') },
  lines: [{ name: 'units', label: 'Units', help: '', order: ['note'], min: 0, fields: { note: text('note') } }],
} as unknown as DocumentMeta
const base: RecordData = { id: 1, version: 1, code: 'A', name: 'N', units: [{ id: 5, note: 'x' }] }

describe('two people change one record', () => {
  const edited = formReducer(meta)(loadedState(base, meta), { type: 'set', field: 'code', value: 'B' })
  it('meets only where both changed the same field to different values', () => {
    expect(conflictsOf(edited, { ...base, version: 2, code: 'C' }, meta)).toEqual([
      { name: 'code', label: 'CODE', ours: 'B', theirs: 'C', isLines: false },
    ])
    expect(conflictsOf(edited, { ...base, version: 2, name: 'other' }, meta)).toEqual([])
    expect(conflictsOf(edited, { ...base, version: 2, code: 'B' }, meta)).toEqual([])
  })
  it('treats a collection as one thing', () => {
    const lines = formReducer(meta)(edited, {
      type: 'setCell',
      collection: 'units',
      key: 's5',
      field: 'note',
      value: 'mine',
    })
    const theirs = {
      ...base,
      version: 2,
      units: [
        { id: 5, note: 'x' },
        { id: 6, note: 'y' },
      ],
    }
    expect(conflictsOf(lines, theirs, meta)).toEqual([
      { name: 'units', label: 'Units', ours: 1, theirs: 2, isLines: true },
    ])
    expect(conflictsOf(edited, theirs, meta)).toEqual([])
  })
})

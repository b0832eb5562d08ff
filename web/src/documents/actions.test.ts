import { describe, expect, it } from 'vitest'
import type { ActionMeta, DocumentMeta, RecordData } from '../api/types'
import { inputBody, isEditable, offeredActions } from './actions'

const action = (key: string, style: ActionMeta['style'], more: Partial<ActionMeta> = {}): ActionMeta => ({
  key,
  label: key,
  help: '',
  style,
  source: ['draft'],
  target: null,
  batch: true,
  ask: null,
  inputs: [],
  may: true,
  ...more,
})
const meta = {
  states: [
    { key: 'draft', label: '', colour: 'grey' },
    { key: 'done', label: '', colour: 'green' },
  ],
  editable_in: ['draft'],
  may: { create: true, edit: true },
  actions: [
    action('cancel', 'danger'),
    action('print', 'default'),
    action('confirm', 'primary'),
    action('secret', 'primary', { may: false }),
  ],
} as unknown as DocumentMeta
const record = (state: string, allowed: RecordData['allowed']): RecordData => ({
  id: 1,
  version: 1,
  state,
  ...(allowed ? { allowed } : {}),
})

describe('what is offered', () => {
  it('puts the primary action first, danger last, and hides what the person may never do', () => {
    expect(offeredActions(meta, record('draft', undefined)).map((one) => one.action.key)).toEqual([
      'confirm',
      'print',
      'cancel',
    ])
  })
  it('moves disabled actions behind and keeps their reason', () => {
    const allowed = [
      { key: 'confirm', enabled: false, reason: 'No lines.' },
      { key: 'print', enabled: true, reason: null },
    ]
    const offered = offeredActions(meta, record('draft', allowed))
    expect(offered.map((one) => [one.action.key, one.isEnabled, one.reason])).toEqual([
      ['print', true, null],
      ['cancel', true, null],
      ['confirm', false, 'No lines.'],
    ])
  })
  it('edits only in editable states, by those who may', () => {
    expect(isEditable(meta, record('draft', []))).toBe(true)
    expect(isEditable(meta, record('done', []))).toBe(false)
    expect(isEditable({ ...meta, may: { ...meta.may, edit: false } }, record('draft', []))).toBe(false)
    expect(isEditable({ ...meta, may: { ...meta.may, create: false } }, null)).toBe(false)
  })
  it('sends only inputs that the action knows', () => {
    const field = {
      name: 'on',
      label: '',
      help: '',
      type: 'date' as const,
      required: true,
      read_only: false,
      listable: false,
    }
    expect(inputBody(action('x', 'default', { inputs: [field] }), { on: '2026-11-22', other: 'y' })).toEqual({
      on: '2026-11-22',
    })
  })
})

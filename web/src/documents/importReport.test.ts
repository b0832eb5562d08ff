import { describe, expect, it } from 'vitest'
import { previewed } from './ImportReport'

const section = (...fields: string[]) => ({ key: 'main', label: 'Main', fields, folded: false })

describe('the preview of an import', () => {
  it('shows what some row gives, in the order of the form, and nothing of the record itself', () => {
    const rows = [
      { id: null, state: 'active', name: 'Bolt', code: 'B-1', units: [], note: '', scale: 0 },
      { id: null, state: 'active', name: 'Nut', code: 'B-2', units: [], note: null, scale: null },
    ]
    expect(previewed({ sections: [section('scale', 'code'), section('note')] }, rows)).toEqual(['scale', 'code'])
  })
})

import { describe, expect, it } from 'vitest'
import { isSameView } from './views'

describe('saved views', () => {
  it('are the same when they show the same, however the address is written', () => {
    const view = { query: 'filter[state][eq]=active&sort=-code', columns: ['code', 'name'] }
    expect(isSameView(view, { ...view, query: 'sort=-code&filter%5Bstate%5D%5Beq%5D=active' })).toBe(true)
    expect(isSameView(view, { ...view, columns: ['name', 'code'] })).toBe(false)
    expect(isSameView(view, { ...view, columns: null })).toBe(false)
    expect(isSameView(view, { ...view, query: 'sort=-code' })).toBe(false)
  })
})

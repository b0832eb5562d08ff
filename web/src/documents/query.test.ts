import { describe, expect, it } from 'vitest'
import { nextSort, parseQuery, queryParams, withConditions } from './query'

const address = 'filter[state][in]=active,inactive&filter[code][contains]=a%26b&search=lun&sort=-code'

describe('the list query in the address', () => {
  it('reads and writes the same thing', () => {
    const query = parseQuery(new URLSearchParams(address))
    expect(query).toEqual({
      conditions: [
        { field: 'state', op: 'in', value: 'active,inactive' },
        { field: 'code', op: 'contains', value: 'a&b' },
      ],
      search: 'lun',
      sort: '-code',
    })
    expect(parseQuery(queryParams(query))).toEqual(query)
  })

  it('ignores foreign and empty parameters', () => {
    expect(parseQuery(new URLSearchParams('x=1&filter[a]=2&filter[b][eq]='))).toEqual({
      conditions: [],
      search: '',
      sort: null,
    })
  })

  it('replaces the conditions of one field in their place', () => {
    const query = parseQuery(new URLSearchParams(`filter[on][gte]=2026-01-01&filter[on][lte]=2026-01-31&${address}`))
    const changed = withConditions(query, 'on', [{ field: 'on', op: 'eq', value: '2026-02-01' }])
    expect(changed.conditions.map((one) => `${one.field} ${one.op}`)).toEqual(['on eq', 'state in', 'code contains'])
    expect(withConditions(query, 'state', []).conditions.map((one) => one.field)).toEqual(['on', 'on', 'code'])
    expect(withConditions(query, 'new', [{ field: 'new', op: 'eq', value: '1' }]).conditions.at(-1)?.field).toBe('new')
  })

  it('cycles the order of a column', () => {
    expect(nextSort(null, 'code')).toBe('code')
    expect(nextSort('code', 'code')).toBe('-code')
    expect(nextSort('-code', 'code')).toBeNull()
    expect(nextSort('name', 'code')).toBe('code')
  })
})

import { describe, expect, it } from 'vitest'
import { withRecent, type Recent } from './recent'

const record = (id: number): Recent => ({ key: 'sales.order', path: 'sales/orders', id, text: `SO-${id}`, label: '' })

describe('withRecent', () => {
  it('puts what was opened last on top, once', () => {
    const list = [1, 2, 3].map(record).reduce(withRecent, [] as Recent[])
    expect(list.map((one) => one.id)).toEqual([3, 2, 1])
    expect(withRecent(list, record(1)).map((one) => one.id)).toEqual([1, 3, 2])
  })
  it('keeps six', () => {
    const list = [1, 2, 3, 4, 5, 6, 7, 8].map(record).reduce(withRecent, [] as Recent[])
    expect(list.map((one) => one.id)).toEqual([8, 7, 6, 5, 4, 3])
  })
})

import { describe, expect, it } from 'vitest'
import type { AppMeta, MenuEntry } from '../api/types'
import { commandHits, menuHits } from './palette'

const entry = (key: string, label: string, initials: string, makes = ''): MenuEntry => ({
  kind: 'document',
  key,
  path: key.replace('.', '/'),
  label,
  initials,
  makes,
})
const app = {
  menu: [
    {
      key: 'purchasing',
      label: '采购',
      entries: [
        entry('purchasing.orders', '采购订单', 'cgdd', '采购订单'),
        entry('purchasing.receipts', '收货单', 'shd', '收货单'),
      ],
    },
    {
      key: 'sales',
      label: 'Sales',
      entries: [entry('sales.orders', 'Sales orders', 'xsdd', 'Sales order'), entry('sales.seen', 'Order book', 'ddb')],
    },
  ],
} as unknown as AppMeta
const texts = (hits: { text: string }[]): string[] => hits.map((hit) => hit.text)

describe('menuHits', () => {
  it('finds pages by label and by pinyin initials, what begins with the words first', () => {
    expect(texts(menuHits(app, 'cg'))).toEqual(['采购订单'])
    expect(texts(menuHits(app, 'order'))).toEqual(['Order book', '采购订单', 'Sales orders'])
    expect(texts(menuHits(app, '收货'))).toEqual(['收货单'])
  })
  it('lists pages before anything is typed', () => {
    expect(menuHits(app, '')).toHaveLength(4)
  })
})

describe('commandHits', () => {
  it.each(['new sales order', '+sales', 'xz xsdd', '新增 sales', '新建：Sales order'])('%s makes a sales order', (words) => {
    expect(commandHits(app, words, 'New')).toEqual([
      { id: 'new-sales.orders', kind: 'New', text: 'Sales order', to: '/sales/orders/new' },
    ])
  })
  it('offers everything that can be made after the word alone, and only that', () => {
    expect(texts(commandHits(app, 'new', 'New'))).toEqual(['采购订单', '收货单', 'Sales order'])
    expect(texts(commandHits(app, 'new order book', 'New'))).toEqual([])
  })
  it('offers making beside the page that was found, and nothing for nothing', () => {
    expect(texts(commandHits(app, 'cgdd', 'New'))).toEqual(['采购订单'])
    expect(commandHits(app, '  ', 'New')).toEqual([])
    expect(commandHits(app, 'newton', 'New')).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { en, type Key } from './en'
import { translate } from './language'
import { zhHans } from './zh-Hans'

const keys = Object.keys(en) as Key[]
const placeholders = (text: string): string[] => [...new Set(text.match(/\{\w+/g) ?? [])].sort()

describe('the words of the screens', () => {
  it('fills in values and tells one from many', () => {
    expect(translate('en', 'import.rows', { n: 1 })).toBe('1 row')
    expect(translate('en', 'import.rows', { n: 3 })).toBe('3 rows')
    expect(translate('zh-Hans', 'import.rows', { n: 1 })).toBe('共 1 行')
    expect(translate('en', 'lines.cell', { label: 'Price', n: 2 })).toBe('Price, line 2')
  })
  it('writes the name of a kind small inside an English sentence', () => {
    expect(translate('en', 'list.empty', { plural: 'Sales orders' })).toBe('No sales orders yet.')
    expect(translate('en', 'document.new', { label: 'VAT rate' })).toBe('New VAT rate')
    expect(translate('zh-Hans', 'list.empty', { plural: '销售订单' })).toBe('还没有销售订单。')
  })
  it.each(keys)('%s names the same values in both languages', (key) => {
    expect(placeholders(zhHans[key])).toEqual(placeholders(en[key]))
  })
  it.each(keys)('%s is Chinese in Chinese', (key) => {
    const words = zhHans[key].replace(/\{\w+\}|CSV|Excel|·|\s/g, '')
    expect(words === '' || /[\u3000-\u303f\u4e00-\u9fff]/.test(words)).toBe(true)
  })
})

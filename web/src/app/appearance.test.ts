import { describe, expect, it } from 'vitest'
import { readAppearance } from './appearance'
import colours from './colours.css?raw'

const sheets = import.meta.glob<string>('../**/*.css', { query: '?raw', import: 'default', eager: true })
const names = (block: string): string[] => [...block.matchAll(/(--[\w-]+):/g)].map((found) => found[1] ?? '').sort()

describe('light and dark', () => {
  it('follows the system unless something usable was chosen', () => {
    expect([null, 'dim', 'light', 'dark'].map(readAppearance)).toEqual(['system', 'system', 'light', 'dark'])
  })
  it('gives every colour in both', () => {
    const [light = '', dark = ''] = colours.split('@media screen')
    expect(names(light)).toContain('--surface')
    expect(names(dark)).toEqual(names(light))
  })
  it('lets no other style sheet name a colour of its own', () => {
    const others = Object.entries(sheets).filter(([path]) => !path.endsWith('/colours.css'))
    expect(others.length).toBeGreaterThan(2)
    for (const [, text] of others) expect(text.match(/#[0-9a-f]{3,8}\b|rgba?\(/gi)).toBeNull()
  })
})

/** What the command palette offers of itself: pages, and what can be made. Records come from the server's search. */
import type { AppMeta } from '../api/types'

export interface Hit {
  id: string
  kind: string
  text: string
  to: string
}

/** Menu entries by label or pinyin initials; what begins with the words comes first. */
export function menuHits(app: AppMeta, words: string): Hit[] {
  const sought = words.trim().toLowerCase()
  const hits: { hit: Hit; rank: number }[] = []
  for (const group of app.menu) {
    for (const entry of group.entries) {
      const label = entry.label.toLowerCase()
      const initials = (entry.initials ?? '').toLowerCase()
      const rank =
        label.startsWith(sought) || initials.startsWith(sought)
          ? 0
          : label.includes(sought) || entry.path.includes(sought)
            ? 1
            : -1
      if (rank >= 0)
        hits.push({
          rank,
          hit: { id: `menu-${entry.key}`, kind: group.label, text: entry.label, to: `/${entry.path}` },
        })
    }
  }
  return hits
    .sort((left, right) => left.rank - right.rank)
    .map((one) => one.hit)
    .slice(0, 12)
}

/** "new", "新增", "新建", their initials or "+" before the words: somebody wants to make one. */
const MAKING = /^(?:new\b|新增|新建|xz\b|xj\b|\+)\s*[:：]?\s*/i

/** "New …" for whatever the person may make: only these after a word for making, else after the pages. */
export function commandHits(app: AppMeta, words: string, make: string): Hit[] {
  const typed = words.trim()
  if (typed === '') return []
  const sought = typed.replace(MAKING, '').toLowerCase()
  const isMaking = MAKING.test(typed)
  if (sought === '' && !isMaking) return []
  const hits: Hit[] = []
  for (const entry of app.menu.flatMap((group) => group.entries)) {
    if (!entry.makes) continue
    const names = [entry.makes, entry.label, entry.initials ?? ''].map((name) => name.toLowerCase())
    if (names.some((name) => (isMaking ? name.includes(sought) : name.startsWith(sought))))
      hits.push({ id: `new-${entry.key}`, kind: make, text: entry.makes, to: `/${entry.path}/new` })
  }
  return hits.slice(0, 8)
}

/** What the browser remembers for one person. A full or forbidden store loses comfort, never work in progress. */

export function readStored<T>(key: string): T | null {
  try {
    const text = localStorage.getItem(key)
    return text === null ? null : (JSON.parse(text) as T)
  } catch (error) {
    console.warn(`Stored value ${key} cannot be read`, error)
    return null
  }
}

export function writeStored(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value))
  } catch (error) {
    console.warn(`Value ${key} cannot be stored`, error)
  }
}

export function removeStored(key: string): void {
  localStorage.removeItem(key)
}

const draftPrefix = (user: number): string => `jingwei.draft.${user}.`

export function draftKey(user: number, company: number | null, document: string, id: number | null): string {
  return `${draftPrefix(user)}${company ?? 0}.${document}.${id ?? 'new'}`
}

/** Drafts and what was opened last hold business data: they outlive a lost session, not a wished sign-out. */
export function clearDrafts(user: number): void {
  for (const key of Object.keys(localStorage))
    if (key.startsWith(draftPrefix(user)) || key.startsWith(`jingwei.recent.${user}.`)) localStorage.removeItem(key)
}

/** The records a person opened last, for the command palette before anything is typed. */
import { readStored, writeStored } from '../shared/storage'

export interface Recent {
  key: string
  path: string
  id: number
  text: string
  label: string
}

/** So many are kept, the last opened first. */
const KEPT = 6

const storeKey = (user: number, company: number | null): string => `jingwei.recent.${user}.${company ?? 0}`

/** The list with a record on top; opened again it moves up instead of standing there twice. */
export function withRecent(list: Recent[], opened: Recent): Recent[] {
  return [opened, ...list.filter((one) => one.key !== opened.key || one.id !== opened.id)].slice(0, KEPT)
}

export function readRecent(user: number, company: number | null): Recent[] {
  return readStored<Recent[]>(storeKey(user, company)) ?? []
}

export function rememberRecent(user: number, company: number | null, opened: Recent): void {
  writeStored(storeKey(user, company), withRecent(readRecent(user, company), opened))
}

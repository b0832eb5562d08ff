import type { DocumentMeta, RecordData } from '../api/types'
import { linesDiffer, type FormState } from './formState'
import { sameValue } from './values'

export interface Difference {
  name: string
  label: string
  ours: unknown
  theirs: unknown
  isLines: boolean
}

/** Fields that both this person and somebody else have changed since the record was opened, to different values. */
export function conflictsOf(state: FormState, theirs: RecordData, meta: DocumentMeta): Difference[] {
  const base = state.base
  if (!base) return []
  const fields = Object.entries(state.edits).flatMap(([name, ours]) => {
    const field = meta.fields[name]
    if (!field || sameValue(base[name], theirs[name], field.type) || sameValue(ours, theirs[name], field.type))
      return []
    return [{ name, label: field.label, ours, theirs: theirs[name], isLines: false }]
  })
  const lines = meta.lines.flatMap((collection) => {
    const isTheirs = JSON.stringify(base[collection.name]) !== JSON.stringify(theirs[collection.name])
    if (!isTheirs || !linesDiffer(state, collection.name)) return []
    const count = (value: unknown) => (Array.isArray(value) ? value.length : 0)
    return [
      {
        name: collection.name,
        label: collection.label,
        ours: state.lines[collection.name]?.length ?? 0,
        theirs: count(theirs[collection.name]),
        isLines: true,
      },
    ]
  })
  return [...fields, ...lines]
}

import type { DocumentMeta, ProblemError } from '../api/types'

/** Where on the screen an error of the server belongs. */
export type Place =
  | { kind: 'record' }
  | { kind: 'field'; field: string }
  | { kind: 'cell'; collection: string; line: string; index: number; field: string | null }

export interface PlacedError {
  error: ProblemError
  place: Place
}

/**
 * "name_en" is a header field; "units.2.numerator" the third line's cell ("lines.2.…" means the only collection);
 * `sent` tells which screen line stood at that index of the request.
 */
export function placeOf(error: ProblemError, meta: DocumentMeta, sent: Record<string, string[]>): Place {
  const path = (error.field ?? '').split('.')
  const [head = '', index, ...rest] = path
  const lines = meta.lines.find((one) => one.name === head) ?? (head === 'lines' ? meta.lines[0] : undefined)
  if (lines) {
    const at = index !== undefined && /^\d+$/.test(index) ? Number(index) : error.line ? error.line - 1 : -1
    const line = sent[lines.name]?.[at]
    if (line === undefined) return { kind: 'record' }
    return { kind: 'cell', collection: lines.name, line, index: at, field: rest.join('.') || null }
  }
  return head in meta.fields ? { kind: 'field', field: head } : { kind: 'record' }
}

export function placeKey(place: Place): string {
  if (place.kind === 'record') return ''
  return place.kind === 'field' ? place.field : cellKey(place.collection, place.line, place.field)
}

export function cellKey(collection: string, line: string, field: string | null): string {
  return `${collection}.${line}.${field ?? ''}`
}

/** All errors by the key of their place, messages of one place joined. */
export function messagesByPlace(errors: PlacedError[]): Record<string, string> {
  const messages: Record<string, string> = {}
  for (const { error, place } of errors) {
    const key = placeKey(place)
    if (key === '') continue
    const earlier = messages[key]
    if (earlier === undefined) messages[key] = error.message
    else if (!earlier.includes(error.message)) messages[key] = `${earlier} ${error.message}`
  }
  return messages
}

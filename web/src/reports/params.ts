/** Parameters of a report: they live in the address, so that a report can be linked, drilled into and gone back to. */
import type { CodeReference, Field, Reference, Value } from '../api/types'
import { isReference } from '../documents/values'
import type { Drill, ReportAnswer } from './types'

/** The address a figure leads to. */
export function drillPath(drill: Drill): string {
  if ('document' in drill) return `/open/${drill.document.key}/${drill.document.id}`
  const params = Object.entries(drill.params).map(([name, value]) => [name, String(value)])
  return `/reports/${drill.report}?${new URLSearchParams(params).toString()}`
}

/** Only parameters that the report knows: what a former release remembered, or a hand-made link, does no harm. */
export function knownParams(params: URLSearchParams, fields: Field[]): URLSearchParams {
  const known = new URLSearchParams()
  for (const field of fields) {
    const value = params.get(field.name)
    if (value !== null && value !== '') known.set(field.name, value)
  }
  return known
}

/** Parameters with one of them changed. An emptied one goes back to what the server proposes. */
export function withParam(params: URLSearchParams, name: string, value: Value): URLSearchParams {
  const next = new URLSearchParams(params)
  const text = isReference(value) ? (value.id === null ? '' : String(value.id)) : value === null ? '' : String(value)
  if (text === '') next.delete(name)
  else next.set(name, text)
  return next
}

/** What a control shows: what the address says, else what the report was made with, else what is proposed. */
export function shownParam(
  field: Field,
  params: URLSearchParams,
  answer: ReportAnswer | undefined,
  picked: Reference | CodeReference | null,
): Value {
  const given = params.get(field.name)
  const made = answer?.params[field.name] ?? null
  if (given === null) return picked?.id === null ? picked : (made ?? field.default ?? null)
  if (field.type === 'bool') return /^(1|true|yes)$/.test(given)
  if (field.type !== 'reference') return given
  const named = [made, picked].find((one) => isReference(one) && String(one.id) === given)
  return named ?? { id: null, number: `#${given}` }
}

/** Parameters that must be given and are not: the report waits for them. */
export function missingParams(fields: Field[], params: URLSearchParams): Field[] {
  return fields.filter(
    (field) => field.required && !params.has(field.name) && (field.default === undefined || field.default === null),
  )
}

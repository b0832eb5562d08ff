/** The list's state lives in the address, in the very grammar the server reads: Back, bookmarks and sharing just work. */

export interface Condition {
  field: string
  op: string
  value: string
}

export interface ListQuery {
  conditions: Condition[]
  search: string
  /** "code" or "-code"; null means the document's own order. */
  sort: string | null
}

/** A change of what the list asks; as a function it builds on what was asked last, even when that is not yet drawn. */
export type QueryChange = (now: ListQuery) => ListQuery

const FILTER = /^filter\[([^\]]+)\]\[([^\]]+)\]$/

export function parseQuery(params: URLSearchParams): ListQuery {
  const conditions: Condition[] = []
  for (const [name, value] of params) {
    const match = FILTER.exec(name)
    if (match?.[1] && match[2] && value !== '') conditions.push({ field: match[1], op: match[2], value })
  }
  return { conditions, search: params.get('search') ?? '', sort: params.get('sort') }
}

export function queryParams(query: ListQuery): URLSearchParams {
  const params = new URLSearchParams()
  for (const { field, op, value } of query.conditions) params.append(`filter[${field}][${op}]`, value)
  if (query.search.trim() !== '') params.set('search', query.search.trim())
  if (query.sort) params.set('sort', query.sort)
  return params
}

export function conditionsOf(query: ListQuery, field: string): Condition[] {
  return query.conditions.filter((condition) => condition.field === field)
}

/** Replaces all conditions on one field, keeping the place it had among the others. */
export function withConditions(query: ListQuery, field: string, conditions: Condition[]): ListQuery {
  const at = query.conditions.findIndex((condition) => condition.field === field)
  const others = query.conditions.filter((condition) => condition.field !== field)
  const place = at < 0 ? others.length : query.conditions.slice(0, at).filter((one) => one.field !== field).length
  return { ...query, conditions: [...others.slice(0, place), ...conditions, ...others.slice(place)] }
}

/** Header click: ascending, descending, then the document's own order again. */
export function nextSort(current: string | null, field: string): string | null {
  if (current === field) return `-${field}`
  return current === `-${field}` ? null : field
}

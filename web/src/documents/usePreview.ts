import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { request } from '../api/client'
import type { DocumentMeta, PreviewAnswer, Warning } from '../api/types'
import { useDebounced } from '../shared/useDebounced'
import { placeOf, type PlacedError } from './errors'
import { changedNames, previewBody, type Body, type FormState } from './formState'

export interface Preview {
  record: Record<string, unknown>
  /** What the server computed for each screen line, by collection and line key. */
  lines: Record<string, Record<string, Record<string, unknown>>>
  errors: PlacedError[]
  warnings: Warning[]
}

function linesByKey(answer: PreviewAnswer, sent: Body['sent']): Preview['lines'] {
  return Object.fromEntries(Object.entries(sent).map(([collection, keys]) => {
    const lines = answer.record[collection]
    const pairs = Array.isArray(lines) ? keys.flatMap((key, at) => (lines[at] ? [[key, lines[at] as Record<string, unknown>] as const] : [])) : []
    return [collection, Object.fromEntries(pairs)]
  }))
}

/** Asks the server, 300 ms after the last keystroke, what the unsaved document would be: defaults, totals, warnings. Saves nothing. */
export function usePreview(meta: DocumentMeta, state: FormState, isEditable: boolean): Preview | null {
  const isWanted = meta.has_preview && isEditable && (state.base === null || changedNames(state, meta).length > 0)
  const asked = useMemo(() => JSON.stringify(isWanted ? previewBody(state, meta) : null), [state, meta, isWanted])
  const rested = useDebounced(asked, 300)
  const answer = useQuery({
    queryKey: ['preview', meta.key, rested],
    queryFn: async ({ signal }): Promise<Preview> => {
      const { body, sent } = JSON.parse(rested) as Body
      const found = await request<PreviewAnswer>(`${meta.path}/preview`, { method: 'POST', body, signal })
      return {
        record: found.record,
        lines: linesByKey(found, sent),
        errors: found.errors.map((error) => ({ error, place: placeOf(error, meta, sent) })),
        warnings: found.warnings,
      }
    },
    enabled: rested !== 'null',
    placeholderData: (earlier) => earlier,
    // Saving tells what is wrong in any case; a failed preview must not disturb typing.
    retry: false,
    gcTime: 10_000,
    staleTime: 5_000,
  })
  return isWanted ? (answer.data ?? null) : null
}

import { useQuery } from '@tanstack/react-query'
import { useMemo, useRef } from 'react'
import { request } from '../api/client'
import { ApiProblem } from '../api/problem'
import type { DocumentMeta, PreviewAnswer, ProblemError, Warning } from '../api/types'
import { useDebounced } from '../shared/useDebounced'
import { placeOf, type PlacedError } from './errors'
import { changedNames, previewBody, type Body, type FormState } from './formState'

export interface Preview {
  /** What was asked: an error about a value counts only while that value still stands. */
  asked: Body
  record: Record<string, unknown>
  /** What the server computed for each screen line, by collection and line key. */
  lines: Record<string, Record<string, Record<string, unknown>>>
  errors: PlacedError[]
  warnings: Warning[]
}

const NOTHING: Omit<Preview, 'asked'> = { record: {}, lines: {}, errors: [], warnings: [] }

function linesByKey(answer: PreviewAnswer, sent: Body['sent']): Preview['lines'] {
  return Object.fromEntries(
    Object.entries(sent).map(([collection, keys]) => {
      const lines = answer.record[collection]
      const pairs = Array.isArray(lines)
        ? keys.flatMap((key, at) => (lines[at] ? [[key, lines[at] as Record<string, unknown>] as const] : []))
        : []
      return [collection, Object.fromEntries(pairs)]
    }),
  )
}

/** Asks the server, 150 ms after the last keystroke, what the unsaved document would be: defaults, totals, warnings. Saves nothing. */
export function usePreview(meta: DocumentMeta, state: FormState, isEditable: boolean): Preview | null {
  const isWanted = meta.has_preview && isEditable && (state.base === null || changedNames(state, meta).length > 0)
  const asked = useMemo(() => JSON.stringify(isWanted ? previewBody(state, meta) : null), [state, meta, isWanted])
  const rested = useDebounced(asked, 150)
  const good = useRef<Preview | null>(null)
  const answer = useQuery({
    queryKey: ['preview', meta.key, rested],
    queryFn: async ({ signal }): Promise<Preview> => {
      const asked = JSON.parse(rested) as Body
      const { body, sent } = asked
      const placed = (errors: ProblemError[]) => errors.map((error) => ({ error, place: placeOf(error, meta, sent) }))
      try {
        const found = await request<PreviewAnswer>(`${meta.path}/preview`, { method: 'POST', body, signal })
        good.current = {
          asked,
          record: found.record,
          lines: linesByKey(found, sent),
          errors: placed(found.errors),
          warnings: found.warnings,
        }
        return good.current
      } catch (error) {
        // What cannot even be read (a zero where one is the least) is refused as a whole: its errors count, the last figures stay.
        if (error instanceof ApiProblem && error.status === 422)
          return { ...(good.current ?? NOTHING), asked, errors: placed(error.errors) }
        throw error
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

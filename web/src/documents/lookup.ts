import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { request } from '../api/client'
import type { DocumentMeta, ListAnswer, Reference, Row, Target } from '../api/types'
import { useCompanyFilter, useDocumentMeta } from '../app/application'
import { useDebounced } from '../shared/useDebounced'
import { rowReference, stateOf } from './values'

export interface Candidate {
  reference: Reference
  /** Shown only where it warns: a draft or blocked record can be found, but is rarely meant. */
  state: string | null
}

/** Someone who may fill in a reference need not be allowed to open its target: code and name are then the safe guess. */
const PLAIN = ['code', 'name']

function candidatesOf(rows: Row[], target: Target, meta: DocumentMeta | undefined): Candidate[] {
  const shape = meta ?? { key: target.key, title_fields: PLAIN }
  return rows.map((row) => {
    const state = meta ? stateOf(meta, row.state) : null
    return {
      reference: rowReference(row, shape),
      state: state && (state.colour === 'grey' || state.colour === 'red') ? state.key : null,
    }
  })
}

/** Type-ahead by code, name and pinyin initials: an ordinary list of the target with a search. */
export function useLookup(target: Target, words: string, isActive: boolean, conditions?: Record<string, string>) {
  const client = useQueryClient()
  const meta = useDocumentMeta(isActive ? target.key : null)
  const sought = useDebounced(words.trim(), 120)
  const fields = meta.data?.title_fields ?? PLAIN
  const ofCompany = useCompanyFilter(meta.data)
  const options = useCallback(
    (search: string) => {
      const params = { ...conditions, ...ofCompany, search, fields: fields.join(','), limit: 10 }
      return {
        queryKey: ['lookup', target.key, params],
        queryFn: () => request<ListAnswer>(target.path, { params }),
        staleTime: 30_000,
      }
    },
    [target, fields, conditions, ofCompany],
  )
  const found = useQuery({
    ...options(sought),
    enabled: isActive && !meta.isPending,
    placeholderData: (earlier: ListAnswer | undefined) => earlier,
  })
  const isSettled = sought === words.trim() && !found.isFetching && !found.isPlaceholderData
  const findNow = useCallback(
    async (search: string): Promise<Candidate[]> => {
      const answer = await client.fetchQuery(options(search.trim()))
      return candidatesOf(answer.rows, target, meta.data)
    },
    [client, options, target, meta.data],
  )
  return {
    candidates: candidatesOf(found.data?.rows ?? [], target, meta.data),
    isSettled,
    error: found.error,
    meta: meta.data,
    findNow,
  }
}

/** What a typed text means without looking: the record with exactly that code, or the only one found. */
export function meantBy(text: string, candidates: Candidate[]): Reference | null {
  const sought = text.trim().toLowerCase()
  const exact = candidates.find((one) => one.reference.number.toLowerCase() === sought)
  return exact?.reference ?? (candidates.length === 1 ? (candidates[0]?.reference ?? null) : null)
}

import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { request } from '../../api/client'
import type { Attachment, DocumentMeta, TimelineEntry } from '../../api/types'

type Part = 'timeline' | 'attachments'

export const panelKey = (meta: DocumentMeta, id: number, part?: Part): unknown[] => [
  'panel',
  meta.key,
  id,
  ...(part ? [part] : []),
]

function usePart<T>(meta: DocumentMeta, id: number, part: Part): UseQueryResult<T> {
  return useQuery({
    queryKey: panelKey(meta, id, part),
    queryFn: ({ signal }) => request<T>(`${meta.path}/${id}/${part}`, { signal }),
  })
}

export const useTimeline = (meta: DocumentMeta, id: number) =>
  usePart<{ entries: TimelineEntry[] }>(meta, id, 'timeline')
export const useAttachments = (meta: DocumentMeta, id: number) =>
  usePart<{ rows: Attachment[] }>(meta, id, 'attachments')

import { useEffect, useRef, useState } from 'react'
import type { DocumentMeta, RecordData } from '../api/types'
import { useApplication } from '../app/application'
import { useSession } from '../app/session'
import { draftKey, readStored, removeStored, writeStored } from '../shared/storage'
import type { Draft, FormState } from './formState'

interface DraftHandle {
  /** The draft found when the page was opened. */
  found: Draft | null
  forget: () => void
}

/** Keeps unsaved work in this browser, so that a closed tab or a lost session costs nothing. */
export function useDraft(
  meta: DocumentMeta,
  record: RecordData | null,
  state: FormState,
  isDirty: boolean,
): DraftHandle {
  const { user } = useSession()
  const { company } = useApplication()
  const [key] = useState(() => draftKey(user.id, company?.id ?? null, meta.key, record?.id ?? null))
  const [found] = useState(() => readStored<Draft>(key))
  const hasWork = useRef(false)
  useEffect(() => {
    const timer = setTimeout(() => {
      if (isDirty) {
        const draft: Draft = {
          base: state.base,
          edits: state.edits,
          lines: state.lines,
          ...(state.sources ? { sources: state.sources } : {}),
          saved_at: new Date().toISOString(),
        }
        writeStored(key, draft)
        hasWork.current = true
      } else if (hasWork.current) {
        removeStored(key)
        hasWork.current = false
      }
    }, 400)
    return () => clearTimeout(timer)
  }, [key, state, isDirty])
  const forget = () => {
    removeStored(key)
    hasWork.current = false
  }
  return { found, forget }
}

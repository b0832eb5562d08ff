import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { newIdempotencyKey, request } from '../api/client'
import { ApiProblem, asProblem } from '../api/problem'
import type { ActionAnswer, ActionMeta, DocumentMeta, RecordData } from '../api/types'
import { inputBody } from './actions'
import type { Body, Values } from './formState'

/** One intent, one key: it is kept while the outcome is unknown and renewed once the server has spoken. */
export function useIntentKey(): { of: (intent: string) => string; settle: (error?: unknown) => void } {
  const current = useRef<{ intent: string; key: string } | null>(null)
  return {
    of: (intent) => {
      if (current.current?.intent !== intent) current.current = { intent, key: newIdempotencyKey() }
      return current.current.key
    },
    settle: (error) => {
      if (!(error instanceof ApiProblem && error.isUncertain)) current.current = null
    },
  }
}

export interface Saver {
  isSaving: boolean
  /** Stores the record; throws ApiProblem. */
  save: (body: Body) => Promise<RecordData>
  act: (action: ActionMeta, record: RecordData, inputs: Values) => Promise<{ record: RecordData; answer: ActionAnswer }>
  remove: (record: RecordData) => Promise<void>
  load: (id: number) => Promise<RecordData>
}

export function useSaver(meta: DocumentMeta, base: RecordData | null): Saver {
  const client = useQueryClient()
  const intent = useIntentKey()
  const [isSaving, setSaving] = useState(false)

  const keep = (record: RecordData) => {
    client.setQueryData(['record', meta.key, record.id], record)
    void client.invalidateQueries({ queryKey: ['list', meta.key] })
    void client.invalidateQueries({ queryKey: ['panel', meta.key, record.id] })
  }
  const guarded = async <T>(name: string, work: (key: string) => Promise<T>): Promise<T> => {
    setSaving(true)
    try {
      const result = await work(intent.of(name))
      intent.settle()
      return result
    } catch (error) {
      intent.settle(error)
      throw asProblem(error)
    } finally {
      setSaving(false)
    }
  }
  /** The record as it is stored now, also for whoever looks at it next. */
  const load = async (id: number): Promise<RecordData> => {
    const record = await request<RecordData>(`${meta.path}/${id}`)
    client.setQueryData(['record', meta.key, id], record)
    return record
  }
  return {
    isSaving,
    load,
    save: ({ body }) =>
      guarded(`save ${JSON.stringify(body)}`, async (idempotencyKey) => {
        const record =
          base === null
            ? await request<RecordData>(meta.path, { method: 'POST', body, idempotencyKey })
            : await request<RecordData>(`${meta.path}/${base.id}`, { method: 'PATCH', body, version: base.version })
        keep(record)
        return record
      }),
    act: (action, record, inputs) =>
      guarded(`${action.key} ${record.version} ${JSON.stringify(inputs)}`, async (idempotencyKey) => {
        const answer = await request<ActionAnswer>(`${meta.path}/${record.id}/${action.key}`, {
          method: 'POST',
          body: inputBody(action, inputs),
          version: record.version,
          idempotencyKey,
        })
        const fresh = answer.record ?? (await load(record.id))
        keep(fresh)
        return { record: fresh, answer }
      }),
    remove: (record) =>
      guarded(`delete ${record.id}`, async () => {
        await request(`${meta.path}/${record.id}`, { method: 'DELETE', version: record.version })
        client.removeQueries({ queryKey: ['record', meta.key, record.id] })
        void client.invalidateQueries({ queryKey: ['list', meta.key] })
      }),
  }
}

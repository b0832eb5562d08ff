import { App } from 'antd'
import { useEffect, useMemo, useReducer, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { asProblem, type ApiProblem } from '../api/problem'
import type { ActionAnswer, ActionMeta, DocumentMeta, DraftBody, RecordData, Warning } from '../api/types'
import { useT } from '../app/i18n/language'
import { isEditable } from './actions'
import { conflictsOf, type Difference } from './conflict'
import { messagesByPlace, placeKey, placeOf, type Place, type PlacedError } from './errors'
import {
  changedNames,
  createBody,
  formReducer,
  loadedState,
  previewBody,
  type Body,
  type Draft,
  type FormAction,
  type FormState,
  type Values,
} from './formState'
import { useDraft } from './useDraft'
import { usePreview, type Preview } from './usePreview'
import { useSaver } from './useSave'

export interface Conflict {
  theirs: RecordData
  differences: Difference[]
}

export interface DocumentForm {
  state: FormState
  dispatch: (action: FormAction) => void
  isEditable: boolean
  isDirty: boolean
  isSaving: boolean
  preview: Preview | null
  errors: PlacedError[]
  messages: Record<string, string>
  warnings: Warning[]
  problem: ApiProblem | null
  conflict: Conflict | null
  draftAt: string | null
  save: () => Promise<RecordData | null>
  act: (action: ActionMeta, inputs: Values) => Promise<ActionAnswer | null>
  remove: () => Promise<void>
  discard: () => void
  resolve: (drop: string[]) => void
  closeConflict: () => void
  closeProblem: () => void
  /** True when leaving would lose work; asked by the navigation guard. */
  isUnsaved: () => boolean
}

function isTouched(state: FormState, { place }: PlacedError): boolean {
  if (place.kind === 'record') return false
  if (place.kind === 'field') return place.field in state.edits
  const line = state.lines[place.collection]?.find((one) => one.key === place.line)
  return line !== undefined && place.field !== null && place.field in line.edits
}

function sentValue({ body, sent }: Body, place: Place): string {
  if (place.kind === 'record') return ''
  if (place.kind === 'field') return JSON.stringify(body[place.field]) ?? ''
  const at = sent[place.collection]?.indexOf(place.line) ?? -1
  const line = (body[place.collection] as Record<string, unknown>[] | undefined)?.[at]
  return JSON.stringify(place.field === null ? line : line?.[place.field]) ?? ''
}

/** Errors of the last save, minus those whose place was edited since, plus what the live preview finds. */
function useErrors(meta: DocumentMeta, state: FormState, preview: Preview | null) {
  const [saved, setSaved] = useState<PlacedError[]>([])
  const [isAttempted, setAttempted] = useState(false)
  const errors = useMemo(() => {
    const now = preview && preview.errors.length > 0 ? previewBody(state, meta) : null
    const isMeant = (one: PlacedError) =>
      now !== null && preview !== null && sentValue(now, one.place) === sentValue(preview.asked, one.place)
    const live = (preview?.errors ?? []).filter((one) => (isAttempted || isTouched(state, one)) && isMeant(one))
    const seen = new Set(saved.map((one) => `${placeKey(one.place)} ${one.error.message}`))
    return [...saved, ...live.filter((one) => !seen.has(`${placeKey(one.place)} ${one.error.message}`))]
  }, [saved, preview, isAttempted, state, meta])
  const edited = (action: FormAction) => {
    if (saved.length === 0) return
    if (action.type === 'set')
      setSaved(
        saved.filter(({ place }) => place.kind === 'cell' || (place.kind === 'field' && place.field !== action.field)),
      )
    else if (action.type === 'setCell')
      setSaved(
        saved.filter(
          ({ place }) =>
            place.kind !== 'cell' ||
            place.line !== action.key ||
            (place.field !== null && place.field !== action.field),
        ),
      )
    else if (action.type === 'setCells')
      setSaved(
        saved.filter(
          ({ place }) =>
            place.kind !== 'cell' ||
            place.line !== action.key ||
            (place.field !== null && !(place.field in action.values)),
        ),
      )
    else if ('collection' in action)
      setSaved(saved.filter(({ place }) => place.kind !== 'cell' || place.collection !== action.collection))
  }
  const clear = () => {
    setSaved([])
    setAttempted(false)
  }
  const refuse = (refused: PlacedError[]) => {
    setSaved(refused)
    setAttempted(true)
  }
  return { errors, edited, clear, refuse }
}

interface Parts {
  meta: DocumentMeta
  state: FormState
  reduce: (action: FormAction) => void
  errors: ReturnType<typeof useErrors>
  forgetDraft: () => void
  dirty: { current: boolean }
}

/** Saving with its three ends: stored, refused (errors to their places), or somebody was first (conflict). */
function useSaving({ meta, state, reduce, errors, forgetDraft, dirty }: Parts) {
  const t = useT()
  const navigate = useNavigate()
  const { message } = App.useApp()
  const saver = useSaver(meta, state.base)
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const [conflict, setConflict] = useState<Conflict | null>(null)
  const [saveAgain, setSaveAgain] = useState(false)

  const accept = (record: RecordData) => {
    dirty.current = false
    forgetDraft()
    errors.clear()
    setProblem(null)
    setConflict(null)
    reduce({ type: 'load', base: record })
  }
  const refuse = (refusal: ApiProblem, sent: Record<string, string[]>) => {
    const placed = refusal.errors.map((error) => ({ error, place: placeOf(error, meta, sent) }))
    errors.refuse(placed)
    // One list for all: the summary names those without a place, too.
    setProblem(placed.some(({ place }) => place.kind !== 'record') ? null : refusal)
  }
  const meet = async (id: number) => {
    const theirs = await saver.load(id)
    const differences = conflictsOf(state, theirs, meta)
    if (differences.length > 0) setConflict({ theirs, differences })
    else settle(theirs, [])
  }
  /** Own changes move upon the newer version and are saved there; nothing left to save means all agree. */
  const settle = (theirs: RecordData, drop: string[]) => {
    setConflict(null)
    reduce({ type: 'rebase', base: theirs, drop })
    setSaveAgain(true)
    void message.info(t('conflict.merged', { name: theirs.updated_by?.name ?? t('conflict.somebody') }))
  }
  const save = async (): Promise<RecordData | null> => {
    const body = createBody(state, meta)
    try {
      const record = await saver.save(body)
      accept(record)
      void message.success(t('document.saved'))
      if (state.base === null) void navigate(`/${meta.path}/${record.id}`, { replace: true })
      return record
    } catch (error) {
      const refusal = asProblem(error)
      if (refusal.code === 'version.conflict' && state.base)
        await meet(state.base.id).catch((reason: unknown) => setProblem(asProblem(reason)))
      else refuse(refusal, body.sent)
      return null
    }
  }
  useEffect(() => {
    if (!saveAgain) return
    setSaveAgain(false)
    if (dirty.current) void save()
  })
  return { saver, save, accept, problem, setProblem, conflict, setConflict, settle }
}

/** Takes in the draft found when the page opens, and later versions of the record while nothing here is changed. */
function useLoading(parts: {
  record: RecordData | null
  found: Draft | null
  begin: DraftBody | null
  canEdit: boolean
  version: number | undefined
  dirty: { current: boolean }
  reduce: (action: FormAction) => void
}) {
  const { record, found, begin, canEdit, version, dirty, reduce } = parts
  const [draftAt, setDraftAt] = useState<string | null>(null)
  useEffect(() => {
    if (!canEdit) return
    // A reloaded page finds what was typed into the same draft; another one begins afresh.
    const isContinued = found !== null && (begin === null || String(found.sources) === String(begin.sources))
    if (begin && !isContinued) return reduce({ type: 'begin', body: begin })
    if (!found) return
    // A draft begun on an older version keeps that version: saving it then meets the conflict instead of overwriting.
    reduce({ type: 'restore', draft: found })
    setDraftAt(found.saved_at)
    // Only when the page opens.
  }, [])
  useEffect(() => {
    if (record && !dirty.current && record.version !== version) reduce({ type: 'load', base: record })
  }, [record, version])
  return { draftAt, forgetDraftAt: () => setDraftAt(null) }
}

/** `begin` is what a conversion proposes for a new record. */
export function useDocumentForm(
  meta: DocumentMeta,
  record: RecordData | null,
  begin: DraftBody | null = null,
): DocumentForm {
  const reducer = useMemo(() => formReducer(meta), [meta])
  const [state, reduce] = useReducer(reducer, record, (base) => loadedState(base, meta))
  const isDirty = changedNames(state, meta).length > 0
  const dirty = useRef(isDirty)
  dirty.current = isDirty
  const canEdit = isEditable(meta, state.base)
  const draft = useDraft(meta, record, state, isDirty)
  const loading = useLoading({ record, found: draft.found, begin, canEdit, version: state.base?.version, dirty, reduce })
  const preview = usePreview(meta, state, canEdit)
  const errors = useErrors(meta, state, preview)
  const saving = useSaving({ meta, state, reduce, errors, forgetDraft: draft.forget, dirty })
  const { saver, save, accept, setProblem } = saving

  const discard = () => {
    draft.forget()
    loading.forgetDraftAt()
    errors.clear()
    setProblem(null)
    reduce({ type: 'load', base: record })
  }
  const act = async (action: ActionMeta, inputs: Values): Promise<ActionAnswer | null> => {
    const current = isDirty ? await save() : state.base
    if (!current) return null
    const done = await saver.act(action, current, inputs)
    accept(done.record)
    return done.answer
  }
  return {
    state,
    isDirty,
    isEditable: canEdit,
    isSaving: saver.isSaving,
    preview,
    draftAt: loading.draftAt,
    errors: errors.errors,
    messages: messagesByPlace(errors.errors),
    warnings: preview?.warnings ?? [],
    problem: saving.problem,
    conflict: saving.conflict,
    save,
    act,
    discard,
    dispatch: (action) => {
      errors.edited(action)
      reduce(action)
    },
    remove: async () => {
      if (state.base) {
        await saver.remove(state.base)
        dirty.current = false
        draft.forget()
      }
    },
    resolve: (drop) => {
      if (saving.conflict) saving.settle(saving.conflict.theirs, drop)
    },
    closeConflict: () => saving.setConflict(null),
    closeProblem: () => setProblem(null),
    isUnsaved: () => dirty.current,
  }
}

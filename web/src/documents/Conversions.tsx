import { Button, Modal, Tooltip } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { request } from '../api/client'
import type { ConversionMeta, ConvertAnswer, DocumentMeta, DraftBody } from '../api/types'
import { rememberPath, useDocumentMeta } from '../app/application'
import { useT } from '../app/i18n/language'
import { ProblemAlert } from '../shared/ProblemView'
import { Loading } from '../shared/Loading'
import { useDisplay } from './FieldValue'
import { isEmpty } from './values'

/** What a new record's page is opened with when a conversion made its draft. */
export interface NewRecordState {
  draft?: DraftBody
}

/** 下推: asks for drafts made from these records and opens the one that is wanted as a new record. */
export function useConversion(meta: DocumentMeta) {
  const navigate = useNavigate()
  const [busy, setBusy] = useState<string | null>(null)
  const [choice, setChoice] = useState<ConvertAnswer | null>(null)
  const open = (answer: ConvertAnswer, draft: DraftBody) => {
    setChoice(null)
    rememberPath(answer.target.path, answer.target.key)
    const state: NewRecordState = { draft }
    void navigate(`/${answer.target.path}/new`, { state })
  }
  const convert = async (conversion: ConversionMeta, ids: number[]) => {
    setBusy(conversion.key)
    try {
      const path = `${meta.path}/convert/${conversion.key}`
      const answer = await request<ConvertAnswer>(path, { method: 'POST', body: { ids } })
      const [first, ...others] = answer.drafts
      if (first && others.length === 0) open(answer, first)
      else setChoice(answer)
    } finally {
      setBusy(null)
    }
  }
  return { busy, convert, choice, open, close: () => setChoice(null) }
}

export function offeredConversions(meta: DocumentMeta, states: string[]): ConversionMeta[] {
  const offered = (meta.conversions ?? []).filter((one) => one.may && states.every((state) => one.source.includes(state)))
  return offered.sort((left, right) => Number(right.style === 'primary') - Number(left.style === 'primary'))
}

/** The few fields that tell one draft from another. */
const TOLD = 4

function DraftChoice({
  meta,
  draft,
  onOpen,
}: {
  meta: DocumentMeta
  draft: DraftBody
  onOpen: (draft: DraftBody) => void
}) {
  const t = useT()
  const display = useDisplay()
  const told = Object.entries(draft)
    .flatMap(([name, value]) => {
      const field = meta.fields[name]
      return field && field.type !== 'reference' && !isEmpty(value) ? [display(value, field)] : []
    })
    .slice(0, TOLD)
  const lines = meta.lines.reduce((sum, { name }) => sum + (Array.isArray(draft[name]) ? draft[name].length : 0), 0)
  return (
    <li>
      <button type="button" className="link-button" onClick={() => onOpen(draft)}>
        {told.join(' · ')}
      </button>{' '}
      <span className="secondary">{t('conflict.lines', { n: lines })}</span>
    </li>
  )
}

/** Several drafts come of one conversion: each is opened for itself. */
export function DraftChooser({
  answer,
  onOpen,
  onClose,
}: {
  answer: ConvertAnswer
  onOpen: (answer: ConvertAnswer, draft: DraftBody) => void
  onClose: () => void
}) {
  const t = useT()
  const meta = useDocumentMeta(answer.target.key)
  const title = meta.data ? t('convert.choose', { label: meta.data.label }) : t('common.loading')
  return (
    <Modal open title={title} footer={null} onCancel={onClose} width={560}>
      {meta.isError && <ProblemAlert error={meta.error} />}
      {meta.isPending && <Loading rows={3} />}
      {meta.data && answer.drafts.length === 0 && <p className="secondary">{t('convert.nothing')}</p>}
      {meta.data && (
        <ul className="draft-choices">
          {answer.drafts.map((draft, at) => (
            <DraftChoice key={at} meta={meta.data} draft={draft} onOpen={(chosen) => onOpen(answer, chosen)} />
          ))}
        </ul>
      )}
    </Modal>
  )
}

interface ConversionButtonsProps {
  meta: DocumentMeta
  conversions: ConversionMeta[]
  size?: 'small' | 'middle'
  /** Whether the first is the one primary action of the page. */
  hasPrimary?: boolean
  /** The ids to convert; null when there is nothing to go on with (saving was refused). */
  ids: () => Promise<number[] | null>
  onRefused: (error: unknown) => void
}

export function ConversionButtons({
  meta,
  conversions,
  size = 'middle',
  hasPrimary = false,
  ids,
  onRefused,
}: ConversionButtonsProps) {
  const { busy, convert, choice, open, close } = useConversion(meta)
  const start = async (conversion: ConversionMeta) => {
    const chosen = await ids()
    if (chosen) await convert(conversion, chosen)
  }
  return (
    <>
      {conversions.map((one, at) => (
        <Tooltip key={one.key} title={one.help} placement="bottom">
          <Button
            size={size}
            type={hasPrimary && at === 0 ? 'primary' : 'default'}
            loading={busy === one.key}
            data-testid={`convert-${one.key}`}
            onClick={() => void start(one).catch(onRefused)}
          >
            {one.label}
          </Button>
        </Tooltip>
      ))}
      {choice && <DraftChooser answer={choice} onOpen={open} onClose={close} />}
    </>
  )
}

import { App, Button, Dropdown, Modal } from 'antd'
import { useState } from 'react'
import { newIdempotencyKey, request } from '../api/client'
import { asProblem } from '../api/problem'
import type { ActionMeta, BatchResult, DocumentMeta, Row } from '../api/types'
import { useT } from '../app/i18n/language'
import { problemTitle } from '../shared/ProblemView'
import { ActionDialog } from './ActionDialog'
import { PrintMenu } from './PrintMenu'
import { ConversionButtons, offeredConversions } from './Conversions'
import type { Values } from './formState'
import { inputBody } from './actions'
import { useExport } from './ListTools'

interface BulkBarProps {
  meta: DocumentMeta
  selected: ReadonlySet<number>
  /** The rows on the screen, for the states of the selected ones. */
  rows: Row[]
  visible: string[]
  onClear: () => void
  onDone: () => void
}

function Failures({ failures, onClose }: { failures: BatchResult[]; onClose: () => void }) {
  const t = useT()
  return (
    <Modal
      open
      title={t('batch.failed', { n: failures.length })}
      onCancel={onClose}
      footer={
        <Button type="primary" onClick={onClose}>
          {t('common.close')}
        </Button>
      }
    >
      <ul className="problem-errors">
        {failures.map(({ id, problem }) => (
          <li key={id}>
            #{id} {problem?.detail || problem?.title}{' '}
            {problem?.errors?.map((error) => [error.message, error.hint].filter(Boolean).join(' ')).join(' ')}
          </li>
        ))}
      </ul>
    </Modal>
  )
}

function ExportSelected({
  meta,
  selected,
  visible,
}: {
  meta: DocumentMeta
  selected: ReadonlySet<number>
  visible: string[]
}) {
  const t = useT()
  const query = { conditions: [{ field: 'id', op: 'in', value: [...selected].join(',') }], search: '', sort: null }
  const { save, isBusy } = useExport(meta, query, visible)
  const items = [
    { key: 'xlsx', label: t('batch.exportXlsx'), onClick: () => void save('xlsx') },
    { key: 'csv', label: t('batch.exportCsv'), onClick: () => void save('csv') },
  ]
  return (
    <Dropdown trigger={['click']} menu={{ items }}>
      <Button size="small" loading={isBusy}>
        {t('list.export')}
      </Button>
    </Dropdown>
  )
}

/** What can be done to all ticked records at once; each is answered for itself. */
export function BulkBar({ meta, selected, rows, visible, onClear, onDone }: BulkBarProps) {
  const t = useT()
  const { message } = App.useApp()
  const [action, setAction] = useState<ActionMeta | null>(null)
  const [failures, setFailures] = useState<BatchResult[]>([])
  const [busy, setBusy] = useState<string | null>(null)
  const actions = meta.actions.filter((one) => one.batch && one.may)
  const states = rows.flatMap((row) => (selected.has(row.id) ? [row.state ?? ''] : []))
  const conversions = offeredConversions(meta, states)

  const run = async (chosen: ActionMeta, inputs: Values) => {
    setBusy(chosen.key)
    try {
      const body = { ids: [...selected], inputs: inputBody(chosen, inputs), atomic: false }
      const answer = await request<{ results: BatchResult[] }>(`${meta.path}/batch/${chosen.key}`, {
        method: 'POST',
        body,
        idempotencyKey: newIdempotencyKey(),
      })
      const failed = answer.results.filter((result) => !result.ok)
      setAction(null)
      setFailures(failed)
      if (failed.length < answer.results.length)
        void message.success(t('batch.done', { action: chosen.label, n: answer.results.length - failed.length }))
      if (failed.length === 0) onClear()
      onDone()
    } finally {
      setBusy(null)
    }
  }
  const start = (chosen: ActionMeta) => {
    if (chosen.ask !== null || chosen.inputs.length > 0) setAction(chosen)
    else run(chosen, {}).catch((error: unknown) => message.error(problemTitle(asProblem(error), t)))
  }
  return (
    <div className="bulk-bar" role="toolbar" aria-label={t('batch.bar')}>
      <strong>{t('batch.selected', { n: selected.size })}</strong>
      {actions.map((one) => (
        <Button
          key={one.key}
          size="small"
          danger={one.style === 'danger'}
          loading={busy === one.key}
          onClick={() => start(one)}
        >
          {one.label}
        </Button>
      ))}
      <ConversionButtons
        meta={meta}
        conversions={conversions}
        size="small"
        ids={() => Promise.resolve([...selected])}
        onRefused={(error) => void message.error(problemTitle(asProblem(error), t))}
      />
      {actions.length + conversions.length === 0 && <span className="secondary">{t('batch.none')}</span>}
      <PrintMenu meta={meta} ids={[...selected]} size="small" />
      {meta.may.export && <ExportSelected meta={meta} selected={selected} visible={visible} />}
      <Button size="small" type="link" onClick={onClear}>
        {t('batch.clear')}
      </Button>
      {action && (
        <ActionDialog
          action={action}
          note={t('batch.selected', { n: selected.size })}
          onRun={(inputs) => run(action, inputs)}
          onClose={() => setAction(null)}
        />
      )}
      {failures.length > 0 && <Failures failures={failures} onClose={() => setFailures([])} />}
    </div>
  )
}

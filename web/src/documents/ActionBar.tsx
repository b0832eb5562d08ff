import { DeleteOutlined, EllipsisOutlined, SaveOutlined } from '@ant-design/icons'
import { App, Button, Dropdown, Tooltip } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { asProblem } from '../api/problem'
import type { ActionAnswer, ActionMeta, DocumentMeta } from '../api/types'
import { useT } from '../app/i18n/language'
import { ProblemErrors, problemTitle } from '../shared/ProblemView'
import { ActionDialog } from './ActionDialog'
import { ConversionButtons, offeredConversions } from './Conversions'
import { PrintMenu } from './PrintMenu'
import { offeredActions, type OfferedAction } from './actions'
import type { Values } from './formState'
import type { DocumentForm } from './useDocumentForm'
import { recordTitle } from './values'

/** So many stand in sight; the rest, and what is not possible now, folds away with its reason. */
const SHOWN = 4

function ActionButton({
  action,
  isPrimary,
  isBusy,
  onStart,
}: {
  action: ActionMeta
  isPrimary: boolean
  isBusy: boolean
  onStart: () => void
}) {
  const button = (
    <Button
      type={isPrimary ? 'primary' : 'default'}
      danger={action.style === 'danger'}
      loading={isBusy}
      data-testid={`action-${action.key}`}
      onClick={onStart}
    >
      {action.label}
    </Button>
  )
  return action.help ? (
    <Tooltip title={action.help} placement="bottom">
      {button}
    </Tooltip>
  ) : (
    button
  )
}

function useActions(meta: DocumentMeta, form: DocumentForm) {
  const t = useT()
  const { message, notification, modal } = App.useApp()
  const navigate = useNavigate()
  const [busy, setBusy] = useState<string | null>(null)

  const announce = (action: ActionMeta, answer: ActionAnswer) => {
    const created = answer.created ?? []
    if (created.length === 0) return void message.success(t('action.done', { action: action.label }))
    notification.success({
      title: t('action.done', { action: action.label }),
      description: (
        <>
          {t('action.created')}{' '}
          {created.map((one) => (
            <Link key={one.id} to={`/open/${one.key}/${one.id}`} className="created-link">
              {one.number || one.title}
            </Link>
          ))}
        </>
      ),
      duration: 10,
    })
  }
  const run = async (action: ActionMeta, inputs: Values) => {
    setBusy(action.key)
    try {
      const answer = await form.act(action, inputs)
      if (answer) announce(action, answer)
    } finally {
      setBusy(null)
    }
  }
  const refused = (error: unknown) => {
    const problem = asProblem(error)
    const errors = problem.errors
      .map((one) => (one.message === problemTitle(problem, t) ? { ...one, message: '' } : one))
      .filter((one) => one.message || one.hint || one.documents?.length)
    modal.error({
      title: problemTitle(problem, t),
      content: (
        <>
          {problem.detail &&
            problem.detail !== problemTitle(problem, t) &&
            !errors.some((one) => one.message === problem.detail) && <p>{problem.detail}</p>}
          {errors.length > 0 && <ProblemErrors errors={errors} />}
        </>
      ),
      width: 520,
    })
  }
  const remove = () =>
    modal.confirm({
      title: t('document.deleteAsk', { name: form.state.base ? recordTitle(form.state.base, meta) : '' }),
      okText: t('document.delete'),
      okButtonProps: { danger: true },
      cancelText: t('common.cancel'),
      onOk: () => form.remove().then(() => void navigate(`/${meta.path}`), refused),
    })
  return { busy, run, refused, remove }
}

/** What does not fit beside the primary action, and deletion. */
function MoreActions({
  offered,
  deletion,
  start,
}: {
  offered: OfferedAction[]
  deletion: (() => void) | null
  start: (action: ActionMeta) => void
}) {
  const t = useT()
  const folded = offered.map(({ action, isEnabled, reason }) => ({
    key: action.key,
    danger: action.style === 'danger',
    disabled: !isEnabled,
    title: reason ?? action.help,
    label: (
      <>
        {action.label}
        {!isEnabled && reason && <div className="secondary">{reason}</div>}
      </>
    ),
    onClick: () => start(action),
  }))
  const removal = { key: 'delete', danger: true, icon: <DeleteOutlined />, label: t('document.delete') }
  const items = deletion ? [...folded, { ...removal, onClick: deletion }] : folded
  if (items.length === 0) return null
  return (
    <Dropdown trigger={['click']} menu={{ items }}>
      <Button icon={<EllipsisOutlined />} aria-label={t('document.more')} data-testid="more-actions" />
    </Dropdown>
  )
}

function mayDelete(meta: DocumentMeta, form: DocumentForm): boolean {
  const base = form.state.base
  if (!base || !meta.may.delete) return false
  return meta.deletable_in ? meta.deletable_in.includes(base.state ?? '') : form.isEditable
}

export function ActionBar({ meta, form }: { meta: DocumentMeta; form: DocumentForm }) {
  const t = useT()
  const [asking, setAsking] = useState<ActionMeta | null>(null)
  const { busy, run, refused, remove } = useActions(meta, form)
  const base = form.state.base
  const offered = base ? offeredActions(meta, base) : []
  const conversions = base ? offeredConversions(meta, [base.state ?? '']) : []
  const shown = offered.filter((one) => one.isEnabled).slice(0, Math.max(SHOWN - conversions.length, 1))
  const canSave = form.isEditable && (form.isDirty || base === null)
  const primary = canSave ? null : offered.find((one) => one.isEnabled && one.action.style === 'primary')
  const isNext = !canSave && !primary && conversions[0]?.style === 'primary'
  const start = (action: ActionMeta) => {
    if (action.ask !== null || action.inputs.length > 0) setAsking(action)
    else run(action, {}).catch(refused)
  }
  const making = base && conversions.length > 0 && (
    <ConversionButtons
      meta={meta}
      conversions={conversions}
      hasPrimary={isNext}
      ids={async () => {
        const saved = form.isDirty ? await form.save() : base
        return saved && [saved.id]
      }}
      onRefused={refused}
    />
  )
  return (
    <div className="action-bar" role="toolbar" aria-label={t('document.actions')}>
      {form.isEditable && (
        <Button
          type={canSave ? 'primary' : 'default'}
          icon={<SaveOutlined />}
          disabled={!canSave}
          loading={form.isSaving && busy === null}
          title="Ctrl S"
          aria-keyshortcuts="Control+S"
          onClick={() => void form.save()}
          data-testid="save"
        >
          {t('document.save')}
        </Button>
      )}
      {base && form.isDirty && (
        <Button onClick={form.discard} data-testid="discard">
          {t('document.revert')}
        </Button>
      )}
      {isNext && making}
      {shown.map((one) => (
        <ActionButton
          key={one.action.key}
          action={one.action}
          isPrimary={one === primary}
          isBusy={busy === one.action.key}
          onStart={() => start(one.action)}
        />
      ))}
      {!isNext && making}
      {base && <PrintMenu meta={meta} ids={[base.id]} isDisabled={form.isDirty} />}
      <MoreActions
        offered={offered.filter((one) => !shown.includes(one))}
        deletion={mayDelete(meta, form) ? remove : null}
        start={start}
      />
      {asking && (
        <ActionDialog
          action={asking}
          onClose={() => setAsking(null)}
          onRun={async (inputs) => {
            await run(asking, inputs)
            setAsking(null)
          }}
        />
      )}
    </div>
  )
}

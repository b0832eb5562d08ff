import { Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { request, newIdempotencyKey } from '../api/client'
import { useT } from '../app/i18n/language'
import { ProblemAlert } from '../shared/ProblemView'
import type { SavedView, ViewContent, ViewsAnswer } from './views'

interface ViewDialogProps {
  place: string
  views: ViewsAnswer
  /** The view whose name or readers change; null makes a new one of what is shown. */
  view: SavedView | null
  content: ViewContent
  onDone: (view: SavedView) => void
  onClose: () => void
}

const OWN = 'own'
const COMPANY = 'company'

/** What a view is called and who else has it. */
export function ViewDialog({ place, views, view, content, onDone, onClose }: ViewDialogProps) {
  const t = useT()
  const [name, setName] = useState(view?.name ?? '')
  const [readers, setReaders] = useState(view?.role ? String(view.role) : view?.shared === 'company' ? COMPANY : OWN)
  const [problem, setProblem] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const [key] = useState(newIdempotencyKey)
  const change = (id: number, body: Record<string, unknown>) =>
    request<SavedView>(`views/${id}`, { method: 'PATCH', body })
  const save = async () => {
    if (name.trim() === '') return
    const shared = readers === OWN ? '' : readers === COMPANY ? 'company' : 'role'
    const sharing = { shared, role: shared === 'role' ? Number(readers) : null }
    setBusy(true)
    try {
      const asked = { method: 'POST' as const, body: { place, name, content }, idempotencyKey: key }
      let saved = view ? await change(view.id, { name }) : await request<SavedView>('views', asked)
      if (views.may_share && (view || shared !== '')) saved = await change(saved.id, sharing)
      onDone(saved)
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  const options = [
    { value: OWN, label: t('views.own') },
    { value: COMPANY, label: t('views.company') },
    ...views.roles.map((role) => ({ value: String(role.id), label: t('views.role', { name: role.name }) })),
  ]
  return (
    <Modal
      open
      width={420}
      title={view ? t('views.edit') : t('views.new')}
      onCancel={onClose}
      onOk={() => void save()}
      okText={t('views.save')}
      cancelText={t('common.cancel')}
      okButtonProps={{ loading: isBusy, disabled: name.trim() === '' }}
    >
      {problem !== null && <ProblemAlert error={problem} />}
      <form
        className="action-form"
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <label className="field">
          <span className="field-label">{t('views.name')}</span>
          <Input value={name} maxLength={80} autoFocus onChange={(event) => setName(event.target.value)} />
        </label>
        {views.may_share && (
          <label className="field">
            <span className="field-label">{t('views.readers')}</span>
            <Select value={readers} onChange={setReaders} options={options} aria-label={t('views.readers')} />
          </label>
        )}
      </form>
    </Modal>
  )
}

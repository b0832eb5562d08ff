import { DeleteOutlined, UploadOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useRef, useState } from 'react'
import { download, newIdempotencyKey, request } from '../../api/client'
import type { Attachment } from '../../api/types'
import { useApplication } from '../../app/application'
import { useT } from '../../app/i18n/language'
import { formatInstant } from '../../shared/instants'
import { Loading } from '../../shared/Loading'
import { ProblemAlert } from '../../shared/ProblemView'
import { formatSize } from '../../shared/size'
import type { PanelProps } from '../DocumentPanel'
import { panelKey, useAttachments } from './queries'

function AttachmentRow({
  attachment,
  onOpen,
  onRemove,
}: {
  attachment: Attachment
  onOpen: () => void
  onRemove: () => void
}) {
  const t = useT()
  const { company } = useApplication()
  return (
    <li className="attachment">
      <div>
        <button
          type="button"
          className="link-button"
          onClick={onOpen}
          aria-label={t('panel.download', { name: attachment.name })}
        >
          {attachment.name}
        </button>
        <div className="secondary">
          {[
            formatSize(attachment.size),
            formatInstant(attachment.created_at, company?.time_zone),
            attachment.created_by?.name,
          ]
            .filter(Boolean)
            .join(' · ')}
        </div>
      </div>
      <Button
        type="text"
        size="small"
        icon={<DeleteOutlined />}
        aria-label={t('panel.removeAttachment', { name: attachment.name })}
        onClick={onRemove}
      />
    </li>
  )
}

function useFiles({ meta, id }: PanelProps) {
  const t = useT()
  const client = useQueryClient()
  const { modal } = App.useApp()
  const [problem, setProblem] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const work = async (task: () => Promise<unknown>) => {
    setBusy(true)
    setProblem(null)
    try {
      await task()
      await client.invalidateQueries({ queryKey: panelKey(meta, id) })
    } catch (error) {
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  const upload = (file: File | undefined) => {
    if (!file) return
    const body = new FormData()
    body.set('file', file)
    void work(() =>
      request(`${meta.path}/${id}/attachments`, { method: 'POST', body, idempotencyKey: newIdempotencyKey() }),
    )
  }
  const remove = (attachment: Attachment) =>
    modal.confirm({
      title: t('panel.removeAsk', { name: attachment.name }),
      okText: t('document.delete'),
      okButtonProps: { danger: true },
      cancelText: t('common.cancel'),
      onOk: () => work(() => request(`attachments/${attachment.id}`, { method: 'DELETE' })),
    })
  const open = (attachment: Attachment) =>
    void work(() => download(`attachments/${attachment.id}`, undefined, attachment.name))
  return { problem, forget: () => setProblem(null), isBusy, upload, remove, open }
}

export function Attachments({ meta, id }: PanelProps) {
  const t = useT()
  const input = useRef<HTMLInputElement>(null)
  const attachments = useAttachments(meta, id)
  const { problem, forget, isBusy, upload, remove, open } = useFiles({ meta, id })
  return (
    <div
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        upload(event.dataTransfer.files[0])
      }}
    >
      <input
        ref={input}
        type="file"
        hidden
        data-testid="attachment-file"
        onChange={(event) => {
          upload(event.target.files?.[0])
          event.target.value = ''
        }}
      />
      <Button size="small" icon={<UploadOutlined />} loading={isBusy} onClick={() => input.current?.click()}>
        {t('panel.upload')}
      </Button>
      {problem !== null && <ProblemAlert error={problem} onClose={forget} />}
      {attachments.isError && <ProblemAlert error={attachments.error} />}
      {attachments.isPending && <Loading rows={3} />}
      {attachments.data?.rows.length === 0 && <p className="secondary">{t('panel.noAttachments')}</p>}
      <ul className="attachments">
        {attachments.data?.rows.map((one) => (
          <AttachmentRow key={one.id} attachment={one} onRemove={() => remove(one)} onOpen={() => open(one)} />
        ))}
      </ul>
    </div>
  )
}

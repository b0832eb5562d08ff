import { useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState, type FormEvent } from 'react'
import { request } from '../../api/client'
import { useApplication } from '../../app/application'
import { useT } from '../../app/i18n/language'
import { formatInstant } from '../../shared/instants'
import { Loading } from '../../shared/Loading'
import { ProblemAlert } from '../../shared/ProblemView'
import type { PanelProps } from '../DocumentPanel'
import { useIntentKey } from '../useSave'
import { panelKey, useTimeline } from './queries'

function CommentForm({ meta, id }: PanelProps) {
  const t = useT()
  const client = useQueryClient()
  const intent = useIntentKey()
  const [body, setBody] = useState('')
  const [problem, setProblem] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const submit = async (event?: FormEvent) => {
    event?.preventDefault()
    const text = body.trim()
    if (text === '') return
    setBusy(true)
    try {
      await request(`${meta.path}/${id}/comments`, {
        method: 'POST',
        body: { body: text },
        idempotencyKey: intent.of(text),
      })
      intent.settle()
      setBody('')
      setProblem(null)
      await client.invalidateQueries({ queryKey: panelKey(meta, id) })
    } catch (error) {
      intent.settle(error)
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form onSubmit={(event) => void submit(event)} className="comment-form">
      {problem !== null && <ProblemAlert error={problem} />}
      <Input.TextArea
        aria-label={t('panel.comment')}
        placeholder={t('panel.comment')}
        rows={2}
        className="text-area"
        value={body}
        onChange={(event) => setBody(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void submit()
        }}
      />
      <Button htmlType="submit" size="small" loading={isBusy} disabled={body.trim() === ''}>
        {t('panel.addComment')}
      </Button>
    </form>
  )
}

export function Comments({ meta, id }: PanelProps) {
  const t = useT()
  const { company } = useApplication()
  const timeline = useTimeline(meta, id)
  const comments = timeline.data?.entries.filter((entry) => entry.kind === 'comment') ?? []
  return (
    <>
      <CommentForm meta={meta} id={id} />
      {timeline.isError && <ProblemAlert error={timeline.error} />}
      {timeline.isPending && <Loading rows={3} />}
      {timeline.data && comments.length === 0 && <p className="secondary">{t('panel.noComments')}</p>}
      <ol className="timeline">
        {comments.map((entry) => (
          <li key={entry.id} className="timeline-entry">
            <div className="timeline-head">
              <strong>{entry.actor?.name ?? t('panel.system')}</strong>{' '}
              <time dateTime={entry.at}>{formatInstant(entry.at, company?.time_zone)}</time>
            </div>
            <p className="comment-body">{entry.body}</p>
          </li>
        ))}
      </ol>
    </>
  )
}

import { FileExcelOutlined, InboxOutlined } from '@ant-design/icons'
import { Alert, Button, Modal, Progress, Radio } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { download, newIdempotencyKey, request } from '../api/client'
import type { DocumentMeta, ImportAnswer } from '../api/types'
import { useT } from '../app/i18n/language'
import { ProblemAlert } from '../shared/ProblemView'
import { formatSize } from '../shared/size'
import { followed, stopJob, type ImportJob } from './importJob'
import { ImportReport } from './ImportReport'

type Mode = 'create' | 'upsert'

interface ImportDialogProps {
  meta: DocumentMeta
  onClose: () => void
  onSaved: () => void
}

/** First a dry run that shows everything, then the import itself: all rows or none. */
function useImport(meta: DocumentMeta, onSaved: () => void) {
  const [file, setFile] = useState<File | null>(null)
  const [mode, setMode] = useState<Mode>('create')
  const [answer, setAnswer] = useState<ImportAnswer | null>(null)
  const [problem, setProblem] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const [job, setJob] = useState<ImportJob | null>(null)
  const closed = useRef(new AbortController())
  useEffect(() => {
    const here = new AbortController()
    closed.current = here
    return () => here.abort()
  }, [])
  // One key for one checked file: a repeated click or a lost answer cannot import twice.
  const key = useRef(newIdempotencyKey())

  const send = async (chosen: File, how: Mode, isDry: boolean) => {
    const body = new FormData()
    body.set('file', chosen)
    body.set('dry_run', isDry ? '1' : '0')
    body.set('mode', how)
    body.set('encoding', 'auto')
    if (isDry) key.current = newIdempotencyKey()
    setBusy(true)
    setProblem(null)
    try {
      const first = await request<ImportAnswer | { job: number }>(`${meta.path}/import`, {
        method: 'POST',
        body,
        idempotencyKey: isDry ? newIdempotencyKey() : key.current,
      })
      const result = 'job' in first ? await followed(first.job, setJob, closed.current.signal) : first
      // Stopped: nothing was saved, and the file may be imported after all.
      if (result === null) key.current = newIdempotencyKey()
      if (result !== null || isDry) setAnswer(result)
      if (result?.saved) onSaved()
    } catch (error) {
      if (closed.current.signal.aborted) return
      setProblem(error)
      if (isDry) setAnswer(null)
    } finally {
      setJob(null)
      setBusy(false)
    }
  }
  const check = (chosen: File, how: Mode) => {
    setFile(chosen)
    setMode(how)
    void send(chosen, how, true)
  }
  return {
    file,
    mode,
    answer,
    problem,
    isBusy,
    job,
    choose: (chosen: File) => check(chosen, mode),
    setMode: (how: Mode) => (file ? check(file, how) : setMode(how)),
    confirm: () => {
      if (file) void send(file, mode, false)
    },
    fail: setProblem,
  }
}

function FileDrop({ file, isBusy, onFile }: { file: File | null; isBusy: boolean; onFile: (file: File) => void }) {
  const t = useT()
  const input = useRef<HTMLInputElement>(null)
  const take = (files: FileList | null) => {
    const first = files?.[0]
    if (first) onFile(first)
  }
  return (
    <div
      className="file-drop"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        take(event.dataTransfer.files)
      }}
    >
      <input
        ref={input}
        type="file"
        hidden
        accept=".csv,.txt,.xlsx,.xls,.ods"
        data-testid="import-file"
        onChange={(event) => {
          take(event.target.files)
          event.target.value = ''
        }}
      />
      {file ? (
        <>
          <FileExcelOutlined aria-hidden="true" /> <strong>{file.name}</strong>{' '}
          <span className="secondary">{formatSize(file.size)}</span>
        </>
      ) : (
        <>
          <InboxOutlined aria-hidden="true" className="file-drop-icon" /> <span>{t('import.drop')}</span>
        </>
      )}
      <Button loading={isBusy} onClick={() => input.current?.click()}>
        {file ? t('import.another') : t('import.choose')}
      </Button>
    </div>
  )
}

/** How far a large file is, which the server takes in beside its other work. */
function JobProgress({ job, onFail }: { job: ImportJob; onFail: (error: unknown) => void }) {
  const t = useT()
  const [isStopping, setStopping] = useState(false)
  const percent = Math.round((100 * job.done) / (job.total ?? 1))
  const stop = () => {
    setStopping(true)
    stopJob(job.id).catch(onFail)
  }
  return (
    <div className="import-progress" data-testid="import-progress" role="status">
      <Progress percent={percent} status="active" showInfo={false} aria-label={t('import.working')} />
      <span className="secondary">{job.message || t('import.waiting')}</span>
      <Button size="small" loading={isStopping} onClick={stop}>
        {t('import.stop')}
      </Button>
    </div>
  )
}

function Templates({ meta, onFail }: { meta: DocumentMeta; onFail: (error: unknown) => void }) {
  const t = useT()
  const get = (format: 'xlsx' | 'csv') =>
    download(`${meta.path}/import-template`, { format }, `${meta.plural}.${format}`).catch(onFail)
  return (
    <p className="import-templates">
      {t('import.template')}{' '}
      <button type="button" className="link-button" onClick={() => void get('xlsx')}>
        XLSX
      </button>
      {' · '}
      <button type="button" className="link-button" onClick={() => void get('csv')}>
        CSV
      </button>
    </p>
  )
}

export function ImportDialog({ meta, onClose, onSaved }: ImportDialogProps) {
  const t = useT()
  const { file, mode, answer, problem, isBusy, job, choose, setMode, confirm, fail } = useImport(meta, onSaved)
  const isReady = answer !== null && !answer.saved && answer.errors.length === 0 && answer.created + answer.updated > 0
  const footer = answer?.saved
    ? [
        <Button key="close" type="primary" onClick={onClose}>
          {t('common.close')}
        </Button>,
      ]
    : [
        <Button key="cancel" onClick={onClose}>
          {t('common.cancel')}
        </Button>,
        <Button key="import" type="primary" disabled={!isReady} loading={isBusy && isReady} onClick={confirm}>
          {isReady ? t('import.confirm', { n: answer.created + answer.updated }) : t('list.import')}
        </Button>,
      ]
  return (
    <Modal
      open
      title={t('import.title', { plural: meta.plural })}
      width={900}
      onCancel={onClose}
      footer={footer}
      mask={{ closable: false }}
      className="import-dialog"
    >
      {answer?.saved ? (
        <Alert
          type="success"
          showIcon
          title={t('import.done')}
          description={t('import.counts', {
            created: answer.created,
            updated: answer.updated,
            unchanged: answer.unchanged,
            ignored: answer.ignored,
          })}
        />
      ) : (
        <>
          <Templates meta={meta} onFail={fail} />
          <Radio.Group
            aria-label={t('import.mode')}
            value={mode}
            onChange={(event) => setMode(event.target.value as Mode)}
            options={[
              { value: 'create', label: t('import.create') },
              { value: 'upsert', label: t('import.upsert') },
            ]}
          />
          <FileDrop file={file} isBusy={isBusy} onFile={choose} />
        </>
      )}
      {job && <JobProgress job={job} onFail={fail} />}
      {problem !== null && <ProblemAlert error={problem} />}
      {answer && !answer.saved && <ImportReport meta={meta} answer={answer} />}
    </Modal>
  )
}

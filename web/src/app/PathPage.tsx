import { useIsFetching } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, type ComponentType } from 'react'
import { useNavigate, useParams } from 'react-router'
import { ApiProblem } from '../api/problem'
import type { AppMeta, MenuEntry } from '../api/types'
import { Loading } from '../shared/Loading'
import { ProblemPage } from '../shared/ProblemView'
import { keyOfPath, rememberPath, useApplication, useDocumentMeta } from './application'
import { isAbsent, NotFound } from './NotFound'

/** Menu pages that earned a screen of their own; everything else is drawn from its declaration. */
const PAGES: Record<string, ComponentType<{ label: string; group: string }>> = {
  'masterdata.dictionary': lazy(() => import('../modules/masterdata/DictionaryPage')),
}

/** Milliseconds of quiet: the first page has its figures and shows them. */
const AHEAD = 300
const recordPages = () => import('./recordPages')
const ListPage = lazy(() => recordPages().then((pages) => ({ default: pages.ListPage })))
const DocumentPage = lazy(() => recordPages().then((pages) => ({ default: pages.DocumentPage })))
const reportPage = () => import('../reports/ReportPage')
const ReportPage = lazy(reportPage)

/** What is wanted next comes while the first page is read: the way to it is not waited for. */
export function usePagesAhead(): void {
  const isBusy = useIsFetching() > 0
  useEffect(() => {
    if (isBusy) return
    // What cannot be had ahead is asked for again when it is wanted, and missed there.
    const waiting = setTimeout(() => void recordPages().then(reportPage).catch(() => undefined), AHEAD)
    return () => clearTimeout(waiting)
  }, [isBusy])
}

function WaitingPage() {
  return (
    <div className="page">
      <Loading />
    </div>
  )
}

function findPage(app: AppMeta, path: string): { entry: MenuEntry; group: string } | null {
  for (const group of app.menu) {
    const entry = group.entries.find((one) => one.kind === 'page' && one.path === path)
    if (entry) return { entry, group: group.label }
  }
  return null
}

function splitPath(path: string): { documents: string; record: string | null } {
  const match = /^(.+)\/(new|\d+)$/.exec(path)
  return match?.[1] && match[2] ? { documents: match[1], record: match[2] } : { documents: path, record: null }
}

function DocumentRoute({ documentKey, record }: { documentKey: string; record: string | null }) {
  const meta = useDocumentMeta(documentKey)
  // Beside the declaration, not after it.
  useEffect(() => void recordPages().catch(() => undefined), [])
  if (meta.isError && isAbsent(meta.error)) return <NotFound />
  if (meta.isError) return <ProblemPage error={meta.error} onRetry={() => void meta.refetch()} />
  if (!meta.data)
    return (
      <div className="page">
        <Loading />
      </div>
    )
  return (
    <Suspense fallback={<WaitingPage />}>
      {record === null ? (
        <ListPage key={documentKey} meta={meta.data} />
      ) : (
        <DocumentPage key={`${documentKey}/${record}`} meta={meta.data} id={record === 'new' ? null : Number(record)} />
      )}
    </Suspense>
  )
}

export function PathPage() {
  const { app } = useApplication()
  const path = (useParams()['*'] ?? '').replace(/\/+$/, '')
  const page = findPage(app, path)
  if (page) {
    const Page = PAGES[page.entry.key]
    return Page ? (
      <Suspense fallback={<WaitingPage />}>
        <Page label={page.entry.label} group={page.group} />
      </Suspense>
    ) : (
      <NotFound />
    )
  }
  const report = /^reports\/([\w.-]+)$/.exec(path)?.[1]
  if (report)
    return (
      <Suspense fallback={<WaitingPage />}>
        <ReportPage key={report} reportKey={report} />
      </Suspense>
    )
  const { documents, record } = splitPath(path)
  const key = keyOfPath(app, documents)
  return key ? <DocumentRoute documentKey={key} record={record} /> : <NotFound />
}

/** /open/<key>/<id>: links that know a document's kind but not its address. */
export function OpenDocument() {
  const { key = '', id = '' } = useParams()
  const navigate = useNavigate()
  const meta = useDocumentMeta(key)
  const path = meta.data?.path
  useEffect(() => {
    if (!path) return
    rememberPath(path, key)
    void navigate(`/${path}/${id}`, { replace: true })
  }, [path, key, id, navigate])
  if (meta.isError) return isAbsent(meta.error) ? <NotFound /> : <ProblemPage error={meta.error} />
  if (!/^\d+$/.test(id)) return <ProblemPage error={new ApiProblem(404, {})} />
  return (
    <div className="page">
      <Loading />
    </div>
  )
}

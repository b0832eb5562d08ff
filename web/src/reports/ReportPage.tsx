import { CheckCircleOutlined, DownloadOutlined, PrinterOutlined, ReloadOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Alert, App, Button, Empty } from 'antd'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { download, request } from '../api/client'
import { asProblem } from '../api/problem'
import { useApplication } from '../app/application'
import { useT } from '../app/i18n/language'
import { isAbsent, NotFound } from '../app/NotFound'
import { usePlace } from '../app/place'
import { useSession } from '../app/session'
import { LazyChart } from '../charts/LazyChart'
import { ShownAs } from '../charts/ShownAs'
import { formatInstant } from '../shared/instants'
import { Loading } from '../shared/Loading'
import { ProblemAlert, ProblemPage, problemTitle } from '../shared/ProblemView'
import { readStored, writeStored } from '../shared/storage'
import { reportChart } from './chart'
import { SavedViews } from '../views/SavedViews'
import { knownParams, missingParams } from './params'
import { ReportParams } from './ReportParams'
import { ReportTable } from './ReportTable'
import './reports.css'
import type { ReportAnswer, ReportMeta, ReportNote } from './types'

/**
 * The parameters, which are the address. Opened without any, the report comes as this person last used it in this
 * company; another company begins anew, because accounts and parties of one are not those of another.
 */
function useParamsOf(meta: ReportMeta, company: number | null) {
  const { user } = useSession()
  const [search, setSearch] = useSearchParams()
  const store = `jingwei.report.${user.id}.${company ?? 0}.${meta.key}`
  const params = useMemo(() => knownParams(search, meta.params), [search, meta.params])
  const change = useCallback((next: URLSearchParams) => setSearch(next, { replace: true }), [setSearch])
  const former = useRef(company)
  const isMoved = former.current !== company
  useEffect(() => {
    const remembered = readStored<string>(store)
    if (former.current !== company || (search.size === 0 && remembered)) change(new URLSearchParams(remembered ?? ''))
    former.current = company
    // Only when the report is opened or the company changes: emptying the parameters by hand stays possible.
  }, [store])
  const remember = useCallback(() => writeStored(store, params.toString()), [store, params])
  return { params, change, remember, isMoved }
}

interface ReportToolsProps {
  answer: ReportAnswer | undefined
  params: URLSearchParams
  isChart: boolean
  onChart: (isChart: boolean) => void
}

function ReportTools({ answer, params, isChart, onChart }: ReportToolsProps) {
  const t = useT()
  const { message } = App.useApp()
  const [isBusy, setBusy] = useState(false)
  const save = async () => {
    if (!answer) return
    const asked = new URLSearchParams(params)
    asked.set('format', 'xlsx')
    setBusy(true)
    try {
      await download(`reports/${answer.key}`, asked, `${answer.label}.xlsx`)
    } catch (error) {
      void message.error(problemTitle(asProblem(error), t))
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="list-tools">
      {answer?.chart && (
        <ShownAs
          value={isChart ? answer.chart.kind : 'table'}
          choices={['table', answer.chart.kind]}
          onChoose={(shown) => onChart(shown !== 'table')}
        />
      )}
      <Button icon={<PrinterOutlined />} disabled={!answer} onClick={() => window.print()}>
        {t('report.print')}
      </Button>
      <Button icon={<DownloadOutlined />} disabled={!answer} loading={isBusy} onClick={() => void save()}>
        {t('report.xlsx')}
      </Button>
    </div>
  )
}

/** What the figures are: of which company and when, in which currency. */
function Stamp({ answer, isBusy, onRefresh }: { answer: ReportAnswer; isBusy: boolean; onRefresh: () => void }) {
  const t = useT()
  const { company } = useApplication()
  return (
    <p className="report-stamp secondary" data-testid="report-stamp">
      <span>{[answer.heading, company?.name].filter(Boolean).join(' · ')}</span>
      <span className="report-as-of">
        {[t('report.asOf', { at: formatInstant(answer.as_of, company?.time_zone) }), answer.currency].filter(Boolean).join(' · ')}
        <Button
          type="text"
          size="small"
          icon={<ReloadOutlined spin={isBusy} />}
          aria-label={t('report.refresh')}
          onClick={onRefresh}
        />
      </span>
    </p>
  )
}

/** What is right is said quietly, what is wrong is not. */
function Notes({ notes }: { notes: ReportNote[] }) {
  return notes.map((note) =>
    note.kind === 'info' ? (
      <p key={note.text} className="report-note secondary">
        <CheckCircleOutlined aria-hidden="true" /> {note.text}
      </p>
    ) : (
      <Alert key={note.text} type={note.kind} title={note.text} showIcon className="report-note" />
    ),
  )
}

/** The rows as a table, or as the picture that the report declares. */
function ReportResult({ answer, isChart }: { answer: ReportAnswer; isChart: boolean }) {
  const navigate = useNavigate()
  const drawing = useMemo(() => (isChart ? reportChart(answer) : null), [answer, isChart])
  if (!drawing) return <ReportTable answer={answer} />
  return (
    <LazyChart
      label={[answer.label, answer.heading].filter(Boolean).join(' · ')}
      data={drawing.data}
      onOpen={(category, series) => {
        const path = drawing.pathOf(category, series)
        if (path) void navigate(path)
      }}
    />
  )
}

function useShownAsChart(key: string): [boolean, (isChart: boolean) => void] {
  const { user } = useSession()
  const store = `jingwei.report.chart.${user.id}.${key}`
  const [isChart, setChart] = useState(() => readStored<boolean>(store) ?? false)
  const change = (next: boolean) => {
    writeStored(store, next)
    setChart(next)
  }
  return [isChart, change]
}

function ReportView({ meta }: { meta: ReportMeta }) {
  const t = useT()
  const { app, company } = useApplication()
  const { params, change, remember, isMoved } = useParamsOf(meta, company?.id ?? null)
  const missing = missingParams(meta.params, params)
  const [isChart, setChart] = useShownAsChart(meta.key)
  const report = useQuery({
    queryKey: ['report', meta.key, params.toString()],
    queryFn: ({ signal }) => request<ReportAnswer>(`reports/${meta.key}`, { params, signal }),
    enabled: missing.length === 0 && !isMoved,
    placeholderData: (earlier) => earlier,
  })
  useEffect(() => {
    if (report.isSuccess && !report.isPlaceholderData) remember()
  }, [report.isSuccess, report.isPlaceholderData, remember])
  const group = app.menu.find((one) => one.entries.some((entry) => entry.key === meta.key))
  usePlace([...(group ? [{ label: group.label }] : []), { label: meta.label }])
  const answer = missing.length > 0 || report.isError ? undefined : report.data
  const problem = report.isError && missing.length === 0 ? asProblem(report.error) : null
  const errors = Object.fromEntries((problem?.errors ?? []).map((one) => [one.field ?? '', one.message]))
  return (
    <div className="page list-page report-page" aria-busy={report.isFetching}>
      <div className="list-head">
        <h1>{meta.label}</h1>
        <SavedViews
          place={meta.key}
          current={{ query: params.toString(), columns: null }}
          onApply={(content) => change(new URLSearchParams(content?.query ?? ''))}
        />
        <ReportTools answer={answer} params={params} isChart={isChart} onChart={setChart} />
      </div>
      <ReportParams
        fields={meta.params}
        params={params}
        onParams={change}
        answer={report.isPlaceholderData ? undefined : answer}
        errors={errors}
      />
      {answer && <Stamp answer={answer} isBusy={report.isFetching} onRefresh={() => void report.refetch()} />}
      {answer && <Notes notes={answer.notes} />}
      <div className="list-scroll" role="region" aria-label={meta.label} tabIndex={0}>
        {problem && <ProblemAlert error={problem} onRetry={() => void report.refetch()} />}
        {missing.length > 0 && (
          <Empty
            image={Empty.PRESENTED_IMAGE_SIMPLE}
            description={
              <>
                <strong>{t('report.choose', { names: missing.map((one) => one.label).join(t('common.listSeparator')) })}</strong>
                <br />
                {meta.help}
              </>
            }
          />
        )}
        {missing.length === 0 && report.isPending && <Loading rows={10} />}
        {answer &&
          (answer.rows.length === 0 ? (
            <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('report.empty')} />
          ) : (
            <ReportResult key={report.dataUpdatedAt} answer={answer} isChart={isChart} />
          ))}
      </div>
    </div>
  )
}

/** Any report, drawn from its declaration. */
export default function ReportPage({ reportKey }: { reportKey: string }) {
  const meta = useQuery({
    queryKey: ['meta', 'report', reportKey],
    queryFn: () => request<ReportMeta>(`meta/reports/${reportKey}`),
    staleTime: 60_000,
  })
  if (meta.isError && isAbsent(meta.error)) return <NotFound />
  if (meta.isError) return <ProblemPage error={meta.error} onRetry={() => void meta.refetch()} />
  if (!meta.data)
    return (
      <div className="page">
        <Loading />
      </div>
    )
  return <ReportView meta={meta.data} />
}

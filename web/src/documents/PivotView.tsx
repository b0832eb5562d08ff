import { DownloadOutlined, SwapOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { App, Button, Empty, Select } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { download, request } from '../api/client'
import { asProblem } from '../api/problem'
import type { DocumentMeta } from '../api/types'
import { useCompanyFilter } from '../app/application'
import { useT } from '../app/i18n/language'
import { LazyChart } from '../charts/LazyChart'
import { ShownAs } from '../charts/ShownAs'
import { Loading } from '../shared/Loading'
import { ProblemAlert, problemTitle } from '../shared/ProblemView'
import { askedPivot, isTurned, pivotChart, rowOrder, SHOWN, withFilters, type PivotAnswer, type PivotState } from './pivot'
import { PivotTable, type PivotSort } from './PivotTable'
import { queryParams, type ListQuery } from './query'

interface PivotProps {
  meta: DocumentMeta
  query: ListQuery
  pivot: PivotState
  onPivot: (pivot: PivotState) => void
}

function Choice({
  label,
  value,
  options,
  onChoose,
}: {
  label: string
  value: string
  options: { key: string; label: string }[]
  onChoose: (key: string) => void
}) {
  return (
    <label className="pivot-choice">
      <span className="secondary">{label}</span>
      <Select
        value={value}
        onChange={onChoose}
        aria-label={label}
        popupMatchSelectWidth={false}
        showSearch={{ optionFilterProp: 'label' }}
        options={options.map((one) => ({ value: one.key, label: one.label }))}
      />
    </label>
  )
}

function PivotTools({ meta, query, pivot, onPivot }: PivotProps) {
  const t = useT()
  const { message } = App.useApp()
  const ofCompany = useCompanyFilter(meta)
  const [isBusy, setBusy] = useState(false)
  const save = async () => {
    const params = new URLSearchParams([...askedParams(query, pivot, ofCompany), ['format', 'xlsx']])
    setBusy(true)
    try {
      await download(`${meta.path}/pivot`, params, `${meta.plural}.xlsx`)
    } catch (error) {
      void message.error(problemTitle(asProblem(error), t))
    } finally {
      setBusy(false)
    }
  }
  const { dimensions, measures } = meta.pivot
  const nothing = { key: '', label: t('pivot.noColumns') }
  return (
    <div className="pivot-tools" role="group" aria-label={t('pivot.view')}>
      <Choice label={t('pivot.rows')} value={pivot.rows} options={dimensions} onChoose={(rows) => onPivot({ ...pivot, rows })} />
      <Button
        type="text"
        icon={<SwapOutlined />}
        aria-label={t('pivot.swap')}
        title={t('pivot.swap')}
        disabled={pivot.columns === ''}
        onClick={() => onPivot({ ...pivot, rows: pivot.columns, columns: pivot.rows })}
      />
      <Choice
        label={t('pivot.columns')}
        value={pivot.columns}
        options={[nothing, ...dimensions]}
        onChoose={(columns) => onPivot({ ...pivot, columns })}
      />
      <Choice
        label={t('pivot.measure')}
        value={pivot.measure}
        options={measures}
        onChoose={(measure) => onPivot({ ...pivot, measure })}
      />
      <span className="pivot-gap" />
      <ShownAs value={pivot.shown} choices={SHOWN} onChoose={(shown) => onPivot({ ...pivot, shown })} />
      {meta.may.export && (
        <Button icon={<DownloadOutlined />} loading={isBusy} onClick={() => void save()}>
          {t('report.xlsx')}
        </Button>
      )}
    </div>
  )
}

/** Filters and search of the list, without its order, with what is asked of the pivot. */
function askedParams(query: ListQuery, pivot: PivotState, ofCompany: Record<string, string>): URLSearchParams {
  const params = queryParams({ ...query, sort: null })
  for (const [name, value] of Object.entries({ ...ofCompany, ...askedPivot(pivot) })) params.set(name, value)
  return params
}

/** The records of a list summed up over all that its filters find, not over what is loaded. */
export function PivotView({ meta, query, pivot, onPivot }: PivotProps) {
  const t = useT()
  const navigate = useNavigate()
  const ofCompany = useCompanyFilter(meta)
  const [sort, setSort] = useState<PivotSort | null>(null)
  const params = askedParams(query, pivot, ofCompany)
  const made = useQuery({
    queryKey: ['list', meta.key, 'pivot', params.toString()],
    queryFn: ({ signal }) => request<PivotAnswer>(`${meta.path}/pivot`, { params, signal }),
    placeholderData: (earlier) => earlier,
  })
  const answer = made.isError ? undefined : made.data
  const order = answer ? rowOrder(answer, sort) : []
  const pathOf = (row: number | null, column: number | null): string | null => {
    const keys = [
      row === null ? undefined : answer?.rows.keys[row],
      column === null ? undefined : answer?.columns?.keys[column],
    ]
    if (keys.some((key) => key?.filters === null)) return null
    const filters = Object.assign({}, ...keys.map((key) => key?.filters ?? {})) as Record<string, string>
    return `/${meta.path}?${queryParams(withFilters(query, filters)).toString()}`
  }
  const label = `${meta.plural}: ${answer?.measure.label ?? ''}`
  const isMixed = made.isError && asProblem(made.error).errors.some((one) => one.code === 'pivot.currencies')
  return (
    <>
      <PivotTools {...{ meta, query, pivot, onPivot }} />
      <div className="list-scroll" role="region" aria-label={label} aria-busy={made.isFetching}>
        {made.isError && <ProblemAlert error={made.error} onRetry={() => void made.refetch()} />}
        {isMixed && (
          <div className="pivot-way-out">
            <Button type="primary" onClick={() => onPivot({ ...pivot, columns: 'currency' })}>
              {t('pivot.byCurrency')}
            </Button>
          </div>
        )}
        {made.isPending && <Loading rows={10} />}
        {answer && answer.rows.keys.length === 0 && (
          <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('list.noMatch')} />
        )}
        {answer &&
          answer.rows.keys.length > 0 &&
          (pivot.shown === 'table' ? (
            <PivotTable {...{ label, answer, order, sort, pathOf }} onSort={setSort} />
          ) : (
            <LazyChart
              label={label}
              data={pivotChart(answer, order, pivot.shown)}
              onOpen={(category, series) => {
                const [row, column] = isTurned(answer) ? [series, category] : [category, series]
                const path = pathOf(row === null ? null : (order[row] ?? null), answer.columns ? column : null)
                if (path) void navigate(path)
              }}
            />
          ))}
      </div>
      {answer?.measure.currency && (
        <p className="pivot-note secondary">
          {answer.measure.label} · {answer.measure.currency}
        </p>
      )}
    </>
  )
}

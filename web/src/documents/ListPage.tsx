import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Empty } from 'antd'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { request } from '../api/client'
import type { DocumentMeta, ListAnswer, Row } from '../api/types'
import { rememberPath, useApplication, useCompanyFilter } from '../app/application'
import { useT } from '../app/i18n/language'
import { usePlace } from '../app/place'
import { useSession } from '../app/session'
import { DataTable } from '../shared/DataTable'
import { isTyping } from '../shared/keys'
import { Loading } from '../shared/Loading'
import { ProblemAlert } from '../shared/ProblemView'
import { BulkBar } from './BulkBar'
import { askedFields, listTotals, summedColumns, useColumns, useListColumns } from './columns'
import { FilterRow } from './FilterRow'
import { ImportDialog } from './ImportDialog'
import { ListTools } from './ListTools'
import { firstPivot, parsePivot, pivotParams, type PivotState } from './pivot'
import { PivotView } from './PivotView'
import { nextSort, parseQuery, queryParams, type ListQuery, type QueryChange } from './query'
import { SavedViews } from '../views/SavedViews'
import { recordTitle } from './values'

/** The list's state and its setters; small steps replace the address, so that Back leaves the list. */
function useListState(meta: DocumentMeta) {
  const [params, setParams] = useSearchParams()
  const query = useMemo(() => parseQuery(params), [params])
  const pivot = useMemo(() => parsePivot(params, meta), [params, meta])
  // The address follows a moment later; a change made meanwhile must not undo the one before.
  const latest = useRef(query)
  useEffect(() => {
    latest.current = query
  }, [query])
  const address = (pivot: PivotState | null) =>
    new URLSearchParams([...queryParams(latest.current), ...(pivot ? pivotParams(pivot) : [])])
  const setQuery = useCallback(
    (next: QueryChange) => {
      latest.current = next(latest.current)
      setParams(address(pivot), { replace: true })
    },
    [setParams, pivot],
  )
  const setPivot = (next: PivotState | null) => setParams(address(next), { replace: true })
  const setAddress = (next: string) => setParams(new URLSearchParams(next), { replace: true })
  return { query, setQuery, pivot, setPivot, address: address(pivot).toString(), setAddress }
}

function useRows(meta: DocumentMeta, query: ListQuery, fields: string[], summed: string[]) {
  const ofCompany = useCompanyFilter(meta)
  const params = new URLSearchParams([...queryParams(query), ...Object.entries(ofCompany)])
  if (!params.has('sort') && meta.sort) params.set('sort', meta.sort)
  params.set('limit', '50')
  params.set('fields', fields.join(','))
  return useInfiniteQuery({
    queryKey: ['list', meta.key, params.toString(), summed.join(',')],
    queryFn: ({ pageParam, signal }) => {
      const page = new URLSearchParams(params)
      if (pageParam) page.set('cursor', pageParam)
      else page.set('count', '1')
      // Sums are of all that the filter finds; they come with the first page.
      if (!pageParam && summed.length > 0) page.set('totals', summed.join(','))
      return request<ListAnswer>(meta.path, { params: page, signal })
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: (earlier) => earlier,
  })
}

function useListKeys(onNew: (() => void) | null): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== 'n' || !onNew || isTyping(event)) return
      event.preventDefault()
      onNew()
    }
    window.addEventListener('keydown', pressed)
    return () => window.removeEventListener('keydown', pressed)
  }, [onNew])
}

function EmptyList({
  meta,
  isFiltered,
  onClear,
  onNew,
}: {
  meta: DocumentMeta
  isFiltered: boolean
  onClear: () => void
  onNew: (() => void) | null
}) {
  const t = useT()
  if (isFiltered) {
    return (
      <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('list.noMatch')}>
        <Button onClick={onClear}>{t('list.clearFilters')}</Button>
      </Empty>
    )
  }
  return (
    <Empty
      image={Empty.PRESENTED_IMAGE_SIMPLE}
      description={
        <>
          <strong>{t('list.empty', { plural: meta.plural })}</strong>
          <br />
          {meta.help}
        </>
      }
    >
      {onNew && (
        <Button type="primary" onClick={onNew}>
          {t('list.newNamed', { label: meta.label })}
        </Button>
      )}
    </Empty>
  )
}

interface ListBodyProps {
  meta: DocumentMeta
  query: ListQuery
  onQuery: (change: QueryChange) => void
  list: ReturnType<typeof useRows>
  rows: Row[]
  visible: string[]
  selected: ReadonlySet<number>
  onSelect: (ids: ReadonlySet<number>) => void
  onNew: (() => void) | null
}

function ListBody({ meta, query, onQuery, list, rows, visible, selected, onSelect, onNew }: ListBodyProps) {
  const t = useT()
  const navigate = useNavigate()
  const { company } = useApplication()
  const columns = useColumns(meta, visible)
  const totals = listTotals(list.data?.pages[0], t('lines.total'), company?.currency ?? '')
  const open = (row: Row, event: { ctrlKey: boolean; metaKey: boolean }) => {
    const to = `/${meta.path}/${row.id}`
    if (event.ctrlKey || event.metaKey) window.open(to, '_blank', 'noopener')
    else void navigate(to)
  }
  if (list.isError) return <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />
  if (list.isPending) return <Loading rows={10} />
  if (rows.length === 0) {
    const isFiltered = query.conditions.length > 0 || query.search !== ''
    return (
      <EmptyList
        meta={meta}
        isFiltered={isFiltered}
        onNew={onNew}
        onClear={() => onQuery((now) => ({ ...now, conditions: [], search: '' }))}
      />
    )
  }
  return (
    <>
      <DataTable<Row>
        label={meta.plural}
        columns={columns}
        rows={rows}
        rowId={(row) => row.id}
        sort={query.sort ?? meta.sort}
        onSort={(column) => onQuery((now) => ({ ...now, sort: nextSort(now.sort ?? meta.sort, column) }))}
        selection={{ ids: selected, onChange: onSelect }}
        rowLabel={(row) => recordTitle(row, meta)}
        onOpen={open}
        totals={totals}
      />
      {list.hasNextPage && (
        <div className="load-more">
          <Button onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>
            {t('list.more')}
          </Button>
        </div>
      )}
    </>
  )
}

export function ListPage({ meta }: { meta: DocumentMeta }) {
  const t = useT()
  const navigate = useNavigate()
  const client = useQueryClient()
  const { user } = useSession()
  const { app } = useApplication()
  const { query, setQuery, pivot, setPivot, address, setAddress } = useListState(meta)
  const { visible, setVisible, showColumns } = useListColumns(meta, user.id)
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set())
  const [isImporting, setImporting] = useState(false)
  const units = visible.map((name) => meta.fields[name]?.unit_field).filter((name) => name !== undefined)
  const fields = askedFields([...meta.title_fields, ...visible, ...units])
  const list = useRows(meta, query, fields, summedColumns(meta, visible))
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.rows) ?? [], [list.data])
  const group = app.menu.find((one) => one.entries.some((entry) => entry.key === meta.key))
  usePlace([...(group ? [{ label: group.label }] : []), { label: meta.plural }])
  useEffect(() => rememberPath(meta.path, meta.key), [meta.path, meta.key])

  const openNew = useCallback(() => void navigate(`/${meta.path}/new`), [navigate, meta.path])
  const onNew = meta.may.create ? openNew : null
  useListKeys(onNew)
  const refresh = () => void client.invalidateQueries({ queryKey: ['list'] })
  const count = list.data?.pages[0]?.count

  return (
    <div className="page list-page" aria-busy={list.isFetching}>
      <div className="list-head">
        <h1>
          {meta.plural}{' '}
          {count !== undefined && (
            <span className="count" data-testid="list-count">
              {t('list.count', { n: count })}
            </span>
          )}
        </h1>
        <SavedViews
          place={meta.key}
          current={{ query: address, columns: visible.join() === meta.columns.join() ? null : visible }}
          onApply={(content) => {
            setAddress(content?.query ?? '')
            showColumns(content?.columns ?? null)
          }}
        />
        <ListTools
          meta={meta}
          query={query}
          visible={visible}
          onVisible={setVisible}
          onNew={onNew}
          onImport={() => setImporting(true)}
          isPivot={pivot !== null}
          onPivot={(isPivot) => setPivot(isPivot ? firstPivot(meta) : null)}
        />
      </div>
      <FilterRow meta={meta} query={query} onQuery={setQuery} />
      {pivot && <PivotView meta={meta} query={query} pivot={pivot} onPivot={setPivot} />}
      {!pivot && selected.size > 0 && (
        <BulkBar
          meta={meta}
          selected={selected}
          rows={rows}
          visible={visible}
          onClear={() => setSelected(new Set())}
          onDone={refresh}
        />
      )}
      {!pivot && (
        <div className="list-scroll">
          <ListBody
            meta={meta}
            query={query}
            onQuery={setQuery}
            list={list}
            rows={rows}
            visible={visible}
            selected={selected}
            onSelect={setSelected}
            onNew={onNew}
          />
        </div>
      )}
      {isImporting && <ImportDialog meta={meta} onClose={() => setImporting(false)} onSaved={refresh} />}
    </div>
  )
}

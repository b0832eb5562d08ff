import { useQuery } from '@tanstack/react-query'
import { SearchOutlined } from '@ant-design/icons'
import { Empty, Input } from 'antd'
import { Fragment, useEffect, useMemo, useRef } from 'react'
import { useSearchParams } from 'react-router'
import { useState } from 'react'
import type { InputRef } from 'antd'
import { request } from '../../api/client'
import type { DictionaryRow } from '../../api/types'
import { useT } from '../../app/i18n/language'
import { usePlace } from '../../app/place'
import { isTyping } from '../../shared/keys'
import { Loading } from '../../shared/Loading'
import { ProblemAlert } from '../../shared/ProblemView'
import { useDebounced } from '../../shared/useDebounced'

function valueText(value: DictionaryRow['values'][number]): string {
  return typeof value === 'string' ? value : `${value.value} ${value.label}`
}

function FieldRow({ row }: { row: DictionaryRow }) {
  return (
    <tr data-field={[row.document, row.collection, row.field].filter(Boolean).join('.')}>
      <td>
        <code>{[row.collection, row.field].filter(Boolean).join('.')}</code>
      </td>
      <td>
        {row.label}
        <div className="secondary">{row.label_other}</div>
      </td>
      <td>
        {row.meaning}
        <div className="secondary">{row.meaning_other}</div>
      </td>
      <td>
        <code>{row.type}</code>
        {row.references && <div className="secondary">→ {row.references}</div>}
      </td>
      <td>{row.rule}</td>
      <td>
        {row.values.map((value) => (
          <div key={valueText(value)}>{valueText(value)}</div>
        ))}
      </td>
      <td>{row.owner}</td>
    </tr>
  )
}

function DictionaryTable({ rows, label }: { rows: DictionaryRow[]; label: string }) {
  const t = useT()
  const documents = useMemo(() => {
    const groups = new Map<string, DictionaryRow[]>()
    for (const row of rows) groups.set(row.document, [...(groups.get(row.document) ?? []), row])
    return [...groups]
  }, [rows])
  const heads = [
    t('dictionary.field'),
    t('dictionary.label'),
    t('dictionary.meaning'),
    t('dictionary.type'),
    t('dictionary.rule'),
    t('dictionary.values'),
    t('dictionary.owner'),
  ]
  return (
    <table className="data-table dictionary" aria-label={label}>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {documents.map(([document, fields]) => (
          <Fragment key={document}>
            <tr className="group-row">
              <th scope="colgroup" colSpan={heads.length}>
                {fields[0]?.document_label} <code>{document}</code>
              </th>
            </tr>
            {fields.map((row) => (
              <FieldRow key={`${row.collection ?? ''}.${row.field}`} row={row} />
            ))}
          </Fragment>
        ))}
      </tbody>
    </table>
  )
}

/** Every field of every document: what it is called in both languages, what it means, what it may hold. */
export default function DictionaryPage({ label, group }: { label: string; group: string }) {
  const t = useT()
  const [params, setParams] = useSearchParams()
  const [words, setWords] = useState(params.get('search') ?? '')
  const sought = useDebounced(words.trim(), 200)
  const input = useRef<InputRef>(null)
  usePlace([{ label: group }, { label }])
  useEffect(() => setParams(sought === '' ? {} : { search: sought }, { replace: true }), [sought, setParams])
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== '/' || isTyping(event)) return
      event.preventDefault()
      input.current?.focus()
    }
    window.addEventListener('keydown', pressed)
    return () => window.removeEventListener('keydown', pressed)
  }, [])
  const dictionary = useQuery({
    queryKey: ['dictionary', sought],
    queryFn: ({ signal }) =>
      request<{ rows: DictionaryRow[] }>('meta/dictionary', { params: { search: sought }, signal }),
    placeholderData: (earlier) => earlier,
  })
  const rows = dictionary.data?.rows ?? []
  return (
    <div className="page list-page">
      <div className="list-head">
        <h1>
          {label} {dictionary.data && <span className="count">{t('dictionary.count', { n: rows.length })}</span>}
        </h1>
      </div>
      <div className="filter-row" role="search">
        <Input
          ref={input}
          className="list-search dictionary-search"
          allowClear
          prefix={<SearchOutlined aria-hidden="true" />}
          suffix={words === '' ? <kbd>/</kbd> : undefined}
          aria-label={t('dictionary.search')}
          placeholder={t('dictionary.search')}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
      </div>
      <div className="list-scroll" role="region" aria-label={label} tabIndex={0}>
        {dictionary.isError && <ProblemAlert error={dictionary.error} onRetry={() => void dictionary.refetch()} />}
        {dictionary.isPending && <Loading rows={10} />}
        {dictionary.data &&
          (rows.length === 0 ? (
            <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('list.noMatch')} />
          ) : (
            <DictionaryTable rows={rows} label={label} />
          ))}
      </div>
    </div>
  )
}

import { useQuery } from '@tanstack/react-query'
import { Input, Modal } from 'antd'
import { useState } from 'react'
import { request } from '../api/client'
import type { ListAnswer, Reference, Row, Target } from '../api/types'
import { useCompanyFilter, useDocumentMeta } from '../app/application'
import { useT } from '../app/i18n/language'
import { DataTable } from '../shared/DataTable'
import { Loading } from '../shared/Loading'
import { ProblemAlert } from '../shared/ProblemView'
import { useDebounced } from '../shared/useDebounced'
import { askedFields, useColumns } from './columns'
import { recordTitle, rowReference } from './values'
import type { DocumentMeta } from '../api/types'

interface RecordPickerProps {
  target: Target
  label: string
  words: string
  conditions?: Record<string, string> | undefined
  onPick: (reference: Reference) => void
  onClose: () => void
}

function PickerTable({
  meta,
  words,
  conditions,
  onPick,
}: {
  meta: DocumentMeta
  words: string
  conditions: Record<string, string> | undefined
  onPick: (reference: Reference) => void
}) {
  const t = useT()
  // Its name in the reader's language stands there already.
  const columns = meta.title_fields.includes('name') ? meta.columns.filter((name) => !/^name_/.test(name)) : meta.columns
  const visible = [...new Set([...meta.title_fields, ...columns])].slice(0, 6)
  const declared = useColumns(meta, visible)
  const ofCompany = useCompanyFilter(meta)
  const params = { ...conditions, ...ofCompany, search: words, fields: askedFields(visible).join(','), limit: 50 }
  const list = useQuery({
    queryKey: ['pick', meta.key, params],
    queryFn: ({ signal }) => request<ListAnswer>(meta.path, { params, signal }),
    placeholderData: (earlier) => earlier,
  })
  if (list.isError) return <ProblemAlert error={list.error} />
  if (!list.data) return <Loading />
  const pick = (row: Row) => onPick(rowReference(row, meta))
  // Picking must not navigate: the link of the first column becomes a button.
  const pickable = declared.map((column, at) =>
    at > 0
      ? column
      : {
          ...column,
          render: (row: Row) => (
            <button
              type="button"
              className="link-button"
              onClick={() => pick(row)}
              aria-label={t('lookup.pick', { name: recordTitle(row, meta) })}
            >
              {rowReference(row, meta).number}
            </button>
          ),
        },
  )
  if (list.data.rows.length === 0)
    return (
      <p className="secondary" role="status">
        {t('lookup.nothing')}
      </p>
    )
  return (
    <DataTable<Row> label={meta.plural} columns={pickable} rows={list.data.rows} rowId={(row) => row.id} onOpen={pick} />
  )
}

/** F7: the target's own list, to search with room. */
export function RecordPicker({ target, label, words: first, conditions, onPick, onClose }: RecordPickerProps) {
  const t = useT()
  const meta = useDocumentMeta(target.key)
  const [words, setWords] = useState(first)
  const rested = useDebounced(words.trim(), 150)
  return (
    <Modal
      open
      title={meta.data?.plural ?? label}
      footer={null}
      onCancel={onClose}
      width={820}
      className="record-picker"
    >
      <Input
        aria-label={t('list.search')}
        placeholder={t('list.search')}
        autoFocus
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
      <div className="picker-scroll">
        {meta.isError && <ProblemAlert error={meta.error} />}
        {meta.data && <PickerTable meta={meta.data} words={rested} conditions={conditions} onPick={onPick} />}
      </div>
    </Modal>
  )
}

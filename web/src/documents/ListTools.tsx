import { DownloadOutlined, ImportOutlined, PlusOutlined, SettingOutlined, TableOutlined, UnorderedListOutlined } from '@ant-design/icons'
import { App, Button, Checkbox, Dropdown, Popover, Segmented } from 'antd'
import { useState } from 'react'
import { download } from '../api/client'
import { asProblem } from '../api/problem'
import type { DocumentMeta } from '../api/types'
import { useCompanyFilter } from '../app/application'
import { useT } from '../app/i18n/language'
import { problemTitle } from '../shared/ProblemView'
import { askedFields, availableColumns, columnField } from './columns'
import { queryParams, type ListQuery } from './query'

function ColumnChooser({
  meta,
  visible,
  onVisible,
}: {
  meta: DocumentMeta
  visible: string[]
  onVisible: (columns: string[] | null) => void
}) {
  const t = useT()
  const all = availableColumns(meta)
  const toggle = (name: string) => {
    const next = visible.includes(name)
      ? visible.filter((one) => one !== name)
      : all.filter((one) => visible.includes(one) || one === name)
    if (next.length > 0) onVisible(next)
  }
  const content = (
    <div className="column-chooser">
      {all.map((name) => (
        <Checkbox key={name} checked={visible.includes(name)} onChange={() => toggle(name)}>
          {columnField(meta, name, t)?.label ?? name}
        </Checkbox>
      ))}
      <Button type="link" size="small" onClick={() => onVisible(null)}>
        {t('list.resetColumns')}
      </Button>
    </div>
  )
  return (
    <Popover trigger="click" placement="bottomRight" content={content} title={t('list.columns')}>
      <Button icon={<SettingOutlined />} aria-label={t('list.columns')} />
    </Popover>
  )
}

/** Exports the rows of a query with the visible columns; refusals are said in passing. */
export function useExport(meta: DocumentMeta, query: ListQuery, visible: string[]) {
  const t = useT()
  const { message } = App.useApp()
  const [isBusy, setBusy] = useState(false)
  const ofCompany = useCompanyFilter(meta)
  const save = async (format: 'xlsx' | 'csv') => {
    const params = new URLSearchParams([...queryParams(query), ...Object.entries(ofCompany)])
    if (!params.has('sort') && meta.sort) params.set('sort', meta.sort)
    params.set('format', format)
    params.set('fields', askedFields(visible).join(','))
    setBusy(true)
    try {
      await download(`${meta.path}/export`, params, `${meta.plural}.${format}`)
    } catch (error) {
      void message.error(problemTitle(asProblem(error), t))
    } finally {
      setBusy(false)
    }
  }
  return { save, isBusy }
}

function ExportButton({ meta, query, visible }: { meta: DocumentMeta; query: ListQuery; visible: string[] }) {
  const t = useT()
  const { save, isBusy } = useExport(meta, query, visible)
  const items = [
    { key: 'xlsx', label: t('list.exportXlsx'), onClick: () => void save('xlsx') },
    { key: 'csv', label: t('list.exportCsv'), onClick: () => void save('csv') },
  ]
  return (
    <Dropdown trigger={['click']} menu={{ items }}>
      <Button icon={<DownloadOutlined />} loading={isBusy}>
        {t('list.export')}
      </Button>
    </Dropdown>
  )
}

interface ListToolsProps {
  meta: DocumentMeta
  query: ListQuery
  visible: string[]
  onVisible: (columns: string[] | null) => void
  onNew: (() => void) | null
  onImport: () => void
  isPivot: boolean
  onPivot: (isPivot: boolean) => void
}

export function ListTools({ meta, query, visible, onVisible, onNew, onImport, isPivot, onPivot }: ListToolsProps) {
  const t = useT()
  return (
    <div className="list-tools">
      {meta.pivot.dimensions.length > 0 && (
        <Segmented<boolean>
          value={isPivot}
          onChange={onPivot}
          options={[
            { value: false, label: t('pivot.list'), icon: <UnorderedListOutlined /> },
            { value: true, label: t('pivot.view'), icon: <TableOutlined /> },
          ]}
        />
      )}
      {!isPivot && <ColumnChooser meta={meta} visible={visible} onVisible={onVisible} />}
      {meta.may.export && !isPivot && <ExportButton meta={meta} query={query} visible={visible} />}
      {meta.may.import && (
        <Button icon={<ImportOutlined />} onClick={onImport}>
          {t('list.import')}
        </Button>
      )}
      {onNew && (
        <Button
          type="primary"
          icon={<PlusOutlined />}
          onClick={onNew}
          title="n"
          aria-keyshortcuts="n"
          data-testid="new"
        >
          {t('list.new')}
        </Button>
      )}
    </div>
  )
}

import { DownloadOutlined, ImportOutlined, PlusOutlined, SettingOutlined } from '@ant-design/icons'
import { App, Button, Checkbox, Dropdown, Popover, Tooltip } from 'antd'
import { useState } from 'react'
import { download } from '../api/client'
import { asProblem } from '../api/problem'
import type { DocumentMeta } from '../api/types'
import { useT } from '../app/i18n/language'
import { problemTitle } from '../shared/ProblemView'
import { availableColumns, columnField } from './columns'
import { queryParams, type ListQuery } from './query'

function ColumnChooser({ meta, visible, onVisible }: { meta: DocumentMeta; visible: string[]; onVisible: (columns: string[] | null) => void }) {
  const t = useT()
  const all = availableColumns(meta)
  const toggle = (name: string) => {
    const next = visible.includes(name) ? visible.filter((one) => one !== name) : all.filter((one) => visible.includes(one) || one === name)
    if (next.length > 0) onVisible(next)
  }
  const content = (
    <div className="column-chooser">
      {all.map((name) => (
        <Checkbox key={name} checked={visible.includes(name)} onChange={() => toggle(name)}>{columnField(meta, name, t)?.label ?? name}</Checkbox>
      ))}
      <Button type="link" size="small" onClick={() => onVisible(null)}>{t('list.resetColumns')}</Button>
    </div>
  )
  return (
    <Popover trigger="click" placement="bottomRight" content={content} title={t('list.columns')}>
      <Button icon={<SettingOutlined />} aria-label={t('list.columns')} />
    </Popover>
  )
}

function ExportButton({ meta, query, visible }: { meta: DocumentMeta; query: ListQuery; visible: string[] }) {
  const t = useT()
  const { message } = App.useApp()
  const [isBusy, setBusy] = useState(false)
  const save = async (format: 'xlsx' | 'csv') => {
    const params = queryParams(query)
    params.set('format', format)
    params.set('fields', visible.join(','))
    setBusy(true)
    try {
      await download(`${meta.path}/export`, params, `${meta.plural}.${format}`)
    } catch (error) {
      void message.error(problemTitle(asProblem(error), t))
    } finally {
      setBusy(false)
    }
  }
  const items = [
    { key: 'xlsx', label: t('list.exportXlsx'), onClick: () => void save('xlsx') },
    { key: 'csv', label: t('list.exportCsv'), onClick: () => void save('csv') },
  ]
  return <Dropdown trigger={['click']} menu={{ items }}><Button icon={<DownloadOutlined />} loading={isBusy}>{t('list.export')}</Button></Dropdown>
}

interface ListToolsProps {
  meta: DocumentMeta
  query: ListQuery
  visible: string[]
  onVisible: (columns: string[] | null) => void
  onNew: (() => void) | null
  onImport: () => void
}

export function ListTools({ meta, query, visible, onVisible, onNew, onImport }: ListToolsProps) {
  const t = useT()
  return (
    <div className="list-tools">
      <ColumnChooser meta={meta} visible={visible} onVisible={onVisible} />
      {meta.may.export && <ExportButton meta={meta} query={query} visible={visible} />}
      {meta.may.import && <Button icon={<ImportOutlined />} onClick={onImport}>{t('list.import')}</Button>}
      {onNew && <Tooltip title={<>{t('list.newNamed', { label: meta.label })} <kbd>n</kbd></>}><Button type="primary" icon={<PlusOutlined />} onClick={onNew} data-testid="new">{t('list.new')}</Button></Tooltip>}
    </div>
  )
}

import { CloseOutlined, PlusOutlined, SearchOutlined } from '@ant-design/icons'
import { Button, Dropdown, Input, Popover, type InputRef } from 'antd'
import { useEffect, useRef, useState } from 'react'
import type { DocumentMeta, Field } from '../api/types'
import { useT } from '../app/i18n/language'
import { isTyping } from '../shared/keys'
import { useDebounced } from '../shared/useDebounced'
import { columnField } from './columns'
import { FilterEditor } from './FilterEditor'
import { useConditionText } from './filterText'
import { conditionsOf, withConditions, type Condition, type ListQuery, type QueryChange } from './query'

interface FilterRowProps {
  meta: DocumentMeta
  query: ListQuery
  onQuery: (change: QueryChange) => void
}

/** The first filters stand ready as empty chips; the rest wait behind "Filter". */
const READY = 3

function SearchBox({ meta, query, onQuery }: FilterRowProps) {
  const t = useT()
  const input = useRef<InputRef>(null)
  const [text, setText] = useState(query.search)
  const rested = useDebounced(text, 250)
  const sent = useRef(query.search)
  useEffect(() => {
    if (rested === sent.current) return
    sent.current = rested
    onQuery((now) => ({ ...now, search: rested }))
    // Only a rested text sends; a new query arriving from elsewhere must not send the old text again.
  }, [rested])
  useEffect(() => {
    if (query.search === sent.current.trim()) return
    sent.current = query.search
    setText(query.search)
  }, [query.search])
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== '/' || isTyping(event)) return
      event.preventDefault()
      input.current?.focus({ cursor: 'all' })
    }
    window.addEventListener('keydown', pressed)
    return () => window.removeEventListener('keydown', pressed)
  }, [])
  return (
    <Input
      ref={input}
      className="list-search"
      allowClear
      prefix={<SearchOutlined aria-hidden="true" />}
      suffix={text === '' ? <kbd>/</kbd> : undefined}
      aria-label={t('list.searchIn', { plural: meta.plural })}
      placeholder={t('list.search')}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={(event) => event.key === 'Escape' && setText('')}
    />
  )
}

interface ChipProps {
  meta: DocumentMeta
  field: Field
  conditions: Condition[]
  isOpen: boolean
  onOpen: (isOpen: boolean) => void
  onChange: (conditions: Condition[]) => void
}

function FilterChip({ meta, field, conditions, isOpen, onOpen, onChange }: ChipProps) {
  const t = useT()
  const text = useConditionText(meta, field, conditions)
  const isSet = conditions.length > 0
  const editor = (
    <FilterEditor meta={meta} field={field} conditions={conditions} onChange={onChange} onDone={() => onOpen(false)} />
  )
  return (
    <span className={isSet ? 'chip chip-set' : 'chip'} data-testid={`filter-${field.name}`}>
      <Popover
        trigger="click"
        open={isOpen}
        onOpenChange={onOpen}
        placement="bottomLeft"
        destroyOnHidden
        content={editor}
      >
        <button
          type="button"
          className="chip-button"
          aria-expanded={isOpen}
          aria-label={t('list.filterBy', { label: field.label })}
        >
          {!isSet && <PlusOutlined aria-hidden="true" />} {field.label}
          {isSet && <strong> {text}</strong>}
        </button>
      </Popover>
      {isSet && (
        <button
          type="button"
          className="chip-remove"
          aria-label={t('list.removeFilter', { label: field.label })}
          onClick={() => onChange([])}
        >
          <CloseOutlined />
        </button>
      )}
    </span>
  )
}

export function FilterRow({ meta, query, onQuery }: FilterRowProps) {
  const t = useT()
  const [open, setOpen] = useState<string | null>(null)
  const fields = meta.filters.flatMap(({ name }) => columnField(meta, name, t) ?? [])
  const isShown = (field: Field, at: number) =>
    at < READY || open === field.name || conditionsOf(query, field.name).length > 0
  const hidden = fields.filter((field, at) => !isShown(field, at))
  return (
    <div className="filter-row" role="search">
      <SearchBox meta={meta} query={query} onQuery={onQuery} />
      {fields.filter(isShown).map((field) => (
        <FilterChip
          key={field.name}
          meta={meta}
          field={field}
          conditions={conditionsOf(query, field.name)}
          isOpen={open === field.name}
          onOpen={(isOpen) => setOpen(isOpen ? field.name : null)}
          onChange={(conditions) => onQuery((now) => withConditions(now, field.name, conditions))}
        />
      ))}
      {hidden.length > 0 && (
        <Dropdown
          trigger={['click']}
          menu={{
            items: hidden.map((field) => ({ key: field.name, label: field.label, onClick: () => setOpen(field.name) })),
          }}
        >
          <Button type="text" size="small" icon={<PlusOutlined />}>
            {t('list.addFilter')}
          </Button>
        </Dropdown>
      )}
      {query.conditions.length > 0 && (
        <Button type="link" size="small" onClick={() => onQuery((now) => ({ ...now, conditions: [] }))}>
          {t('list.clearFilters')}
        </Button>
      )}
    </div>
  )
}

import { Button, Checkbox, Input, Radio, Select } from 'antd'
import { useState, type FormEvent, type ReactNode } from 'react'
import type { CodeReference, DocumentMeta, Field, Reference } from '../api/types'
import { useApplication } from '../app/application'
import { useT } from '../app/i18n/language'
import { parseDate } from '../shared/dates'
import { parseDecimal } from '../shared/decimal'
import { endOfMinute, formatInstant, parseInstant, todayIn } from '../shared/instants'
import { filterOptions, useReferences } from './filterText'
import type { Condition } from './query'
import { ReferenceInput } from './ReferenceInput'
import { isNumberType, referenceText } from './values'

interface EditorProps {
  meta: DocumentMeta
  field: Field
  conditions: Condition[]
  onChange: (conditions: Condition[]) => void
  onDone: () => void
}

const valueOf = (conditions: Condition[], op: string): string => conditions.find((one) => one.op === op)?.value ?? ''

/** A list value in the address may stand under `in` or, when single, under `eq`. */
function listOf(conditions: Condition[]): string[] {
  const text = valueOf(conditions, 'in') || valueOf(conditions, 'eq')
  return text === '' ? [] : text.split(',')
}

function OptionsEditor({ meta, field, conditions, onChange }: EditorProps) {
  const set = (values: string[]) =>
    onChange(values.length > 0 ? [{ field: field.name, op: 'in', value: values.join(',') }] : [])
  return (
    <Checkbox.Group
      className="filter-options"
      options={filterOptions(meta, field)}
      value={listOf(conditions)}
      onChange={(values) => set(values.map(String))}
    />
  )
}

function BoolEditor({ field, conditions, onChange }: EditorProps) {
  const t = useT()
  const value = valueOf(conditions, 'eq')
  return (
    <Radio.Group
      value={value}
      onChange={(event) =>
        onChange(event.target.value === '' ? [] : [{ field: field.name, op: 'eq', value: String(event.target.value) }])
      }
      options={[
        { value: '', label: t('filter.any') },
        { value: 'true', label: t('common.yes') },
        { value: 'false', label: t('common.no') },
      ]}
    />
  )
}

function ReferenceEditor({ field, conditions, onChange }: EditorProps) {
  const t = useT()
  const ids = listOf(conditions)
  const references = useReferences(field, ids)
  const set = (next: string[]) =>
    onChange(next.length > 0 ? [{ field: field.name, op: 'in', value: next.join(',') }] : [])
  const add = (value: Reference | CodeReference | null) => {
    if (value?.id && !ids.includes(String(value.id))) set([...ids, String(value.id)])
  }
  return (
    <div className="filter-references">
      {references.map((reference) => (
        <Checkbox key={reference.id} checked onChange={() => set(ids.filter((id) => id !== String(reference.id)))}>
          {referenceText(reference)}
        </Checkbox>
      ))}
      {field.target && (
        <ReferenceInput
          key={ids.length}
          target={field.target}
          value={null}
          onChange={add}
          label={t('list.filterBy', { label: field.label })}
          hasFocus
        />
      )}
    </div>
  )
}

/** A day, or an instant; a day alone as the end of a range of instants includes the whole of it. */
function readMoment(text: string, field: Field, timeZone: string | undefined, isEnd: boolean): string | null {
  const today = todayIn(timeZone)
  const day = parseDate(text, today)
  if (field.type === 'date') return day
  const clock = { today, timeZone }
  const instant = parseInstant(isEnd && day !== null ? `${day} 23:59` : text, clock)
  return instant !== null && isEnd ? endOfMinute(instant) : instant
}

function RangeEditor({ field, conditions, onChange, onDone }: EditorProps) {
  const t = useT()
  const { company } = useApplication()
  const timeZone = company?.time_zone
  const given = (...ops: string[]): string => {
    const value = ops.map((op) => valueOf(conditions, op)).find((one) => one !== '') ?? ''
    return field.type === 'instant' ? formatInstant(value, timeZone) : value
  }
  const [from, setFrom] = useState(() => given('eq', 'gte', 'gt'))
  const [to, setTo] = useState(() => given('eq', 'lte', 'lt'))
  const read = (text: string, isEnd: boolean) =>
    text.trim() === '' ? '' : isNumberType(field.type) ? parseDecimal(text) : readMoment(text, field, timeZone, isEnd)
  const [low, high] = [read(from, false), read(to, true)]
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (low === null || high === null) return
    onChange([
      ...(low === '' ? [] : [{ field: field.name, op: 'gte', value: low }]),
      ...(high === '' ? [] : [{ field: field.name, op: 'lte', value: high }]),
    ])
    onDone()
  }
  const placeholder = field.type === 'date' || field.type === 'instant' ? '2026-11-22' : ''
  return (
    <form className="filter-range" onSubmit={submit}>
      <Input
        aria-label={t('filter.from')}
        placeholder={placeholder || t('filter.from')}
        value={from}
        autoFocus
        status={low === null ? 'error' : ''}
        onChange={(event) => setFrom(event.target.value)}
      />
      <span aria-hidden="true">–</span>
      <Input
        aria-label={t('filter.to')}
        placeholder={placeholder || t('filter.to')}
        value={to}
        status={high === null ? 'error' : ''}
        onChange={(event) => setTo(event.target.value)}
      />
      <Button htmlType="submit" type="primary">
        {t('filter.apply')}
      </Button>
    </form>
  )
}

function TextEditor({ field, conditions, onChange, onDone }: EditorProps) {
  const t = useT()
  const first = conditions.find((one) => one.op !== 'null')
  const [op, setOp] = useState(first?.op ?? 'contains')
  const [value, setValue] = useState(first?.value ?? '')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onChange(value.trim() === '' ? [] : [{ field: field.name, op, value: value.trim() }])
    onDone()
  }
  const ops = [
    { value: 'contains', label: t('filter.contains') },
    { value: 'starts', label: t('filter.starts') },
    { value: 'eq', label: t('filter.equals') },
  ]
  return (
    <form className="filter-range" onSubmit={submit}>
      <Select aria-label={t('filter.how')} value={op} onChange={setOp} options={ops} popupMatchSelectWidth={false} />
      <Input aria-label={field.label} value={value} autoFocus onChange={(event) => setValue(event.target.value)} />
      <Button htmlType="submit" type="primary">
        {t('filter.apply')}
      </Button>
    </form>
  )
}

function editorOf(props: EditorProps): ReactNode {
  const { meta, field } = props
  if (filterOptions(meta, field).length > 0) return <OptionsEditor {...props} />
  if (field.type === 'bool') return <BoolEditor {...props} />
  if (field.type === 'reference') return <ReferenceEditor {...props} />
  if (field.type === 'date' || field.type === 'instant' || isNumberType(field.type)) return <RangeEditor {...props} />
  return <TextEditor {...props} />
}

export function FilterEditor(props: EditorProps) {
  const t = useT()
  const { field, conditions, onChange } = props
  const nullness = valueOf(conditions, 'null')
  const known = props.meta.filters.find((one) => one.name === field.name)?.ops
  const canBeEmpty = known ? known.includes('null') : !field.required && field.type !== 'bool' && field.name !== 'state'
  const setNull = (value: string) => onChange(nullness === value ? [] : [{ field: field.name, op: 'null', value }])
  return (
    <div className="filter-editor" role="group" aria-label={field.label}>
      {editorOf(props)}
      {canBeEmpty && (
        <div className="filter-null">
          <Checkbox checked={nullness === 'true'} onChange={() => setNull('true')}>
            {t('filter.isEmpty')}
          </Checkbox>
          <Checkbox checked={nullness === 'false'} onChange={() => setNull('false')}>
            {t('filter.isSet')}
          </Checkbox>
        </div>
      )}
    </div>
  )
}

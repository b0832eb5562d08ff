import { Button, Checkbox, Input, Select, Tooltip } from 'antd'
import { useState, type ReactNode } from 'react'
import { Link } from 'react-router'
import { ExportOutlined } from '@ant-design/icons'
import type { Field, Value } from '../api/types'
import { rememberPath, useApplication } from '../app/application'
import { useLanguage, useT } from '../app/i18n/language'
import { foreignZone } from '../shared/instants'
import { WEEK, weekdayName, withDay } from '../shared/weekdays'
import { FieldValue, useDisplay } from './FieldValue'
import { ReferenceInput } from './ReferenceInput'
import { isTidied, isWhole, typedValue } from './typing'
import { isEmpty, isNumberType, isReference, unitText } from './values'

interface ControlProps {
  field: Field
  value: unknown
  onChange: (value: Value) => void
  id: string
  error: string | undefined
  describedBy: string | undefined
  hasFocus: boolean
  /** The unit a quantity is counted in. */
  unit: string
}

/** Numbers, dates and instants: text while typing, tidied when the field is left. */
function TidyInput({ field, value, onChange, id, error, describedBy, hasFocus, unit }: ControlProps) {
  const t = useT()
  const display = useDisplay()
  const { company } = useApplication()
  const [typed, setTyped] = useState<string | null>(null)
  const isNumber = isNumberType(field.type)
  const timeZone = company?.time_zone
  const read = (text: string) => typedValue(text, field, value, timeZone)
  const change = (text: string) => {
    setTyped(text)
    if (isWhole(text, field)) onChange(read(text))
  }
  const commit = () => {
    if (typed !== null) onChange(read(typed))
    setTyped(null)
  }
  const note = field.type === 'instant' ? foreignZone(timeZone) : unit
  return (
    <Input
      id={id}
      className={isNumber ? 'number-input' : undefined}
      inputMode={isNumber ? 'decimal' : undefined}
      autoComplete="off"
      autoFocus={hasFocus}
      status={error ? 'error' : ''}
      aria-invalid={error !== undefined}
      aria-describedby={describedBy}
      aria-required={field.required}
      placeholder={
        field.type === 'date' ? t('field.dateHint') : field.type === 'instant' ? t('field.instantHint') : undefined
      }
      suffix={note === '' ? undefined : <span className="unit">{note}</span>}
      value={typed ?? display(value, field)}
      onFocus={(event) => event.target.select()}
      onChange={(event) => change(event.target.value)}
      onBlur={commit}
      onPressEnter={commit}
    />
  )
}

function ChoiceInput({ field, value, onChange, id, error, describedBy, hasFocus }: ControlProps) {
  return (
    <Select
      id={id}
      className="choice-input"
      value={typeof value === 'string' ? value : null}
      onChange={(next: string | undefined) => onChange(next ?? null)}
      allowClear={!field.required}
      showSearch={(field.choices?.length ?? 0) > 8 ? { optionFilterProp: 'label' } : false}
      autoFocus={hasFocus}
      status={error ? 'error' : ''}
      aria-invalid={error !== undefined}
      aria-describedby={describedBy}
      aria-required={field.required}
      aria-label={field.label}
      options={field.choices?.map((choice) => ({ value: choice.value, label: choice.label })) ?? []}
    />
  )
}

function ReferenceControl({ field, value, onChange, id, error, describedBy, hasFocus }: ControlProps) {
  const t = useT()
  const reference = isReference(value) ? value : null
  if (!field.target) return null
  const target = field.target
  return (
    <span className="reference-row">
      <ReferenceInput
        target={target}
        value={reference}
        onChange={onChange}
        label={field.label}
        id={id}
        isInvalid={error !== undefined}
        describedBy={describedBy}
        hasFocus={hasFocus}
        isRequired={field.required}
      />
      {reference?.id != null && (
        <Link
          to={`/${target.path}/${reference.id}`}
          className="reference-open"
          tabIndex={-1}
          aria-label={t('field.openReference', { label: field.label })}
          onClick={() => rememberPath(target.path, target.key)}
        >
          <ExportOutlined />
        </Link>
      )}
    </span>
  )
}

function JsonInput({ value, onChange, id, error, describedBy }: ControlProps) {
  const [typed, setTyped] = useState<string | null>(null)
  const change = (text: string) => {
    setTyped(text)
    if (text.trim() === '') return onChange(null)
    try {
      onChange(JSON.parse(text) as Value)
    } catch (reason) {
      if (!(reason instanceof SyntaxError)) throw reason
      // Half-typed JSON goes as text: the server names the fault.
      onChange(text)
    }
  }
  return (
    <Input.TextArea
      id={id}
      rows={3}
      className="text-area"
      status={error ? 'error' : ''}
      aria-describedby={describedBy}
      value={typed ?? (value === null || value === undefined ? '' : JSON.stringify(value, null, 2))}
      onChange={(event) => change(event.target.value)}
    />
  )
}

function TextInput({ field, value, onChange, id, error, describedBy, hasFocus }: ControlProps) {
  const shared = {
    id,
    value: typeof value === 'string' || typeof value === 'number' ? String(value) : '',
    autoFocus: hasFocus,
    status: error ? ('error' as const) : ('' as const),
    'aria-invalid': error !== undefined,
    'aria-describedby': describedBy,
    'aria-required': field.required,
    ...(field.max_length === undefined ? {} : { maxLength: field.max_length }),
  }
  if (field.type === 'multiline')
    return (
      <Input.TextArea {...shared} rows={2} className="text-area" onChange={(event) => onChange(event.target.value)} />
    )
  return (
    <Input
      {...shared}
      type={field.type === 'email' ? 'email' : 'text'}
      autoComplete="off"
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

/** Seven switches, one for each day of the week. */
function WeekdaysInput({ field, value, onChange, id, error, describedBy }: ControlProps) {
  const { language } = useLanguage()
  const days = typeof value === 'string' ? value : ''
  return (
    <span id={id} role="group" className="weekdays" aria-label={field.label} aria-describedby={describedBy}>
      {WEEK.map((day) => (
        <Button
          key={day}
          size="small"
          type={days.includes(day) ? 'primary' : 'default'}
          danger={error !== undefined}
          aria-pressed={days.includes(day)}
          onClick={() => onChange(withDay(days, day))}
        >
          {weekdayName(day, language)}
        </Button>
      ))}
    </span>
  )
}

function controlOf(props: ControlProps): ReactNode {
  const { field, value, onChange, id, describedBy } = props
  if (field.type === 'bool')
    return (
      <Checkbox
        id={id}
        checked={value === true}
        aria-describedby={describedBy}
        onChange={(event) => onChange(event.target.checked)}
      >
        <LabelWords field={field} />
      </Checkbox>
    )
  if (field.type === 'choice') return <ChoiceInput {...props} />
  if (field.type === 'reference') return <ReferenceControl {...props} />
  if (isTidied(field.type)) return <TidyInput {...props} />
  if (field.type === 'json') return <JsonInput {...props} />
  if (field.type === 'weekdays') return <WeekdaysInput {...props} />
  return <TextInput {...props} />
}

/** What the field means (the dictionary's words) shows when the pointer rests on its label. */
function LabelWords({ field }: { field: Field }) {
  const words = <span className={field.help ? 'helped' : undefined}>{field.label}</span>
  return field.help ? (
    <Tooltip title={field.help} placement="topLeft">
      {words}
    </Tooltip>
  ) : (
    words
  )
}

function FieldLabel({ field, id, isReadOnly }: { field: Field; id: string; isReadOnly: boolean }) {
  const content = (
    <>
      <LabelWords field={field} />
      {field.required && !isReadOnly && (
        <span className="required" aria-hidden="true">
          {' '}
          *
        </span>
      )}
    </>
  )
  return isReadOnly ? (
    <span className="field-label" id={`${id}-label`}>
      {content}
    </span>
  ) : (
    <label className="field-label" htmlFor={id}>
      {content}
    </label>
  )
}

interface FieldControlProps {
  field: Field
  value: unknown
  onChange?: (value: Value) => void
  idPrefix?: string
  error?: string | undefined
  row?: Record<string, unknown>
  hasFocus?: boolean
}

/** One field: label, control or plain value, help, and what the server has to say about it. */
export function FieldControl({
  field,
  value,
  onChange,
  idPrefix = 'field',
  error,
  row,
  hasFocus = false,
}: FieldControlProps) {
  const id = `${idPrefix}-${field.name}`
  const isReadOnly = onChange === undefined || field.read_only
  const describedBy =
    [error ? `${id}-error` : '', field.help ? `${id}-help` : ''].filter(Boolean).join(' ') || undefined
  const isBare = field.type === 'bool' && !isReadOnly
  const className = ['field', `field-${field.type}`, error ? 'field-invalid' : ''].join(' ').trim()
  return (
    <div className={className} data-field={field.name}>
      {!isBare && <FieldLabel field={field} id={id} isReadOnly={isReadOnly} />}
      {isReadOnly ? (
        <div className="field-value" role="group" aria-labelledby={`${id}-label`}>
          {isEmpty(value) ? (
            <span className="secondary">–</span>
          ) : (
            <FieldValue field={field} value={value} row={row ?? {}} isLinked />
          )}
        </div>
      ) : (
        controlOf({ field, value, onChange, id, error, describedBy, hasFocus, unit: row ? unitText(row, field) : '' })
      )}
      {error && (
        <div id={`${id}-error`} className="field-error" role="alert">
          {error}
        </div>
      )}
      {field.help && (
        <div id={`${id}-help`} className="hidden-text">
          {field.help}
        </div>
      )}
    </div>
  )
}

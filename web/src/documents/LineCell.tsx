import { useState, type KeyboardEvent } from 'react'
import type { Field, Value } from '../api/types'
import { useApplication } from '../app/application'
import { isZero } from '../shared/decimal'
import { useDisplay } from './FieldValue'
import { ReferenceInput } from './ReferenceInput'
import { inputSize, isTidied, isWhole, typedValue } from './typing'
import { isNumberType, isReference } from './values'

interface LineCellProps {
  field: Field
  value: unknown
  label: string
  isInvalid: boolean
  onChange: (value: Value) => void
  /** Takes a typed text that means more than itself; true when it did. */
  onTyped?: ((text: string) => boolean) | undefined
  /** Zero stands for nothing here. */
  isZeroBlank?: boolean
  conditions?: Record<string, string> | undefined
}

/** A plain input: hundreds of them stand in one grid. Text while typing, tidied when the cell is left. */
function TextCell({ field, value, label, isInvalid, onChange, onTyped, isZeroBlank = false }: LineCellProps) {
  const display = useDisplay()
  const { company } = useApplication()
  const [typed, setTyped] = useState<string | null>(null)
  const tidies = isTidied(field.type)
  const read = (text: string) => typedValue(text, field, value, company?.time_zone)
  const change = (text: string) => {
    if (onTyped?.(text)) return setTyped(tidies && !/[=＝]/.test(text) ? text : null)
    setTyped(text)
    if (!tidies || isWhole(text, field)) onChange(read(text))
  }
  const commit = () => {
    if (typed !== null && tidies) onChange(read(typed))
    setTyped(null)
  }
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'Enter' || event.key === 'Tab') commit()
  }
  return (
    <input
      className={isNumberType(field.type) ? 'number-input' : undefined}
      aria-label={label}
      aria-invalid={isInvalid}
      aria-required={field.required}
      // A long text does not fit into its cell: resting on it shows the whole.
      title={tidies ? undefined : display(value, field)}
      autoComplete="off"
      inputMode={isNumberType(field.type) ? 'decimal' : undefined}
      size={inputSize(field)}
      maxLength={tidies ? undefined : field.max_length}
      value={typed ?? (isZeroBlank && isZero(String(value ?? '')) ? '' : display(value, field))}
      onFocus={(event) => event.target.select()}
      onChange={(event) => change(event.target.value)}
      onBlur={commit}
      onKeyDown={pressed}
    />
  )
}

export function LineCell(props: LineCellProps) {
  const { field, value, label, isInvalid, onChange } = props
  if (field.type === 'bool')
    return (
      <input
        type="checkbox"
        aria-label={label}
        checked={value === true}
        onChange={(event) => onChange(event.target.checked)}
      />
    )
  if (field.type === 'choice') {
    return (
      <select
        aria-label={label}
        aria-invalid={isInvalid}
        value={typeof value === 'string' ? value : ''}
        onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
      >
        {(!field.required || !value) && <option value="" />}
        {field.choices?.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    )
  }
  if (field.type === 'reference' && field.target) {
    return (
      <ReferenceInput
        target={field.target}
        value={isReference(value) ? value : null}
        label={label}
        isInvalid={isInvalid}
        isRequired={field.required}
        isInGrid
        conditions={props.conditions}
        onChange={onChange}
      />
    )
  }
  return <TextCell {...props} />
}

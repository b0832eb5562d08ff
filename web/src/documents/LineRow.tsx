import { DeleteOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { memo } from 'react'
import type { Field, LinesMeta, Value } from '../api/types'
import { useT } from '../app/i18n/language'
import { isZero } from '../shared/decimal'
import { cellKey } from './errors'
import { FieldValue } from './FieldValue'
import type { FormAction, Line } from './formState'
import type { GridHabits } from './gridHabits'
import { LineCell } from './LineCell'
import { isNumberType, isReference, isUnit, readText, referenceText, shownValue } from './values'

function lineMessages(meta: LinesMeta, line: Line, messages: Record<string, string>): string {
  const own = [null, ...meta.order].map((name) => messages[cellKey(meta.name, line.key, name)])
  return own.filter(Boolean).join(' ')
}

interface RowProps {
  meta: LinesMeta
  fields: Field[]
  editable: Field[]
  line: Line
  at: number
  isEditable: boolean
  messages: Record<string, string>
  proposed: Record<string, unknown> | undefined
  dispatch: (action: FormAction) => void
  habits: GridHabits | null
  onTyped: (at: number, field: Field, text: string) => boolean
}

/** How wide a column must be follows from what stands in it. */
const widthClass = (field: Field): string => (isUnit(field.target?.key) ? 'cell-unit' : `cell-${field.type}`)

function GridCell({ row, field }: { row: RowProps; field: Field }) {
  const t = useT()
  const { meta, editable, line, at, messages, proposed, dispatch, habits, onTyped } = row
  const value = shownValue(line.edits[field.name], proposed?.[field.name], line.base[field.name])
  const column = editable.indexOf(field)
  const error = messages[cellKey(meta.name, line.key, field.name)]
  const side = `${isNumberType(field.type) ? 'align-right' : 'align-left'} ${widthClass(field)}`
  const shared = { 'data-field': `${meta.name}.${at}.${field.name}`, 'data-label': field.label }
  const isZeroBlank = habits?.blankZeros.includes(field.name) ?? false
  if (column < 0) {
    const isNothing = isZeroBlank && isZero(String(value ?? ''))
    return (
      <td {...shared} className={`cell-read ${side}`}>
        {isUnit(field.target?.key) && isReference(value) ? (
          <span title={referenceText(value)}>{readText(value)}</span>
        ) : (
          <FieldValue field={field} value={isNothing ? null : value} row={{ ...line.base, ...proposed, ...line.edits }} isLinked />
        )}
      </td>
    )
  }
  const change = (next: Value) =>
    dispatch({ type: 'setCell', collection: meta.name, key: line.key, field: field.name, value: next })
  const label = t('lines.cell', { label: field.label, n: at + 1 })
  return (
    <td {...shared} data-cell={`${at}:${column}`} className={`cell-edit ${side} ${error ? 'cell-invalid' : ''}`}>
      <LineCell
        field={field}
        value={value}
        isInvalid={error !== undefined}
        label={label}
        isZeroBlank={isZeroBlank}
        conditions={habits?.lookup[field.name]}
        onChange={change}
        onTyped={habits ? (text) => onTyped(at, field, text) : undefined}
      />
    </td>
  )
}

function sameRow(left: RowProps, right: RowProps): boolean {
  const isSameLine = left.line === right.line && left.at === right.at && left.proposed === right.proposed
  const isSameGrid = left.meta === right.meta && left.fields === right.fields && left.editable === right.editable
  const texts = [left, right].map((one) => lineMessages(one.meta, one.line, one.messages))
  return isSameLine && isSameGrid && texts[0] === texts[1]
}

/** Drawn again only when its own line changes: typing in one of forty lines must not draw the other thirty-nine. */
export const LineRow = memo(function LineRow(row: RowProps) {
  const t = useT()
  const { meta, fields, line, at, isEditable, messages, dispatch } = row
  const message = lineMessages(meta, line, messages)
  const remove = () => dispatch({ type: 'removeLine', collection: meta.name, key: line.key })
  const removeLabel = t('lines.remove', { n: at + 1 })
  return (
    <>
      <tr data-line={at} className={message ? 'line-invalid' : undefined}>
        <td className="line-number">{at + 1}</td>
        {fields.map((field) => (
          <GridCell key={field.name} row={row} field={field} />
        ))}
        {isEditable && (
          <td className="line-remove">
            <Button
              type="text"
              size="small"
              tabIndex={-1}
              icon={<DeleteOutlined />}
              aria-label={removeLabel}
              onClick={remove}
            />
          </td>
        )}
      </tr>
      {message && (
        <tr className="line-message">
          <td />
          <td colSpan={fields.length + (isEditable ? 1 : 0)} role="alert">
            {message}
          </td>
        </tr>
      )}
    </>
  )
}, sameRow)

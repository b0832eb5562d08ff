import { Link } from 'react-router'
import type { CodeReference, Field, Reference } from '../api/types'
import { rememberPath, useApplication } from '../app/application'
import { useT } from '../app/i18n/language'
import { isNegative } from '../shared/decimal'
import { ColourTag } from './StateTag'
import { displayText, isEmpty, isNumberType, isReference, referenceText, unitText } from './values'

/** The words that turn values into text for this person: yes/no in their language, clocks of their company. */
export function useDisplay(): (value: unknown, field: Pick<Field, 'type' | 'choices' | 'scale'>) => string {
  const t = useT()
  const { company } = useApplication()
  return (value, field) =>
    displayText(value, field, { yes: t('common.yes'), no: t('common.no'), timeZone: company?.time_zone })
}

interface FieldValueProps {
  field: Field
  value: unknown
  /** The row the value stands in, for the unit beside a quantity. */
  row?: Record<string, unknown>
  isLinked?: boolean
}

/** A number and a name: numbers stay in one piece where a narrow cell breaks the text. */
function ReferenceName({ value }: { value: Reference | CodeReference }) {
  return referenceText(value)
    .split(/( +)/)
    .map((piece, at) =>
      /\d/.test(piece) && /^[\x21-\x7e]+$/.test(piece) ? (
        <span key={at} className="in-one-piece">
          {piece}
        </span>
      ) : (
        piece
      ),
    )
}

/** One value, read-only. */
export function FieldValue({ field, value, row, isLinked = false }: FieldValueProps) {
  const display = useDisplay()
  if (isEmpty(value)) return null
  if (isReference(value) && value.id !== null && isLinked && field.target) {
    const target = field.target
    return (
      <Link to={`/${target.path}/${value.id}`} onClick={() => rememberPath(target.path, target.key)}>
        <ReferenceName value={value} />
      </Link>
    )
  }
  if (field.type === 'choice') {
    const choice = field.choices?.find((one) => one.value === value)
    if (choice?.colour) return <ColourTag label={choice.label} colour={choice.colour} />
  }
  if (isNumberType(field.type)) {
    const unit = row ? unitText(row, field) : ''
    return (
      <span className={isNegative(String(value)) ? 'number negative' : 'number'}>
        {display(value, field)}
        {unit && <span className="unit"> {unit}</span>}
      </span>
    )
  }
  if (field.type === 'json') return <code>{JSON.stringify(value)}</code>
  return <span className={field.type === 'multiline' ? 'multiline' : undefined}>{display(value, field)}</span>
}

import { Link } from 'react-router'
import type { Field } from '../api/types'
import { rememberPath, useApplication } from '../app/application'
import { useLanguage } from '../app/i18n/language'
import { isNegative } from '../shared/decimal'
import { InPieces } from '../shared/InPieces'
import { ColourTag } from './StateTag'
import { displayText, isEmpty, isNumberType, isReference, readText, unitText } from './values'

/** The words that turn values into text for this person: yes/no in their language, clocks of their company. */
export function useDisplay(): (value: unknown, field: Pick<Field, 'type' | 'choices' | 'scale'>) => string {
  const { t, language } = useLanguage()
  const { company } = useApplication()
  return (value, field) =>
    displayText(value, field, { yes: t('common.yes'), no: t('common.no'), timeZone: company?.time_zone, language })
}

interface FieldValueProps {
  field: Field
  value: unknown
  /** The row the value stands in, for the unit beside a quantity. */
  row?: Record<string, unknown>
  isLinked?: boolean
}

/** One value, read-only. */
export function FieldValue({ field, value, row, isLinked = false }: FieldValueProps) {
  const display = useDisplay()
  if (isEmpty(value)) return null
  if (isReference(value) && value.id !== null && isLinked && field.target) {
    const target = field.target
    return (
      <Link to={`/${target.path}/${value.id}`} onClick={() => rememberPath(target.path, target.key)}>
        <InPieces text={readText(value)} />
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

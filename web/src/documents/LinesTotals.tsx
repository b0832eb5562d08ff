import type { Field } from '../api/types'
import { useT } from '../app/i18n/language'
import { formatNumber, isNegative, isZero, negated, sumDecimals } from '../shared/decimal'
import type { GridHabits, LineValues } from './gridHabits'
import { isEmpty, isNumberType } from './values'

/** Amounts in a line's own currency do not add up. */
export function isSummed(field: Field): boolean {
  return field.type === 'amount' && !field.name.endsWith('_currency')
}

export function columnTotal(rows: Record<string, unknown>[], name: string): string {
  return sumDecimals(rows.flatMap((row) => (isEmpty(row[name]) ? [] : [String(row[name])])))
}

function Balance({ left, right }: { left: string; right: string }) {
  const t = useT()
  const difference = sumDecimals([left, negated(right)])
  if (isZero(left) && isZero(right)) return null
  return (
    <span role="status" className={isZero(difference) ? 'balanced' : 'unbalanced'}>
      {isZero(difference) ? t('lines.balanced') : t('lines.difference', { amount: formatNumber(difference, 'amount') })}
    </span>
  )
}

interface LinesTotalsProps {
  fields: Field[]
  values: LineValues[]
  habits: GridHabits | null
  hasTools: boolean
}

/** The sums under the amount columns, of what stands in the grid at this moment. */
export function LinesTotals({ fields, values, habits, hasTools }: LinesTotalsProps) {
  const t = useT()
  if (values.length === 0 || !fields.some(isSummed)) return null
  const labelled = Math.max(1, fields.findIndex(isSummed))
  return (
    <tfoot>
      <tr>
        <td />
        <td className="cell-total" colSpan={labelled}>
          {t('lines.total')}{' '}
          {habits && <Balance left={columnTotal(values, habits.balance[0])} right={columnTotal(values, habits.balance[1])} />}
        </td>
        {fields.slice(labelled).map((field) => {
          const total = isSummed(field) ? columnTotal(values, field.name) : null
          const side = isNumberType(field.type) ? 'align-right' : 'align-left'
          return (
            <td
              key={field.name}
              className={`cell-total ${side}`}
              data-total={total === null ? undefined : field.name}
              data-label={total === null ? undefined : field.label}
            >
              {total !== null && (
                <span className={isNegative(total) ? 'number negative' : 'number'}>
                  {formatNumber(total, 'amount', field.scale)}
                </span>
              )}
            </td>
          )
        })}
        {hasTools && <td className="total-tools" />}
      </tr>
    </tfoot>
  )
}

import type { Field, LinesMeta } from '../../api/types'
import type { Values } from '../../documents/formState'
import { registerHabits, type GridHabits, type LineValues } from '../../documents/gridHabits'
import { isEmpty } from '../../documents/values'
import { isNegative, isZero, negated, parseDecimal, sumDecimals } from '../../shared/decimal'

const DEBIT = 'debit'
const CREDIT = 'credit'
const SUMMARY = 'summary'
const RARE = ['item', 'quantity', 'currency', 'amount_currency', 'rate', 'due_on']

const textOf = (value: unknown): string => (isEmpty(value) ? '0' : String(value))
const otherSide = (name: string): string => (name === DEBIT ? CREDIT : DEBIT)

/** `=`: the amount that makes both sides equal, on the side where it is positive. */
function balancing(at: number, lines: LineValues[], asked: string): Values {
  const others = lines.filter((_, index) => index !== at)
  const missing = sumDecimals([
    ...others.map((line) => textOf(line[otherSide(asked)])),
    ...others.map((line) => negated(textOf(line[asked]))),
  ])
  const side = isNegative(missing) ? otherSide(asked) : asked
  return { [side]: isNegative(missing) ? negated(missing) : missing, [otherSide(side)]: '0' }
}

function typed(text: string, field: Field, at: number, lines: LineValues[]): Values | null {
  const word = text.trim()
  if (field.name === SUMMARY) {
    // A Chinese keyboard writes 、 where the slash is.
    return word === '//' || word === '、、' ? { summary: String(lines[at - 1]?.[SUMMARY] ?? '') } : null
  }
  if (field.name !== DEBIT && field.name !== CREDIT) return null
  if (word === '=' || word === '＝') return balancing(at, lines, field.name)
  const amount = parseDecimal(word)
  const other = textOf(lines[at]?.[otherSide(field.name)])
  // A line has one side: an amount here takes the place of the one over there.
  return amount !== null && !isZero(amount) && !isZero(other) ? { [field.name]: amount, [otherSide(field.name)]: '0' } : null
}

/** The grid of a voucher as accountants know it: `=` balances, `//` repeats the summary, Enter after an amount ends the line. */
export function voucherHabits(meta: LinesMeta): GridHabits | null {
  const hasSides = [DEBIT, CREDIT].every((name) => meta.fields[name]?.type === 'amount' && !meta.fields[name].read_only)
  if (!hasSides) return null
  return {
    rare: RARE.filter((name) => name in meta.fields),
    // Every line has a currency; it says something only where it is not the company's own.
    isUsed: (name, line) => !isEmpty(line[name === 'currency' ? 'amount_currency' : name]),
    blankZeros: [DEBIT, CREDIT],
    balance: [DEBIT, CREDIT],
    repeated: ['amount_debit', 'amount_credit'],
    today: ['posted_on'],
    lookup: { account: { 'filter[is_postable][eq]': 'true' } },
    typed,
    endsLine: (field, text) => {
      const amount = field.name === DEBIT || field.name === CREDIT ? parseDecimal(text) : null
      return amount !== null && !isZero(amount)
    },
  }
}

registerHabits(voucherHabits)

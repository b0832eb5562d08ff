/**
 * Decimal numbers as text. Money and quantities never become binary floats: the server sends strings, the screen
 * formats strings, and what was typed goes back as a string.
 */

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?$/

const FULL_WIDTH: Record<string, string> = { '。': '.', '．': '.', '，': ',', '－': '-', '—': '-', '−': '-', '＋': '+' }

/** What a person typed or pasted → a plain decimal ("1,234.50" → "1234.50", "１２" → "12"); null when it is not a number. */
export function parseDecimal(typed: string): string | null {
  const narrow = typed
    .replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
    .replace(/[。．，－—−＋]/g, (mark) => FULL_WIDTH[mark] ?? mark)
    .replace(/[\s\u00a0\u202f]/g, '')
    .replace(/^[¥￥$€]/, '')
  const bracketed = /^\((.+)\)$/.exec(narrow)
  const text = bracketed ? `-${bracketed[1]}` : narrow
  // A comma is a thousands separator only where groups of three follow; "1,5" is refused instead of becoming 15.
  if (text.includes(',') && !/^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(text)) return null
  const match = DECIMAL.exec(text.replaceAll(',', ''))
  if (!match) return null
  const [, sign = '', whole = '', fraction = ''] = match
  if (whole === '' && fraction === '') return null
  const digits = whole.replace(/^0+(?=\d)/, '') || '0'
  const value = fraction === '' ? digits : `${digits}.${fraction}`
  return sign === '-' && !isZero(value) ? `-${value}` : value
}

/** True for "0", "-0.00", "" is not a number and therefore false. */
export function isZero(value: string): boolean {
  return /\d/.test(value) && /^[+-]?[0.]*$/.test(value)
}

export function isNegative(value: string): boolean {
  return value.startsWith('-') && !isZero(value)
}

/** "-1234567.5" → "-1,234,567.5". Digits are kept as they are. */
export function groupThousands(value: string): string {
  const match = DECIMAL.exec(value)
  if (!match) return value
  const [, sign = '', whole = '', fraction] = match
  const grouped = (whole || '0').replace(/\B(?=(\d{3})+(?!\d))/g, ',')
  return `${sign === '-' ? '-' : ''}${grouped}${fraction === undefined || fraction === '' ? '' : `.${fraction}`}`
}

/** Cuts zeros from the end of the fraction and pads with zeros so that at least `decimals` digits stand there. */
export function withDecimals(value: string, decimals: number): string {
  const match = DECIMAL.exec(value)
  if (!match) return value
  const [, sign = '', whole = '', fraction = ''] = match
  const kept = fraction.replace(/0+$/, '').padEnd(decimals, '0')
  return `${sign}${whole || '0'}${kept === '' ? '' : `.${kept}`}`
}

/** Digits without the point, and how many of them stand behind it. */
function scaled(value: string): { digits: bigint; scale: number } {
  const [, sign = '', whole = '', fraction = ''] = DECIMAL.exec(value) ?? []
  const digits = BigInt(`${whole}${fraction}` || '0')
  return { digits: sign === '-' ? -digits : digits, scale: fraction.length }
}

/** The exact sum of plain decimals; text that is no number counts nothing. */
export function sumDecimals(values: string[]): string {
  const parts = values.map(scaled)
  const scale = Math.max(0, ...parts.map((part) => part.scale))
  const total = parts.reduce((sum, part) => sum + part.digits * 10n ** BigInt(scale - part.scale), 0n)
  const digits = (total < 0n ? -total : total).toString().padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const text = scale === 0 ? whole : `${whole}.${digits.slice(-scale)}`
  return total < 0n ? `-${text}` : text
}

/** How far a figure is from an earlier one, in percent of it at one decimal, half up: "+10.6 %"; null where that was 0. */
export function changeInPercent(value: string, before: string): string | null {
  if (isZero(before) || !DECIMAL.test(value) || !DECIMAL.test(before)) return null
  const [now, then] = [scaled(value), scaled(before)]
  const scale = Math.max(now.scale, then.scale)
  const whole = then.digits * 10n ** BigInt(scale - then.scale)
  const change = now.digits * 10n ** BigInt(scale - now.scale) - whole
  const size = (part: bigint): bigint => (part < 0n ? -part : part)
  const tenths = (size(change) * 2000n + size(whole)) / (size(whole) * 2n)
  const sign = tenths === 0n ? '±' : change < 0n ? '-' : '+'
  return `${sign}${groupThousands(`${tenths / 10n}.${tenths % 10n}`)} %`
}

export function negated(value: string): string {
  if (isZero(value)) return value
  return value.startsWith('-') ? value.slice(1) : `-${value.replace(/^\+/, '')}`
}

/** The same number written differently compares equal: "1.50" and "1.5", "-0" and "0". */
export function sameDecimal(left: string, right: string): boolean {
  const canonical = (value: string): string => {
    const parsed = parseDecimal(value)
    return parsed === null ? value : withDecimals(parsed, 0)
  }
  return canonical(left) === canonical(right)
}

export type NumberKind = 'integer' | 'quantity' | 'price' | 'amount' | 'rate' | 'ratio'

/**
 * One way to write a number on the screen. Amounts show at least two decimals (or the field's scale), prices at least
 * two and all significant ones, quantities and rates only the significant ones. Four-digit integers stay together: most
 * of them are years. Nothing is rounded here.
 */
export function formatNumber(value: string | number, kind: NumberKind, scale?: number): string {
  const text = typeof value === 'number' ? String(value) : value
  if (!DECIMAL.test(text) || !/\d/.test(text)) return text
  if (kind === 'integer' && /^-?\d{1,4}$/.test(text)) return text
  const decimals = kind === 'amount' ? Math.min(scale ?? 2, 2) : kind === 'price' ? 2 : 0
  // A zero has no sign, whatever a reckoning left before it.
  return groupThousands(withDecimals(isZero(text) ? text.replace('-', '') : text, decimals))
}

/** Business dates are plain text `2026-11-22`. */

export const pad = (value: number): string => String(value).padStart(2, '0')

function dateOf(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day))
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null
  return `${year}-${pad(month)}-${pad(day)}`
}

function shifted(today: string, days: number): string {
  return new Date(Date.parse(`${today}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

/**
 * What keyboard people type: 2026-11-22, 2026/11/22, 20261122, 11-22 (this year), 22 (this month), t or 今天, +3, -1.
 * Null when it is none of these or no such day exists.
 */
export function parseDate(typed: string, today: string): string | null {
  const text = typed
    .trim()
    .toLowerCase()
    .replace(/[年月./]/g, '-')
    .replace(/日$/, '')
  if (text === 't' || text === '今天') return today
  if (/^[+-]\d{1,4}$/.test(text)) return shifted(today, Number(text))
  const full = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(text)
  if (full) return dateOf(Number(full[1]), Number(full[2]), Number(full[3]))
  const short = /^(\d{1,2})-(\d{1,2})$/.exec(text)
  if (short) return dateOf(Number(today.slice(0, 4)), Number(short[1]), Number(short[2]))
  if (/^\d{1,2}$/.test(text)) return dateOf(Number(today.slice(0, 4)), Number(today.slice(5, 7)), Number(text))
  return null
}

import type { Language } from '../api/types'

/** Days of the week as the server writes them: digits in their order, 1 for Monday. */
export const WEEK = ['1', '2', '3', '4', '5', '6', '7']

/** A Monday, from which the names are told. */
const MONDAY = Date.UTC(2024, 0, 1)

/** "Mon" or "周一". */
export function weekdayName(digit: string, language: Language): string {
  const at = MONDAY + (Number(digit) - 1) * 86_400_000
  return new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' }).format(at)
}

/** "12345" → "Mon–Fri", "周一至周五"; "1267" → "Mon, Tue, Sat, Sun". What is no list of days stays as it is. */
export function weekdaysText(digits: string, language: Language): string {
  if (!/^[1-7]+$/.test(digits)) return digits
  const runs: string[][] = []
  for (const digit of WEEK.filter((one) => digits.includes(one))) {
    const last = runs.at(-1)
    if (last && Number(last.at(-1)) === Number(digit) - 1) last.push(digit)
    else runs.push([digit])
  }
  const name = (digit: string | undefined) => weekdayName(digit ?? '', language)
  const parts = runs.flatMap((run) =>
    run.length > 2 ? [`${name(run[0])}${language === 'en' ? '–' : '至'}${name(run.at(-1))}`] : run.map(name),
  )
  return parts.join(language === 'en' ? ', ' : '、')
}

/** The days with one of them put in or taken out. */
export function withDay(digits: string, digit: string): string {
  return WEEK.filter((one) => digits.includes(one) !== (one === digit)).join('')
}

import type { Field, LinesMeta } from '../api/types'
import type { Line, Values } from './formState'
import { shownValue } from './values'

/** What a line shows, by field: typed, else computed by the server, else stored. */
export type LineValues = Record<string, unknown>

/** What people of one trade expect of a grid beyond the usual; a module gives it to the collections it knows by their fields. */
export interface GridHabits {
  /** Columns that stay folded until a line uses them or the person asks for them. */
  rare: string[]
  isUsed: (name: string, line: LineValues) => boolean
  /** Columns where zero stands for nothing. */
  blankZeros: string[]
  /** The two columns whose totals have to meet; the difference stands under them. */
  balance: [string, string]
  /** Header fields that repeat the totals of the grid. */
  repeated: string[]
  /** Header dates that begin with today. */
  today: string[]
  /** Conditions on what a reference column offers. */
  lookup: Record<string, Record<string, string>>
  /** What a typed text does to the line instead of standing in the cell; null when it is ordinary text. */
  typed: (text: string, field: Field, at: number, lines: LineValues[]) => Values | null
  /** Whether Enter after this text goes to the next line rather than the next cell. */
  endsLine: (field: Field, text: string) => boolean
}

type Maker = (meta: LinesMeta) => GridHabits | null

const makers: Maker[] = []

export function registerHabits(maker: Maker): void {
  if (!makers.includes(maker)) makers.push(maker)
}

export function habitsOf(meta: LinesMeta): GridHabits | null {
  for (const maker of makers) {
    const habits = maker(meta)
    if (habits) return habits
  }
  return null
}

export function lineValues(meta: LinesMeta, line: Line, proposed: Record<string, unknown> | undefined): LineValues {
  return Object.fromEntries(
    meta.order.map((name) => [name, shownValue(line.edits[name], proposed?.[name], line.base[name])]),
  )
}

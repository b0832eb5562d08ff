import type { KeyboardEvent } from 'react'
import type { FormAction, Line } from './formState'

/** Keyboard of the lines grid: cells are named `row:column`, counting only those that can be filled in. */
export interface Spot {
  row: number
  column: number
}

export function spotOf(element: Element): Spot | null {
  const text = element.closest<HTMLElement>('[data-cell]')?.dataset['cell']
  const [row, column] = (text ?? '').split(':').map(Number)
  return text === undefined || row === undefined || column === undefined ? null : { row, column }
}

export function focusSpot(table: HTMLTableElement | null, { row, column }: Spot): boolean {
  const cell = table?.querySelector<HTMLElement>(`[data-cell="${row}:${column}"] :is(input, select, textarea)`)
  cell?.focus()
  return cell !== null && cell !== undefined
}

/** At the edge of the text (or with all of it marked) the arrow leaves the cell. */
function isAtEdge(target: EventTarget, key: string): boolean {
  if (!(target instanceof HTMLInputElement) || target.type === 'checkbox') return true
  const { selectionStart, selectionEnd, value } = target
  if (selectionStart === 0 && selectionEnd === value.length) return true
  return key === 'ArrowLeft' ? selectionEnd === 0 : selectionStart === value.length
}

interface GridKeys {
  lines: Line[]
  columns: number
  /** Whether a cell must be filled by hand: Enter goes from one of these to the next, Tab through all. */
  isAsked: (spot: Spot) => boolean
  collection: string
  dispatch: (action: FormAction) => void
  go: (spot: Spot) => boolean
  goLater: (spot: Spot) => void
  /** Whether Enter in this cell goes to the next line. */
  endsLine: (spot: Spot, text: string) => boolean
}

/** Line commands; true when the key was one. */
function lineCommand(event: KeyboardEvent, spot: Spot, { lines, collection, dispatch, goLater }: GridKeys): boolean {
  const line = lines[spot.row]
  if (!line) return false
  if (event.ctrlKey && event.key === 'Enter') {
    dispatch({ type: 'addLine', collection, after: line.key })
    goLater({ row: spot.row + 1, column: 0 })
  } else if (event.ctrlKey && event.key === 'Delete') {
    dispatch({ type: 'removeLine', collection, key: line.key })
    goLater({ row: Math.max(0, Math.min(spot.row, lines.length - 2)), column: spot.column })
  } else if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
    const by = event.key === 'ArrowUp' ? -1 : 1
    dispatch({ type: 'moveLine', collection, key: line.key, by })
    goLater({ row: Math.max(0, Math.min(spot.row + by, lines.length - 1)), column: spot.column })
  } else return false
  return true
}

/** Where a key leads; null when it stays the input's own. */
function nextSpot(event: KeyboardEvent, { row, column }: Spot, { columns, isAsked }: GridKeys): Spot | null {
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey
  if (!isPlain) return null
  if (event.key === 'Enter') {
    for (let later = column + 1; later < columns && !event.shiftKey; later += 1)
      if (isAsked({ row, column: later })) return { row, column: later }
    const at = row * columns + column + (event.shiftKey ? -1 : 1)
    return { row: Math.floor(at / columns), column: ((at % columns) + columns) % columns }
  }
  if (event.shiftKey) return null
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    return event.target instanceof HTMLSelectElement
      ? null
      : { row: row + (event.key === 'ArrowDown' ? 1 : -1), column }
  }
  if ((event.key === 'ArrowLeft' || event.key === 'ArrowRight') && isAtEdge(event.target, event.key)) {
    return { row, column: column + (event.key === 'ArrowRight' ? 1 : -1) }
  }
  return null
}

export function gridKey(event: KeyboardEvent<HTMLTableElement>, keys: GridKeys): void {
  const spot = event.nativeEvent.isComposing ? null : spotOf(event.target as Element)
  if (!spot) return
  const isPlainEnter = event.key === 'Enter' && !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey
  const isDone = isPlainEnter && event.target instanceof HTMLInputElement && keys.endsLine(spot, event.target.value)
  const isLast = spot.row === keys.lines.length - 1 && (isDone || spot.column === keys.columns - 1)
  const goesOn = !event.shiftKey && !event.ctrlKey && !event.altKey && (event.key === 'Enter' || event.key === 'Tab')
  if (lineCommand(event, spot, keys)) return event.preventDefault()
  if (isLast && goesOn && Object.keys(keys.lines[spot.row]?.edits ?? {}).length + (keys.lines[spot.row]?.id ?? 0) > 0) {
    event.preventDefault()
    keys.dispatch({ type: 'addLine', collection: keys.collection, after: null })
    return keys.goLater({ row: spot.row + 1, column: 0 })
  }
  const next = isDone ? { row: spot.row + 1, column: 0 } : nextSpot(event, spot, keys)
  if (next && keys.go(next)) event.preventDefault()
}

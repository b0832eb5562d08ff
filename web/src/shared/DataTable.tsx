import { CaretDownOutlined, CaretUpOutlined } from '@ant-design/icons'
import { Checkbox } from 'antd'
import type { KeyboardEvent, MouseEvent, ReactNode } from 'react'
import { useT } from '../app/i18n/language'

export interface Column<R> {
  key: string
  label: string
  align?: 'left' | 'right' | 'center'
  isSortable?: boolean
  render: (row: R) => ReactNode
}

/** A row at the end that stays in sight: what it is called, and its texts by column. */
export interface Totals {
  label: string
  values: Record<string, string>
}

interface Selection {
  ids: ReadonlySet<number>
  onChange: (ids: ReadonlySet<number>) => void
}

interface DataTableProps<R> {
  label: string
  columns: Column<R>[]
  rows: R[]
  rowId: (row: R) => number
  sort?: string | null
  onSort?: (column: string) => void
  selection?: Selection
  /** What a checkbox is called: "Select ITEM-1". */
  rowLabel?: (row: R) => string
  onOpen?: (row: R, event: MouseEvent) => void
  totals?: Totals[]
}

function HeaderCell<R>({
  column,
  sort,
  onSort,
}: {
  column: Column<R>
  sort: string | null
  onSort: ((column: string) => void) | undefined
}) {
  const direction = sort === column.key ? 'ascending' : sort === `-${column.key}` ? 'descending' : 'none'
  const isSortable = column.isSortable === true && onSort !== undefined
  return (
    <th scope="col" className={`align-${column.align ?? 'left'}`} {...(isSortable ? { 'aria-sort': direction } : {})}>
      {isSortable ? (
        <button type="button" className="sort-button" onClick={() => onSort(column.key)}>
          {column.label}
          {direction === 'ascending' && <CaretUpOutlined aria-hidden="true" />}
          {direction === 'descending' && <CaretDownOutlined aria-hidden="true" />}
        </button>
      ) : (
        column.label
      )}
    </th>
  )
}

function SelectAll<R>({ rows, rowId, selection }: { rows: R[]; rowId: (row: R) => number; selection: Selection }) {
  const t = useT()
  const isAll = rows.length > 0 && rows.every((row) => selection.ids.has(rowId(row)))
  return (
    <th scope="col" className="select-cell">
      <Checkbox
        aria-label={t('list.selectAll')}
        checked={isAll}
        indeterminate={!isAll && selection.ids.size > 0}
        onChange={() => selection.onChange(isAll ? new Set() : new Set(rows.map(rowId)))}
      />
    </th>
  )
}

/** Arrow keys walk from row to row along their links. */
function walkRows(event: KeyboardEvent<HTMLTableSectionElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const row = (event.target as HTMLElement).closest('tr')
  const next = event.key === 'ArrowDown' ? row?.nextElementSibling : row?.previousElementSibling
  const link = next?.querySelector<HTMLElement>('a')
  if (!link) return
  event.preventDefault()
  link.focus()
}

function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest('a, button, input, label, .select-cell') !== null
}

function BodyRow<R>({ row, props }: { row: R; props: DataTableProps<R> }) {
  const t = useT()
  const { columns, rowId, selection, rowLabel, onOpen } = props
  const id = rowId(row)
  const isSelected = selection?.ids.has(id) ?? false
  const toggle = () => {
    const ids = new Set(selection?.ids)
    if (!ids.delete(id)) ids.add(id)
    selection?.onChange(ids)
  }
  const clicked = (event: MouseEvent) => {
    // Selecting text to copy is not opening; links and checkboxes do their own work.
    if (!isControl(event.target) && (window.getSelection()?.toString() ?? '') === '') onOpen?.(row, event)
  }
  return (
    <tr
      data-row={id}
      {...(selection ? { 'aria-selected': isSelected } : {})}
      className={onOpen ? 'row-opens' : undefined}
      onClick={onOpen ? clicked : undefined}
    >
      {selection && (
        <td className="select-cell">
          <Checkbox
            checked={isSelected}
            onChange={toggle}
            aria-label={t('list.select', { name: rowLabel?.(row) ?? String(id) })}
          />
        </td>
      )}
      {columns.map((column) => (
        <td
          key={column.key}
          data-column={column.key}
          data-label={column.label}
          className={`align-${column.align ?? 'left'}`}
        >
          {column.render(row)}
        </td>
      ))}
    </tr>
  )
}

function TotalsRow<R>({ columns, totals, hasBoxes }: { columns: Column<R>[]; totals: Totals; hasBoxes: boolean }) {
  const spanned = Math.max(
    1,
    columns.findIndex((column) => column.key in totals.values),
  )
  return (
    <tr>
      <th scope="row" colSpan={spanned + (hasBoxes ? 1 : 0)}>
        {totals.label}
      </th>
      {columns.slice(spanned).map((column) => (
        <td key={column.key} data-total={column.key} data-label={column.label} className="align-right number">
          {totals.values[column.key]}
        </td>
      ))}
    </tr>
  )
}

/** One plain table for lists, pickers and previews: sticky header, sorting, selection; a thousand rows stay light. */
export function DataTable<R>(props: DataTableProps<R>) {
  const { label, columns, rows, rowId, sort, onSort, selection, totals = [] } = props
  return (
    <table className="data-table record-table" aria-label={label}>
      <thead>
        <tr>
          {selection && <SelectAll rows={rows} rowId={rowId} selection={selection} />}
          {columns.map((column) => (
            <HeaderCell key={column.key} column={column} sort={sort ?? null} onSort={onSort} />
          ))}
        </tr>
      </thead>
      <tbody onKeyDown={walkRows}>
        {rows.map((row) => (
          <BodyRow key={rowId(row)} row={row} props={props} />
        ))}
      </tbody>
      {totals.length > 0 && (
        <tfoot>
          {totals.map((one) => (
            <TotalsRow key={one.label} columns={columns} totals={one} hasBoxes={selection !== undefined} />
          ))}
        </tfoot>
      )}
    </table>
  )
}

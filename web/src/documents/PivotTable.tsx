import { CaretDownOutlined, CaretUpOutlined } from '@ant-design/icons'
import { Link } from 'react-router'
import { useT } from '../app/i18n/language'
import { formatNumber, isNegative } from '../shared/decimal'
import type { PivotAnswer } from './pivot'

export interface PivotSort {
  column: number | 'total'
  isDescending: boolean
}

interface PivotTableProps {
  label: string
  answer: PivotAnswer
  order: number[]
  sort: PivotSort | null
  onSort: (sort: PivotSort | null) => void
  /** The address of the records behind a cell, a row or a column; null where no filter can find them. */
  pathOf: (row: number | null, column: number | null) => string | null
}

function Figure({ value, isCount, path }: { value: string | null; isCount: boolean; path: string | null }) {
  if (value === null) return <span className="report-zero">–</span>
  const text = formatNumber(value, isCount ? 'integer' : 'amount')
  const shown = <span className={isNegative(value) ? 'negative' : undefined}>{text}</span>
  return path === null ? shown : <Link to={path}>{shown}</Link>
}

/** Rows down, columns across, sums at both ends; every figure opens the records it is made of. */
export function PivotTable({ label, answer, order, sort, onSort, pathOf }: PivotTableProps) {
  const t = useT()
  const { rows, columns, cells, row_totals: byRow, column_totals: byColumn } = answer
  const isCount = answer.measure.key === 'count'
  const hasSums = columns !== null && byRow !== null
  const next = (column: number | 'total'): PivotSort | null => {
    if (sort?.column !== column) return { column, isDescending: true }
    return sort.isDescending ? { column, isDescending: false } : null
  }
  const head = (name: string, column: number | 'total') => (
    <th
      key={column}
      scope="col"
      className={column === 'total' ? 'align-right pivot-sum' : 'align-right'}
      aria-sort={sort?.column !== column ? 'none' : sort.isDescending ? 'descending' : 'ascending'}
    >
      <button type="button" className="sort-button" onClick={() => onSort(next(column))}>
        {name}
        {sort?.column === column && (sort.isDescending ? <CaretDownOutlined /> : <CaretUpOutlined />)}
      </button>
    </th>
  )
  return (
    <table className="data-table pivot-table" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{rows.label}</th>
          {columns ? columns.keys.map((key, at) => head(key.label, at)) : head(answer.measure.label, 0)}
          {hasSums && head(t('report.total'), 'total')}
        </tr>
      </thead>
      <tbody>
        {order.map((row) => (
          <tr key={row}>
            <th scope="row">{rows.keys[row]?.label}</th>
            {cells[row]?.map((value, column) => (
              <td key={column} className="align-right number">
                <Figure value={value} isCount={isCount} path={pathOf(row, columns ? column : null)} />
              </td>
            ))}
            {hasSums && (
              <td className="align-right number pivot-sum">
                <Figure value={byRow[row] ?? null} isCount={isCount} path={pathOf(row, null)} />
              </td>
            )}
          </tr>
        ))}
      </tbody>
      {byColumn !== null && (
        <tfoot>
          <tr>
            <th scope="row">{t('report.total')}</th>
            {byColumn.map((value, column) => (
              <td key={column} className="align-right number">
                <Figure value={value} isCount={isCount} path={columns ? pathOf(null, column) : null} />
              </td>
            ))}
            {hasSums && (
              <td className="align-right number pivot-sum" data-testid="pivot-total">
                <Figure value={answer.total} isCount={isCount} path={null} />
              </td>
            )}
          </tr>
        </tfoot>
      )}
    </table>
  )
}

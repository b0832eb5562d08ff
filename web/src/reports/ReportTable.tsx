import { Button } from 'antd'
import { memo, useEffect, useState, type MouseEvent, type ReactNode } from 'react'
import { flushSync } from 'react-dom'
import { Link, useNavigate } from 'react-router'
import { useT } from '../app/i18n/language'
import { isReference, readText } from '../documents/values'
import { isNegative, isZero } from '../shared/decimal'
import { InPieces } from '../shared/InPieces'
import { columnNumber, headGroups, linkedColumn } from './columns'
import { drillPath } from './params'
import type { CellValue, ReportAnswer, ReportColumn, ReportRow } from './types'

/** Rows drawn at first; a longer book is drawn whole when asked for, and when it is printed. */
const FIRST_ROWS = 500

/** With more columns than this, letters are smaller and stand closer. */
const MANY = 9

const isNumber = (column: ReportColumn): boolean => ['amount', 'quantity', 'integer'].includes(column.kind)

function CellText({ column, value }: { column: ReportColumn; value: CellValue }) {
  if (value === null || value === '') return null
  if (isReference(value)) return <InPieces text={readText(value)} />
  const text = String(value)
  if (!isNumber(column)) return <InPieces text={text} />
  if (isZero(text)) return <span className="report-zero">–</span>
  return <span className={isNegative(text) ? 'negative' : undefined}>{columnNumber(column, text)}</span>
}

const alignOf = (column: ReportColumn): string => (isNumber(column) ? 'align-right' : 'align-left')

function Head({ columns }: { columns: ReportColumn[] }) {
  const isGrouped = columns.some((column) => column.group !== '')
  const cell = (column: ReportColumn, rows: number) => (
    <th key={column.name} scope="col" rowSpan={rows} className={alignOf(column)}>
      {column.label}
    </th>
  )
  if (!isGrouped)
    return (
      <thead>
        <tr>{columns.map((column) => cell(column, 1))}</tr>
      </thead>
    )
  return (
    <thead className="report-head-grouped">
      <tr>
        {headGroups(columns).map((group) => {
          const column = columns.find((one) => one.name === group.first)
          if (group.label === '' && column) return cell(column, 2)
          return (
            <th key={group.first} scope="colgroup" colSpan={group.span} className="report-group">
              {group.label}
            </th>
          )
        })}
      </tr>
      <tr>{columns.filter((column) => column.group !== '').map((column) => cell(column, 1))}</tr>
    </thead>
  )
}

interface BodyRowProps {
  row: ReportRow
  columns: ReportColumn[]
  /** The column that carries the row's link, and the one that is indented. */
  linked: string
  indented: string
}

const BodyRow = memo(function BodyRow({ row, columns, linked, indented }: BodyRowProps) {
  const navigate = useNavigate()
  const path = row.drill ? drillPath(row.drill) : null
  const clicked = (event: MouseEvent) => {
    // Selecting text to copy is not opening; links do their own work.
    if (event.target instanceof Element && event.target.closest('a')) return
    if (path && (window.getSelection()?.toString() ?? '') === '') void navigate(path)
  }
  const content = (column: ReportColumn): ReactNode => {
    const text = <CellText column={column} value={row.values[column.name] ?? null} />
    const drill = row.drills[column.name]
    if (drill) return <Link to={drillPath(drill)}>{text}</Link>
    if (path && column.name === linked)
      return (
        <Link to={path} className="row-link">
          {text}
        </Link>
      )
    return text
  }
  const names = [path ? 'row-opens' : '', row.bold ? 'report-bold' : ''].filter(Boolean).join(' ')
  return (
    <tr className={names || undefined} onClick={path ? clicked : undefined}>
      {columns.map((column) => (
        <td
          key={column.name}
          data-column={column.name}
          className={[
            alignOf(column),
            `report-${column.kind}`,
            column.name === indented && row.level > 0 ? `report-level-${Math.min(row.level, 6)}` : '',
          ]
            .join(' ')
            .trim()}
        >
          {content(column)}
        </td>
      ))}
    </tr>
  )
})

function Totals({ answer }: { answer: ReportAnswer }) {
  const t = useT()
  const { columns, totals } = answer
  if (!totals) return null
  const spanned = columns.findIndex((column) => column.name in totals)
  return (
    <tfoot>
      <tr className="report-bold">
        <th scope="row" colSpan={Math.max(spanned, 1)}>
          {t('report.total')}
        </th>
        {columns.slice(Math.max(spanned, 1)).map((column) => (
          <td key={column.name} className={`${alignOf(column)} report-${column.kind}`}>
            <CellText column={column} value={totals[column.name] ?? null} />
          </td>
        ))}
      </tr>
    </tfoot>
  )
}

export function ReportTable({ answer }: { answer: ReportAnswer }) {
  const t = useT()
  const { columns, rows } = answer
  const [isWhole, setWhole] = useState(false)
  useEffect(() => {
    const whole = () => flushSync(() => setWhole(true))
    window.addEventListener('beforeprint', whole)
    return () => window.removeEventListener('beforeprint', whole)
  }, [])
  const shown = isWhole ? rows : rows.slice(0, FIRST_ROWS)
  const indented = (columns.find((column) => column.kind === 'text') ?? columns[0])?.name ?? ''
  return (
    <>
      <table className={`data-table report-table ${columns.length > MANY ? 'report-wide' : ''}`} aria-label={answer.label}>
        <Head columns={columns} />
        <tbody>
          {shown.map((row, at) => (
            <BodyRow key={at} row={row} columns={columns} linked={linkedColumn(columns, row)} indented={indented} />
          ))}
        </tbody>
        <Totals answer={answer} />
      </table>
      {shown.length < rows.length && (
        <div className="load-more">
          <Button onClick={() => setWhole(true)}>{t('report.showAll', { n: rows.length })}</Button>
        </div>
      )}
    </>
  )
}

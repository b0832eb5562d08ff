import { BarChartOutlined, LineChartOutlined, PieChartOutlined, TableOutlined } from '@ant-design/icons'
import { Segmented, Tooltip } from 'antd'
import type { ReactNode } from 'react'
import type { Key } from '../app/i18n/en'
import { useT } from '../app/i18n/language'
import type { ChartKind } from './options'

const CHOICES: Record<'table' | ChartKind, [Key, ReactNode]> = {
  table: ['chart.table', <TableOutlined key="table" />],
  bar: ['chart.bar', <BarChartOutlined key="bar" />],
  stacked: ['chart.stacked', <BarChartOutlined key="stacked" rotate={90} />],
  line: ['chart.line', <LineChartOutlined key="line" />],
  pie: ['chart.pie', <PieChartOutlined key="pie" />],
}

interface ShownAsProps<T extends 'table' | ChartKind> {
  value: T
  choices: readonly T[]
  onChoose: (shown: T) => void
}

/** The same figures as a table or as one of the charts that fit them. */
export function ShownAs<T extends 'table' | ChartKind>({ value, choices, onChoose }: ShownAsProps<T>) {
  const t = useT()
  return (
    <Segmented<T>
      value={value}
      onChange={onChoose}
      options={choices.map((one) => ({
        value: one,
        label: (
          <Tooltip title={t(CHOICES[one][0])}>
            <span aria-label={t(CHOICES[one][0])} data-testid={`shown-${one}`}>
              {CHOICES[one][1]}
            </span>
          </Tooltip>
        ),
      }))}
    />
  )
}

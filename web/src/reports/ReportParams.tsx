import { LeftOutlined, RightOutlined } from '@ant-design/icons'
import { Button, Dropdown } from 'antd'
import { Fragment, useState } from 'react'
import type { CodeReference, Field, Reference, Value } from '../api/types'
import { useApplication } from '../app/application'
import type { Key } from '../app/i18n/en'
import { useT } from '../app/i18n/language'
import { FieldControl } from '../documents/FieldControl'
import { isReference } from '../documents/values'
import { todayIn } from '../shared/instants'
import { shownParam, withParam } from './params'
import { addMonths, isDay, presetRange, shifted, type Preset } from './ranges'
import type { ReportAnswer } from './types'

interface ReportParamsProps {
  fields: Field[]
  params: URLSearchParams
  onParams: (params: URLSearchParams) => void
  answer: ReportAnswer | undefined
  /** What the server has to say about a parameter. */
  errors: Record<string, string>
}

const PRESETS: [Preset, Key][] = [
  ['month', 'report.thisMonth'],
  ['lastMonth', 'report.lastMonth'],
  ['quarter', 'report.thisQuarter'],
  ['year', 'report.thisYear'],
]

const DAYS = ['from_on', 'to_on', 'on']

/** Steps to the range before and after, and to the usual ones; for reports that ask for a range or for a day. */
function RangeSteps({ fields, params, onParams, answer }: Omit<ReportParamsProps, 'errors'>) {
  const t = useT()
  const { company } = useApplication()
  const day = (name: string): string | null => {
    const field = fields.find((one) => one.name === name)
    const value = field ? shownParam(field, params, answer, null) : null
    return isDay(value as string | null) ? (value as string) : null
  }
  const [from, to, on] = [day('from_on'), day('to_on'), day('on')]
  const change = (values: Record<string, string>) => {
    let next = params
    for (const [name, value] of Object.entries(values)) next = withParam(next, name, value)
    onParams(next)
  }
  const step = (by: 1 | -1) => {
    if (on) return change({ on: addMonths(on, by) })
    if (!from || !to) return
    const range = shifted({ from, to }, by)
    change({ from_on: range.from, to_on: range.to })
  }
  const choose = (preset: Preset) => {
    const range = presetRange(preset, todayIn(company?.time_zone))
    change(on ? { on: range.to } : { from_on: range.from, to_on: range.to })
  }
  if (!on && !(from && to)) return null
  const items = PRESETS.map(([preset, key]) => ({ key: preset, label: t(key), onClick: () => choose(preset) }))
  return (
    <div className="report-steps">
      <Button icon={<LeftOutlined />} aria-label={t('report.previous')} onClick={() => step(-1)} />
      <Dropdown trigger={['click']} menu={{ items }}>
        <Button>{t('report.range')}</Button>
      </Dropdown>
      <Button icon={<RightOutlined />} aria-label={t('report.next')} onClick={() => step(1)} />
    </div>
  )
}

/** The parameters of a report as a form; each change makes the report anew. Read-only ones come from drilling. */
export function ReportParams(props: ReportParamsProps) {
  const { fields, params, onParams, answer, errors } = props
  const t = useT()
  const asked = fields.filter((field) => !field.read_only)
  // The steps stand beside the days that they move.
  const lastDay = asked.findLastIndex((field) => DAYS.includes(field.name))
  const [picked, setPicked] = useState<Record<string, Reference | CodeReference | null>>({})
  const change = (field: Field, value: Value) => {
    if (field.type === 'reference') {
      const reference = isReference(value) ? value : null
      setPicked({ ...picked, [field.name]: reference })
      // A code that is still being looked up changes nothing; when found it comes again with its id.
      if (reference?.id === null) return
    }
    onParams(withParam(params, field.name, value))
  }
  return (
    <form
      className="report-params"
      aria-label={t('report.params')}
      onSubmit={(event) => event.preventDefault()}
      data-testid="report-params"
    >
      {asked.map((field, at) => (
        <Fragment key={field.name}>
          <FieldControl
            field={field}
            idPrefix="param"
            value={shownParam(field, params, answer, picked[field.name] ?? null)}
            onChange={(value) => change(field, value)}
            error={errors[field.name]}
          />
          {at === lastDay && <RangeSteps fields={fields} params={params} onParams={onParams} answer={answer} />}
        </Fragment>
      ))}
    </form>
  )
}

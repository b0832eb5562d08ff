import { describe, expect, it } from 'vitest'
import { chartOptions, fewSeries, MOST_SERIES, type ChartData } from './options'

const colours = { text: '#111', secondary: '#222', line: '#333', surface: '#444' }
const data = (count: number): ChartData => ({
  kind: 'stacked',
  measure: 'Net, CNY',
  number: 'amount',
  categories: ['Jan', 'Feb'],
  series: Array.from({ length: count }, (_, at) => ({ name: `s${at}`, values: [`${at}.10`, at === 0 ? '0.20' : null] })),
})

describe('charts', () => {
  it('draw at most six series; the smallest stand together, added up exactly', () => {
    expect(fewSeries(data(MOST_SERIES), 'Other').series).toHaveLength(MOST_SERIES)
    const few = fewSeries(data(8), 'Other').series
    expect(few.map((one) => one.name)).toEqual(['s3', 's4', 's5', 's6', 's7', 'Other'])
    expect(few[5]?.values).toEqual(['3.30', '0.20'])
  })
  it('say figures as the tables do and hold no HTML', () => {
    const options = chartOptions(data(2), colours)
    const { formatter, renderMode } = options['tooltip'] as { formatter: (points: unknown[]) => string; renderMode: string }
    expect(renderMode).toBe('richText')
    expect(formatter([{ dataIndex: 0, seriesIndex: 0 }, { dataIndex: 1, seriesIndex: 1 }])).toBe('Jan\ns0  0.10\ns1  –')
    expect(JSON.stringify(options)).not.toMatch(/[<>]/)
  })
  it('leave negative parts out of shares', () => {
    const pie = chartOptions({ ...data(1), kind: 'pie', series: [{ name: 's', values: ['-5', '7'] }] }, colours)
    expect((pie['series'] as { data: unknown }[])[0]?.data).toEqual([{ name: 'Jan', value: 0 }, { name: 'Feb', value: 7 }])
  })
})

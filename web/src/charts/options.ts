import { fontFamily } from '../app/fonts'
import { formatNumber, sumDecimals, type NumberKind } from '../shared/decimal'

export type ChartKind = 'bar' | 'stacked' | 'line' | 'pie'

/** What a chart shows. Figures are decimal text; a missing one is null. */
export interface ChartData {
  kind: ChartKind
  /** What the figures are and in what: "Net amount, CNY". */
  measure: string
  number: NumberKind
  categories: string[]
  series: { name: string; values: (string | null)[] }[]
}

/** Colours of the page around the chart, as the style sheet has them. */
export interface ChartColours {
  text: string
  secondary: string
  line: string
  surface: string
}

/** Told apart by colour-blind eyes too, on light and on dark ground; the same place has the same colour everywhere. */
const COLOURS = ['#3b82d0', '#e69f00', '#1a9e77', '#cc79a7', '#56b4e9', '#d55e00']
/** More cannot be told apart; the smaller ones are drawn as one. */
export const MOST_SERIES = COLOURS.length

// Pixels only: what is read stays decimal text.
const drawn = (value: string | null): number | null => (value === null ? null : Number(value))

const summed = (values: (string | null)[]): string => sumDecimals(values.filter((value) => value !== null))

/** At most six series, in their order; the smallest together as the last of them. */
export function fewSeries(data: ChartData, other: string): ChartData {
  if (data.series.length <= MOST_SERIES) return data
  const weight = (at: number): number => Math.abs(Number(summed(data.series[at]?.values ?? [])))
  const bySize = data.series.map((_, at) => at).sort((left, right) => weight(right) - weight(left) || left - right)
  const kept = new Set(bySize.slice(0, MOST_SERIES - 1))
  const rest = data.series.filter((_, at) => !kept.has(at))
  const values = data.categories.map((_, at) => {
    const found = rest.map((one) => one.values[at] ?? null).filter((value) => value !== null)
    return found.length === 0 ? null : sumDecimals(found)
  })
  return { ...data, series: [...data.series.filter((_, at) => kept.has(at)), { name: other, values }] }
}

function axes(data: ChartData, colours: ChartColours) {
  const isLong = data.categories.some((label) => label.length > 10) && data.categories.length > 6
  return {
    grid: { left: 16, right: 24, top: data.series.length > 1 ? 56 : 32, bottom: 16, containLabel: true },
    xAxis: {
      type: 'category',
      data: data.categories,
      axisLabel: { color: colours.secondary, rotate: isLong ? 30 : 0, width: 140, overflow: 'truncate', hideOverlap: true },
      axisLine: { lineStyle: { color: colours.line } },
      axisTick: { show: false },
    },
    yAxis: {
      type: 'value',
      name: data.measure,
      nameTextStyle: { color: colours.secondary, align: 'left' },
      axisLabel: { color: colours.secondary },
      splitLine: { lineStyle: { color: colours.line } },
    },
  }
}

/** The chart in the words of the library: no HTML and no styles in strings anywhere, so that the strict policy holds. */
export function chartOptions(data: ChartData, colours: ChartColours): Record<string, unknown> {
  const text = (value: string | null | undefined): string => (value == null ? '–' : formatNumber(value, data.number))
  const shared = {
    animation: false,
    color: COLOURS,
    textStyle: { fontFamily, color: colours.text },
  }
  const tooltip = {
    renderMode: 'richText',
    confine: true,
    backgroundColor: colours.surface,
    borderColor: colours.line,
    textStyle: { color: colours.text, fontSize: 13 },
  }
  const legend = { type: 'scroll', top: 0, left: 'center', textStyle: { color: colours.text }, pageTextStyle: { color: colours.secondary } }
  if (data.kind === 'pie') {
    const parts = data.categories.map((name, at) => ({ name, figure: summed(data.series.map((one) => one.values[at] ?? null)) }))
    return {
      ...shared,
      legend: { ...legend, orient: 'vertical', left: 16, top: 'middle' },
      tooltip: {
        ...tooltip,
        trigger: 'item',
        formatter: ({ dataIndex, percent }: { dataIndex: number; percent: number }) =>
          `${parts[dataIndex]?.name}\n${text(parts[dataIndex]?.figure)} · ${percent} %`,
      },
      series: [
        {
          type: 'pie',
          radius: ['40%', '70%'],
          center: ['60%', '50%'],
          label: { color: colours.text, formatter: '{b} {d} %' },
          // A negative part has no angle; the table beside shows it.
          data: parts.map(({ name, figure }) => ({ name, value: Math.max(0, Number(figure)) })),
        },
      ],
    }
  }
  return {
    ...shared,
    ...axes(data, colours),
    legend: { ...legend, show: data.series.length > 1 },
    tooltip: {
      ...tooltip,
      trigger: 'axis',
      axisPointer: { type: data.kind === 'line' ? 'line' : 'shadow' },
      formatter: (points: { dataIndex: number; seriesIndex: number }[]) =>
        [
          data.categories[points[0]?.dataIndex ?? 0],
          ...points.map(({ seriesIndex, dataIndex }) => {
            const one = data.series[seriesIndex]
            return `${one?.name}  ${text(one?.values[dataIndex])}`
          }),
        ].join('\n'),
    },
    series: data.series.map(({ name, values }) => ({
      name,
      type: data.kind === 'line' ? 'line' : 'bar',
      ...(data.kind === 'stacked' ? { stack: 'all' } : {}),
      ...(data.kind === 'line' ? { symbolSize: 6 } : { barMaxWidth: 48 }),
      data: values.map(drawn),
    })),
  }
}

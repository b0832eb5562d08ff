import { BarChart, LineChart, PieChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { useEffect, useMemo, useRef } from 'react'
import { useAppearance } from '../app/appearance'
import { useT } from '../app/i18n/language'
import './charts.css'
import { chartOptions, fewSeries, type ChartColours, type ChartData } from './options'

use([BarChart, LineChart, PieChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer])

function coloursOfPage(): ChartColours {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  return {
    text: colour('--text'),
    secondary: colour('--secondary'),
    line: colour('--border'),
    surface: colour('--surface'),
  }
}

export interface ChartProps {
  label: string
  data: ChartData
  /** A bar, point or slice was clicked: its category, and its series where that is one of those given. */
  onOpen?: (category: number, series: number | null) => void
}

/** One chart. Loaded when it is first wanted: the library is larger than the rest of most pages. */
export default function Chart({ label, data, onOpen }: ChartProps) {
  const t = useT()
  const box = useRef<HTMLDivElement>(null)
  const open = useRef(onOpen)
  open.current = onOpen
  const { isDark } = useAppearance()
  const shown = useMemo(() => fewSeries(data, t('chart.other')), [data, t])
  useEffect(() => {
    if (!box.current) return
    const chart = init(box.current, null, { renderer: 'canvas' })
    chart.setOption(chartOptions(shown, coloursOfPage()))
    chart.on('click', ({ dataIndex, seriesIndex }) => {
      const name = shown.series[seriesIndex ?? 0]?.name
      const at = data.series.findIndex((one) => one.name === name)
      open.current?.(dataIndex, data.kind === 'pie' || at < 0 ? null : at)
    })
    const watcher = new ResizeObserver(() => chart.resize())
    watcher.observe(box.current)
    return () => {
      watcher.disconnect()
      chart.dispose()
    }
  }, [shown, data, isDark])
  return <div ref={box} className="chart" role="img" aria-label={label} data-testid="chart" />
}

// Graphs, drawn by echarts without a browser.
import { init } from 'echarts'
import type { EChartsOption, SeriesOption } from 'echarts'
import { namedSeries } from './drawing.ts'
import type { Drawing, NamedSeries } from './drawing.ts'
import { palette, theme } from './theme.ts'
import { format } from './values.ts'

export function drawLines(drawing: Drawing): string {
  const { width, height } = drawing.size
  const chart = init(null, undefined, { renderer: 'svg', ssr: true, width, height })
  chart.setOption(options(drawing))
  const svg = chart.renderToSVGString()
  chart.dispose()
  return svg
}

function options(drawing: Drawing): EChartsOption {
  const { model, from, to, size } = drawing
  const config = model.fieldConfig?.defaults ?? {}
  const series = namedSeries(drawing)
  const names = series.map(({ name }) => name)
  return {
    animation: false,
    color: palette,
    textStyle: { fontFamily: theme.font },
    grid: { left: 62, right: 10, top: 8, bottom: names.length > 0 ? 44 : 24 },
    legend: {
      bottom: 0,
      data: thatFit(names, size.width),
      itemWidth: 12,
      itemHeight: 3,
      icon: 'rect',
      textStyle: { color: theme.text, fontSize: 11 },
    },
    xAxis: {
      type: 'time',
      min: from * 1000,
      max: to * 1000,
      splitNumber: 4,
      axisLabel: { color: theme.faint, fontSize: 10, hideOverlap: true },
      axisLine: { lineStyle: { color: theme.grid } },
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      ...(config.min === undefined ? {} : { min: config.min }),
      ...(config.max === undefined ? {} : { max: config.max }),
      splitNumber: 4,
      axisLabel: { color: theme.faint, fontSize: 10, formatter: (value: number) => format(value, config) },
      splitLine: { lineStyle: { color: theme.grid } },
    },
    series: series.map((one) => line(one, drawing)),
  }
}

/** One line of the legend; a picture cannot be scrolled. */
function thatFit(names: readonly string[], width: number): string[] {
  let room = width
  return names.filter((name) => (room -= name.length * 6.5 + 28) > 0)
}

function line({ name, refId, points }: NamedSeries, { model }: Drawing): SeriesOption {
  const custom = (model.fieldConfig?.defaults.custom ?? {}) as {
    readonly drawStyle?: string
    readonly stacking?: { readonly mode?: string }
  }
  const isLimit = refId === 'threshold'
  const data = points.map(([time, value]) => [time * 1000, value])
  const stack = custom.stacking?.mode === 'normal' && !isLimit ? { stack: 'all' } : {}
  if (custom.drawStyle === 'bars') return { type: 'bar', name, data, ...stack, barMaxWidth: 8 }
  return {
    type: 'line',
    name,
    data,
    ...stack,
    showSymbol: false,
    lineStyle: {
      width: isLimit ? 1 : 1.6,
      type: isLimit ? 'dashed' : 'solid',
      ...(isLimit ? { color: '#f2495c' } : {}),
    },
    ...(isLimit
      ? { itemStyle: { color: '#f2495c' } }
      : { areaStyle: { opacity: 'stack' in stack ? 0.35 : 0.08 } }),
  }
}

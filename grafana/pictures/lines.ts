// Graphs, drawn by echarts without a browser.
import { init } from 'echarts'
import type { EChartsOption, SeriesOption } from 'echarts'
import { namedSeries } from './drawing.ts'
import type { Drawing, NamedSeries } from './drawing.ts'
import { paint, palette, theme } from './theme.ts'
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
  const isBand = (refId: string | undefined): boolean => refId === 'upper' || refId === 'lower'
  const names = series.filter(({ refId }) => !isBand(refId)).map(({ name }) => name)
  const legend = inLines(names, size.width)
  return {
    animation: false,
    color: palette,
    textStyle: { fontFamily: theme.font },
    grid: { left: 62, right: 10, top: 8, bottom: 26 + legend.length * legendHeight },
    legend: legend.map((data, index) => ({
      bottom: (legend.length - 1 - index) * legendHeight,
      data,
      itemWidth: 12,
      itemHeight: 3,
      icon: 'rect',
      padding: 2,
      textStyle: { color: theme.text, fontSize: 11 },
    })),
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
      ...(config.decimals === 0 ? { minInterval: 1 } : {}),
      axisLabel: { color: theme.faint, fontSize: 10, formatter: (value: number) => format(value, config) },
      splitLine: { lineStyle: { color: theme.grid } },
    },
    series: [
      ...band(series),
      ...series.filter(({ refId }) => !isBand(refId)).map((one) => line(one, drawing)),
    ],
  }
}

const legendHeight = 17
const mostLegendLines = 3

/** The legend in lines that fit; what no line has room for is left out, as a picture cannot be scrolled. */
function inLines(names: readonly string[], width: number): string[][] {
  const lines: string[][] = [[]]
  let room = width
  for (const name of names) {
    const needed = name.length * 6.2 + 27
    if (needed > room) {
      lines.push([])
      room = width
    }
    lines.at(-1)?.push(name)
    room -= needed
  }
  return lines.slice(0, mostLegendLines)
}

/** The usual range: its lower edge, which is not seen, and on it what is between the two, shaded. */
function band(series: readonly NamedSeries[]): SeriesOption[] {
  const [upper, lower] = ['upper', 'lower'].map((id) => series.find(({ refId }) => refId === id))
  if (!upper || !lower) return []
  const edge = { type: 'line', stack: 'band', showSymbol: false, lineStyle: { opacity: 0 } } as const
  const below = new Map(lower.points)
  const between = upper.points.map(([time, value]) => [time * 1000, value - (below.get(time) ?? 0)])
  return [
    { ...edge, data: lower.points.map(([time, value]) => [time * 1000, value]) },
    { ...edge, data: between, areaStyle: { color: paint('blue'), opacity: 0.18 } },
  ]
}

function line({ name, refId, points }: NamedSeries, { model }: Drawing): SeriesOption {
  const custom = (model.fieldConfig?.defaults.custom ?? {}) as {
    readonly drawStyle?: string
    readonly stacking?: { readonly mode?: string }
  }
  const isLimit = refId === 'threshold'
  const stack = custom.stacking?.mode === 'normal' && !isLimit ? { stack: 'all' } : {}
  if (custom.drawStyle === 'bars') {
    return {
      type: 'bar',
      name,
      data: points.map(([time, value]) => [time * 1000, value]),
      ...stack,
      barMaxWidth: 8,
    }
  }
  const red = { color: paint('red') }
  return {
    type: 'line',
    name,
    data: withGaps(points),
    ...stack,
    showSymbol: false,
    lineStyle: isLimit ? { width: 1, type: 'dashed', ...red } : { width: 1.6 },
    ...(isLimit ? { itemStyle: red } : { areaStyle: { opacity: 'stack' in stack ? 0.35 : 0.08 } }),
  }
}

/** Where samples lack, the line ends and begins anew. */
function withGaps(points: NamedSeries['points']): [number, number | null][] {
  const steps = points.slice(1).map(([time], index) => time - (points[index]?.[0] ?? time))
  const step = Math.min(...steps)
  return points.flatMap(([time, value], index) => {
    const point: [number, number | null] = [time * 1000, value]
    return (steps[index - 1] ?? step) > 1.5 * step ? [[time * 1000 - 1, null], point] : [point]
  })
}

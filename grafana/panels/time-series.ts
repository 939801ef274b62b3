// Values over time, with the configured limit as a dashed line where there is one.
import {
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  LineStyleBuilder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  SortOrder,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries'
import { colour } from '../colours.ts'
import { say } from '../language.ts'
import type { Query } from '../queries.ts'
import { unit } from '../units.ts'
import { panel } from './panel.ts'
import type { Panel, PanelFacts } from './panel.ts'

interface TimeSeries extends PanelFacts {
  readonly queries: readonly Query[]
  readonly min?: number
  readonly max?: number
  readonly kind?: 'lines' | 'bars' | 'stacked'
}

const threshold: DynamicConfigValue[] = [
  { id: 'color', value: { mode: 'fixed', fixedColor: colour.bad } },
  { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 8] } },
  { id: 'custom.fillOpacity', value: 0 },
  { id: 'custom.lineWidth', value: 1 },
]

export function timeSeries(options: TimeSeries): Panel {
  const { queries, min, max, kind = 'lines' } = options
  return panel(options, queries, (language) => {
    const drawn = new PanelBuilder()
      .lineWidth(kind === 'bars' ? 1 : 2)
      .fillOpacity({ lines: 8, bars: 80, stacked: 40 }[kind])
      .drawStyle(kind === 'bars' ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
      .lineInterpolation(LineInterpolation.Linear)
      .lineStyle(new LineStyleBuilder().fill('solid'))
      .showPoints(VisibilityMode.Never)
      .spanNulls(false)
      .legend(legend)
      .tooltip(tooltip)
    if (kind !== 'lines') drawn.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
    // Prometheus extrapolates, and two and a half notifications are none.
    if (kind === 'bars' && options.unit === unit.count) drawn.decimals(0)
    if (min !== undefined) drawn.min(min)
    if (max !== undefined) drawn.max(max)
    if (queries.some((query) => query.refId === 'threshold')) drawn.overrideByQuery('threshold', threshold)
    const lower = queries.find((query) => query.refId === 'lower')
    if (lower !== undefined) shade(drawn, say(lower.legend ?? '', language))
    return drawn
  })
}

// oxlint-disable-next-line unicorn/no-array-sort -- A builder, not an array.
const tooltip = new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending)

const legend = new VizLegendOptionsBuilder()
  .displayMode(LegendDisplayMode.List)
  .placement(LegendPlacement.Bottom)
  .showLegend(true)
  .calcs([])

/** Shades the usual range, between the queries that are named `upper` and `lower`. */
function shade(drawn: PanelBuilder, lowerName: string): void {
  const edge: DynamicConfigValue[] = [
    { id: 'custom.lineWidth', value: 0 },
    { id: 'color', value: { mode: 'fixed', fixedColor: colour.calm } },
    { id: 'custom.hideFrom', value: { legend: true, tooltip: false, viz: false } },
  ]
  const fill: DynamicConfigValue[] = [
    { id: 'custom.fillBelowTo', value: lowerName },
    { id: 'custom.fillOpacity', value: 15 },
  ]
  drawn.overrideByQuery('upper', [...edge, ...fill])
  drawn.overrideByQuery('lower', [...edge, { id: 'custom.fillOpacity', value: 0 }])
}

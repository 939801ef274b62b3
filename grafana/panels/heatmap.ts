// How values are distributed over time, from the buckets of a histogram.
import { HeatmapCellLayout } from '@grafana/grafana-foundation-sdk/common'
import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  HeatmapColorScale,
  PanelBuilder,
  RowsHeatmapOptionsBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap'
import { colour } from '../colours.ts'
import { buckets } from '../queries.ts'
import type { Unit } from '../units.ts'
import { panel } from './panel.ts'
import type { Panel, PanelFacts } from './panel.ts'

export function heatmap(options: PanelFacts & { readonly expr: string; readonly unit: Unit }): Panel {
  return panel(options, [buckets(options.expr)], () =>
    new PanelBuilder()
      .calculate(false)
      .cellGap(1)
      .exemplarsColor(colour.bad)
      .color(
        new HeatmapColorOptionsBuilder()
          .mode(HeatmapColorMode.Scheme)
          .scheme('Blues')
          .scale(HeatmapColorScale.Exponential)
          .exponent(0.5)
          .steps(32),
      )
      .rowsFrame(new RowsHeatmapOptionsBuilder().layout(HeatmapCellLayout.Auto))
      .yAxis(new YAxisConfigBuilder().unit(options.unit)),
  )
}

// States over time: a state timeline where a state lasts, a status history where things happen at intervals.
import {
  LegendDisplayMode,
  LegendPlacement,
  TimelineValueAlignment,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import { PanelBuilder as StateTimeline } from '@grafana/grafana-foundation-sdk/statetimeline'
import { PanelBuilder as StatusHistory } from '@grafana/grafana-foundation-sdk/statushistory'
import { mappings } from '../mappings.ts'
import type { States } from '../mappings.ts'
import type { Query } from '../queries.ts'
import { colouredByThresholds, plain, thresholds } from '../thresholds.ts'
import type { Steps } from '../thresholds.ts'
import { panel } from './panel.ts'
import type { Panel, PanelFacts } from './panel.ts'

interface Timeline extends PanelFacts {
  readonly queries: readonly Query[]
  readonly states?: States
  readonly steps?: Steps
}

const legend = new VizLegendOptionsBuilder()
  .displayMode(LegendDisplayMode.List)
  .placement(LegendPlacement.Bottom)
  .showLegend(true)
  .calcs([])
const tooltip = new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Single)

export function stateTimeline(options: Timeline): Panel {
  const { queries, states = {}, steps = plain } = options
  return panel(options, queries, (language) =>
    new StateTimeline()
      .mergeValues(true)
      .showValue(VisibilityMode.Never)
      .alignValue(TimelineValueAlignment.Left)
      .rowHeight(0.85)
      .fillOpacity(85)
      .lineWidth(0)
      .perPage(20)
      .legend(legend)
      .tooltip(tooltip)
      .mappings(mappings(states, language))
      .colorScheme(colouredByThresholds)
      .thresholds(thresholds(steps)),
  )
}

/** A cell for each interval; `maxDataPoints` keeps the cells wide enough to be told apart. */
export function statusHistory(options: Timeline & { readonly cells: number }): Panel {
  const { queries, states = {}, steps = plain, cells } = options
  return panel(options, queries, (language) =>
    new StatusHistory()
      .showValue(VisibilityMode.Never)
      .rowHeight(0.85)
      .colWidth(0.9)
      .fillOpacity(85)
      .lineWidth(0)
      .perPage(20)
      .maxDataPoints(cells)
      .legend(legend)
      .tooltip(tooltip)
      .mappings(Object.keys(states).length > 0 ? mappings(states, language) : [])
      .colorScheme(colouredByThresholds)
      .thresholds(thresholds(steps)),
  )
}

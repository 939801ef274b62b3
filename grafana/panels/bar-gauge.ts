// A bar for each target, filled as far as the value goes towards its limit.
import {
  BarGaugeDisplayMode,
  BarGaugeNamePlacement,
  BarGaugeSizing,
  BarGaugeValueMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/bargauge'
import type { Query } from '../queries.ts'
import { colouredByThresholds, thresholds } from '../thresholds.ts'
import type { Steps } from '../thresholds.ts'
import { panel } from './panel.ts'
import type { Panel, PanelFacts } from './panel.ts'

interface BarGauge extends PanelFacts {
  readonly queries: readonly Query[]
  readonly steps: Steps
  readonly min?: number
  readonly max?: number
}

export function barGauge(options: BarGauge): Panel {
  const { queries, steps, min = 0, max = 1 } = options
  return panel(options, queries, () =>
    new PanelBuilder()
      .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
      .displayMode(BarGaugeDisplayMode.Basic)
      .orientation(VizOrientation.Horizontal)
      .valueMode(BarGaugeValueMode.Color)
      .namePlacement(BarGaugeNamePlacement.Auto)
      .sizing(BarGaugeSizing.Auto)
      .showUnfilled(true)
      .min(min)
      .max(max)
      .colorScheme(colouredByThresholds)
      .thresholds(thresholds(steps)),
  )
}

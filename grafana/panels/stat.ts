// One number, or one per target, large enough to be read across a room.
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { mappings } from '../mappings.ts'
import type { States } from '../mappings.ts'
import type { Query } from '../queries.ts'
import { colouredByThresholds, plain, thresholds } from '../thresholds.ts'
import type { Steps } from '../thresholds.ts'
import { panel } from './panel.ts'
import type { Panel, PanelFacts } from './panel.ts'

interface Stat extends PanelFacts {
  readonly queries: readonly Query[]
  readonly steps?: Steps
  readonly states?: States
  readonly decimals?: number
  /** Fill the tile with its colour, for a verdict rather than a quantity. */
  readonly filled?: boolean
  /** Show the name of the series instead of its value, for a fact that is in a label. */
  readonly named?: boolean
}

export function stat(options: Stat): Panel {
  const { queries, steps = plain, states, decimals, filled = false, named = false } = options
  const valueMode = queries.some((query) => query.legend)
    ? BigValueTextMode.ValueAndName
    : BigValueTextMode.Value
  return panel(options, queries, (language) => {
    const hasGraph = queries.some((query) => query.shape === 'series')
    const drawn = new PanelBuilder()
      .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
      .colorMode(filled ? BigValueColorMode.Background : BigValueColorMode.Value)
      .graphMode(hasGraph ? BigValueGraphMode.Area : BigValueGraphMode.None)
      .textMode(named ? BigValueTextMode.Name : valueMode)
      .orientation(VizOrientation.Auto)
      .wideLayout(true)
      .colorScheme(colouredByThresholds)
      .thresholds(thresholds(steps))
    if (states !== undefined) drawn.mappings(mappings(states, language))
    if (decimals !== undefined) drawn.decimals(decimals)
    return drawn
  })
}

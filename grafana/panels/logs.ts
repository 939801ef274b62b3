// Log lines, newest first.
import { LogsDedupStrategy, LogsSortOrder } from '@grafana/grafana-foundation-sdk/common'
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/logs'
import { lines } from '../queries.ts'
import { panel } from './panel.ts'
import type { Panel, PanelFacts } from './panel.ts'

export function logs(options: PanelFacts & { readonly expr: string }): Panel {
  return panel(options, [lines(options.expr)], () =>
    new PanelBuilder()
      .showTime(true)
      .wrapLogMessage(true)
      .enableLogDetails(true)
      .dedupStrategy(LogsDedupStrategy.None)
      .sortOrder(LogsSortOrder.Descending),
  )
}

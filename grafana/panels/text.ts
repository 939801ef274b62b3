// How to read the dashboard, in a few lines of Markdown.
import { PanelBuilder, TextMode } from '@grafana/grafana-foundation-sdk/text'
import type { Text } from '../language.ts'
import { panel } from './panel.ts'
import type { Panel, PanelFacts } from './panel.ts'

export function note(options: PanelFacts & { readonly markdown: Text }): Panel {
  return panel(options, [], (language) =>
    new PanelBuilder().mode(TextMode.Markdown).content(options.markdown[language]),
  )
}

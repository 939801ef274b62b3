// What depends on what. Grafana reads the fields of the two frames by name, and renaming them afterwards has no effect,
// so the queries make them as labels: id, title, color and mainstat of a node; id, source and target of an edge.
import { NodeOptionsBuilder, PanelBuilder, ZoomMode } from '@grafana/grafana-foundation-sdk/nodegraph'
import { rows } from '../queries.ts'
import { panel } from './panel.ts'
import type { Panel, PanelFacts } from './panel.ts'

interface NodeGraph extends PanelFacts {
  readonly nodes: string
  readonly edges: string
}

export function nodeGraph(options: NodeGraph): Panel {
  const queries = [rows(options.nodes, { refId: 'nodes' }), rows(options.edges, { refId: 'edges' })]
  return panel(options, queries, () =>
    new PanelBuilder().nodes(new NodeOptionsBuilder().arcs([])).zoomMode(ZoomMode.Cooperative),
  )
}

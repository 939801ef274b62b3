// What a query names, found by Prometheus' own grammar.
import { parser } from '@prometheus-io/lezer-promql'

export interface Selector {
  readonly metric: string
  readonly labels: readonly string[]
  /** The function or aggregation that takes it, if any. */
  readonly within: string | undefined
}

export interface Reading {
  /** Places of syntax errors. */
  readonly errors: readonly number[]
  readonly selectors: readonly Selector[]
}

type Node = ReturnType<typeof parser.parse>['topNode']

export function readQuery(query: string): Reading {
  const errors: number[] = []
  const selectors: Selector[] = []
  parser.parse(query).iterate({
    enter: ({ type, from, node }) => {
      if (type.isError) errors.push(from)
      if (type.name === 'VectorSelector') selectors.push(readSelector(node, query))
    },
  })
  return { errors, selectors }
}

function readSelector(node: Node, query: string): Selector {
  const textOf = (part: Node | null): string => (part === null ? '' : query.slice(part.from, part.to))
  const labels: string[] = []
  node.cursor().iterate((part) => {
    if (part.name === 'LabelName') labels.push(textOf(part.node))
  })
  const metric = textOf(node.getChild('Identifier'))
  const call = nearestCall(node)
  const name = call?.getChild('FunctionIdentifier') ?? call?.getChild('AggregateOp')
  return { metric, labels, within: name ? textOf(name) : undefined }
}

function nearestCall(node: Node): Node | undefined {
  for (let at = node.parent; at !== null; at = at.parent) {
    if (at.name === 'FunctionCall' || at.name === 'AggregateExpr') return at
  }
  return undefined
}

// What is wrong with a panel, from the answers to its queries.
import type { Panel } from '../panels/panel.ts'
import type { Query } from '../queries.ts'
import type { Answer, Asked, Series } from './ask.ts'
import { tableProblems } from './judge-table.ts'

export interface Verdict {
  readonly dashboard: string
  readonly panel: Panel
  readonly isEmpty: boolean
  readonly problems: readonly string[]
}

export const slowestMilliseconds = 500

export function judge(dashboard: string, panel: Panel, asked: readonly Asked[]): Verdict {
  // The line of a limit is no data: a graph of nothing else is empty.
  const data = asked.filter(({ query }) => query.refId !== 'threshold')
  const isEmpty = data.every(({ answer }) => answer.series.length === 0)
  const problems = asked.flatMap(({ query, answer }) => [
    ...failure(answer),
    ...legendProblems(query, answer),
    ...numberProblems(answer),
  ])
  return {
    dashboard,
    panel,
    isEmpty,
    problems: [...new Set([...problems, ...tableProblems(panel, asked), ...graphProblems(asked)])],
  }
}

function failure({ error, milliseconds, query }: Answer): string[] {
  if (error !== undefined) return [`${error}\n    ${query}`]
  if (milliseconds <= slowestMilliseconds) return []
  return [`took ${Math.round(milliseconds)} ms, expected at most ${slowestMilliseconds}\n    ${query}`]
}

/** A legend that names labels which no series has would show nothing, or the same for all. */
function legendProblems({ legend = '', shape }: Query, { series, query }: Answer): string[] {
  if (shape === 'table' || shape === 'heatmap') return []
  const named = typeof legend === 'string' ? legend : legend.en
  const labels = [...named.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label)
  if (labels.length === 0) {
    const isAmbiguous = series.length > 1
    return isAmbiguous ? [`${series.length} series of one name ${JSON.stringify(named)}\n    ${query}`] : []
  }
  const bare = series.filter((one) => labels.every((label) => (one.labels[label] ?? '') === ''))
  const shown = new Set(series.map((one) => labels.map((label) => one.labels[label] ?? '').join(' ')))
  return [
    ...(bare.length > 0
      ? [`no label of the legend ${named} in ${JSON.stringify(bare[0]?.labels)}\n    ${query}`]
      : []),
    ...(shown.size < series.length ? [`${series.length} series, ${shown.size} names\n    ${query}`] : []),
  ]
}

function numberProblems({ series, query }: Answer): string[] {
  const infinite = series.filter(({ points }) => points.some(([, value]) => Math.abs(value) === Infinity))
  return infinite.length > 0 ? [`infinite: ${JSON.stringify(infinite[0]?.labels)}\n    ${query}`] : []
}

/** What the node graph panel expects of its frames; it fails as a whole on an edge without its nodes. */
function graphProblems(asked: readonly Asked[]): string[] {
  const of = (refId: string): readonly Series[] =>
    asked.filter(({ query }) => query.refId === refId).flatMap(({ answer }) => answer.series)
  const nodes = of('nodes')
  const edges = of('edges')
  const ids = nodes.map(({ labels }) => labels['id'] ?? '')
  const known = new Set(ids)
  const dangling = edges.filter(
    ({ labels }) => !known.has(labels['source'] ?? '') || !known.has(labels['target'] ?? ''),
  )
  const edgeIds = edges.map(({ labels }) => labels['id'] ?? '')
  return [
    ...(known.size < ids.length || known.has('')
      ? [`nodes without an id of their own: ${ids.join(', ')}`]
      : []),
    ...(new Set(edgeIds).size < edgeIds.length || edgeIds.includes('')
      ? ['edges without an id of their own']
      : []),
    ...dangling.map(({ labels }) => `an edge without its nodes: ${JSON.stringify(labels)}`),
  ]
}

// The Prometheus text format, version 0.0.4: families to bytes.
import type { Distribution, Family, Labels, Metric } from './metric.ts'

export const textContentType = 'text/plain; version=0.0.4; charset=utf-8'

const rendered = new WeakMap<Labels, string>()

/** Families with the same name are written as one block, in order of first sight; a repeated series is dropped. */
export function renderText(families: Iterable<Family>): string {
  const blocks = new Map<string, { metric: Metric; parts: Family[] }>()
  for (const part of families) {
    const block = blocks.get(part.metric.name)
    if (block) block.parts.push(part)
    else blocks.set(part.metric.name, { metric: part.metric, parts: [part] })
  }
  return [...blocks.values()].map(({ metric, parts }) => renderBlock(metric, parts)).join('')
}

function renderBlock(metric: Metric, parts: readonly Family[]): string {
  const seen = new Set<string>()
  const lines: string[] = []
  for (const part of parts) {
    for (const { labels, value } of part.samples) {
      const text = renderLabels(labels)
      // A page with a repeated series is refused as a whole by Prometheus; the first one wins.
      if (seen.has(text)) continue
      seen.add(text)
      lines.push(`${metric.name}${text} ${renderValue(value)}\n`)
    }
    for (const distribution of part.distributions) {
      const text = renderLabels(distribution.labels)
      if (seen.has(text)) continue
      seen.add(text)
      lines.push(renderDistribution(metric.name, text, distribution))
    }
  }
  if (lines.length === 0) return ''
  return `# HELP ${metric.name} ${escapeHelp(metric.help)}\n# TYPE ${metric.name} ${metric.type}\n${lines.join('')}`
}

function renderDistribution(name: string, labels: string, distribution: Distribution): string {
  const { bounds, counts, sum } = distribution
  const count = counts.at(-1) ?? 0
  const inner = labels === '' ? '' : `${labels.slice(1, -1)},`
  const bucket = (bound: string, value: number) =>
    `${name}_bucket{${inner}le="${bound}"} ${renderValue(value)}\n`
  return (
    bounds.map((bound, index) => bucket(renderValue(bound), counts[index] ?? 0)).join('') +
    bucket('+Inf', count) +
    `${name}_sum${labels} ${renderValue(sum)}\n${name}_count${labels} ${renderValue(count)}\n`
  )
}

function renderLabels(labels: Labels): string {
  const known = rendered.get(labels)
  if (known !== undefined) return known
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`)
  const text = pairs.length === 0 ? '' : `{${pairs.join(',')}}`
  rendered.set(labels, text)
  return text
}

function renderValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  return String(value)
}

function escapeValue(value: string): string {
  return value
    .toWellFormed()
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('"', String.raw`\"`)
}

function escapeHelp(help: string): string {
  return help.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`)
}

// Families to a page of text: Prometheus' own format 0.0.4, or OpenMetrics 1.0. The same series in both.
import type { Distribution, Family, Labels, Metric } from './metric.ts'

export type Format = 'text' | 'openmetrics'

export const contentTypes: Readonly<Record<Format, string>> = Object.freeze({
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
})

// One string for a page of megabytes is a rope that has to be flattened; pieces of this size are not.
const chunkLength = 64 * 1024

interface Page {
  readonly format: Format
  readonly chunks: Buffer[]
  text: string
}

/** Families of one name are written as one block, in order of first sight; a series given twice is written once. */
export function renderPage(families: Iterable<Family>, format: Format): Buffer {
  const blocks = new Map<string, Family[]>()
  for (const part of families) {
    const block = blocks.get(part.metric.name)
    if (block) block.push(part)
    else blocks.set(part.metric.name, [part])
  }
  const page: Page = { format, chunks: [], text: '' }
  for (const parts of blocks.values()) renderBlock(page, parts)
  if (format === 'openmetrics') page.text += '# EOF\n'
  return Buffer.concat([...page.chunks, Buffer.from(page.text)])
}

function renderBlock(page: Page, parts: readonly Family[]): void {
  const metric = parts.find(({ samples, distributions }) => samples.length + distributions.length > 0)?.metric
  if (!metric) return
  page.text += renderHead(metric, page.format)
  // Prometheus refuses a page with a repeated series as a whole; the first one wins.
  const seen = new Set<string>()
  for (const part of parts) {
    for (const { labels, value } of part.samples) {
      const text = renderLabels(labels)
      if (seen.has(text)) continue
      seen.add(text)
      append(page, `${metric.name}${text} ${renderValue(value)}\n`)
    }
    for (const distribution of part.distributions) {
      const text = renderLabels(distribution.labels)
      if (seen.has(text)) continue
      seen.add(text)
      append(page, renderDistribution(metric.name, text, distribution))
    }
  }
}

function append(page: Page, line: string): void {
  page.text += line
  if (page.text.length < chunkLength) return
  page.chunks.push(Buffer.from(page.text))
  page.text = ''
}

function renderHead({ name, help, type }: Metric, format: Format): string {
  // OpenMetrics names a counter's family without the suffix that its samples bear.
  const family = format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name
  return `# HELP ${family} ${escapeHelp(help, format)}\n# TYPE ${family} ${type}\n`
}

function renderDistribution(name: string, labels: string, { bounds, counts, sum }: Distribution): string {
  const count = renderValue(counts.at(-1) ?? 0)
  const inner = labels === '' ? '' : `${labels.slice(1, -1)},`
  const buckets = bounds.map(
    (bound, index) =>
      `${name}_bucket{${inner}le="${renderBound(bound)}"} ${renderValue(counts[index] ?? 0)}\n`,
  )
  return `${buckets.join('')}${name}_bucket{${inner}le="+Inf"} ${count}\n${name}_sum${labels} ${renderValue(sum)}\n${name}_count${labels} ${count}\n`
}

/** OpenMetrics wants 1.0 where others write 1; the same text in both formats keeps the series the same. */
function renderBound(bound: number): string {
  return Number.isInteger(bound) ? bound.toFixed(1) : String(bound)
}

const rendered = new WeakMap<Labels, string>()

function renderLabels(labels: Labels): string {
  const known = rendered.get(labels)
  if (known !== undefined) return known
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`)
  const text = pairs.length === 0 ? '' : `{${pairs.join(',')}}`
  rendered.set(labels, text)
  return text
}

function renderValue(value: number): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}

function escapeValue(value: string): string {
  return escapeText(value.toWellFormed()).replaceAll('"', String.raw`\"`)
}

function escapeHelp(help: string, format: Format): string {
  const text = escapeText(help)
  return format === 'openmetrics' ? text.replaceAll('"', String.raw`\"`) : text
}

function escapeText(text: string): string {
  return text.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`)
}

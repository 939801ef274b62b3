// Families to a page of text: Prometheus' own format 0.0.4, or OpenMetrics 1.0. The same series in both.
import type { Family, Metric, Series } from './metric.ts'
import {
  escapeText,
  renderDistribution,
  renderLabels,
  renderSplit,
  renderStates,
  renderValue,
} from './series-text.ts'

export type Format = 'text' | 'openmetrics'

export const contentTypes: Readonly<Record<Format, string>> = Object.freeze({
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
})

// One string for a page of megabytes is a rope that has to be flattened; pieces of this size are not.
const chunkLength = 64 * 1024
const mostBytesOfCharacter = 3

interface Page {
  readonly format: Format
  /** By its labels, the metric that a series was last seen of. */
  readonly seen: Map<string, string>
  bytes: Buffer
  length: number
  text: string
}

/**
 * Families of one name are written as one block, in order of first sight; a series given twice is written once.
 * The page is written over `into` where it has the room: a page of megabytes at each scrape is much garbage.
 */
export function renderPage(families: Iterable<Family>, format: Format, into?: Buffer): Buffer {
  const blocks = new Map<string, Family[]>()
  for (const part of families) {
    const block = blocks.get(part.metric.name)
    if (block) block.push(part)
    else blocks.set(part.metric.name, [part])
  }
  const bytes = into ?? Buffer.allocUnsafeSlow(chunkLength)
  const page: Page = { format, seen: new Map(), bytes, length: 0, text: '' }
  for (const parts of blocks.values()) renderBlock(page, parts)
  if (format === 'openmetrics') page.text += '# EOF\n'
  flush(page)
  return page.bytes.subarray(0, page.length)
}

function renderBlock(page: Page, parts: readonly Family[]): void {
  const block = { isEmpty: true }
  for (const { metric, each } of parts) each(writeSeries(page, metric, block))
}

function writeSeries(page: Page, metric: Metric, block: { isEmpty: boolean }): Series {
  // Prometheus refuses a page with a repeated series as a whole; the first one wins.
  const isNew = (key: string): boolean => {
    if (page.seen.get(key) === metric.name) return false
    page.seen.set(key, metric.name)
    // The head comes with the first series: a family without any leaves no trace.
    if (block.isEmpty) page.text += renderHead(metric, page.format)
    block.isEmpty = false
    return true
  }
  return {
    add(labels, value) {
      const number = Number(value)
      if (value === undefined || !Number.isFinite(number)) return
      const text = renderLabels(labels)
      if (isNew(text)) append(page, `${metric.name}${text} ${renderValue(number)}\n`)
    },
    addSplit(labels, label, names, value) {
      const lines = renderSplit({ metric, labels, label, names }, value)
      if (lines !== '' && isNew(`${label} ${renderLabels(labels)}`)) append(page, lines)
    },
    addStates(labels, label, names, current) {
      const lines = renderStates({ metric, labels, label, names }, current)
      if (lines !== '' && isNew(`${label} ${renderLabels(labels)}`)) append(page, lines)
    },
    addDistribution(distribution) {
      if (isNew(renderLabels(distribution.labels))) append(page, renderDistribution(metric, distribution))
    },
  }
}

function append(page: Page, lines: string): void {
  page.text += lines
  if (page.text.length >= chunkLength) flush(page)
}

function flush(page: Page): void {
  const wanted = page.length + page.text.length * mostBytesOfCharacter
  if (wanted > page.bytes.length) {
    const larger = Buffer.allocUnsafeSlow(Math.max(wanted, page.bytes.length * 2))
    page.bytes.copy(larger, 0, 0, page.length)
    page.bytes = larger
  }
  page.length += page.bytes.write(page.text, page.length)
  page.text = ''
}

function renderHead({ name, help, type }: Metric, format: Format): string {
  // OpenMetrics names a counter's family without the suffix that its samples bear.
  const family = format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name
  const text = escapeText(help)
  const shown = format === 'openmetrics' ? text.replaceAll('"', String.raw`\"`) : text
  return `# HELP ${family} ${shown}\n# TYPE ${family} ${type}\n`
}

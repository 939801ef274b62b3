// Families to a page of text: Prometheus' own format 0.0.4, or OpenMetrics 1.0. The same series in both.
import type { Family, Metric, Series } from './metric.ts'
import {
  escapeText,
  renderDistribution,
  renderLabels,
  renderSplit,
  renderStates,
  renderValue,
  splitText,
} from './series-text.ts'

export type Format = 'text' | 'openmetrics'

export const contentTypes: Readonly<Record<Format, string>> = Object.freeze({
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
})

// One string for a page of megabytes is a rope that has to be flattened; pieces of this size are not.
const chunkLength = 64 * 1024
const mostBytesOfCharacter = 3

/**
 * In which block the labels of a series were last written. Kept from page to page, as filling it anew would be a tenth of
 * what a page costs: blocks are numbered through, so that those of an earlier page are none of this one.
 */
const lastBlocks = new Map<string, number>()
let blockNumber = 0

interface Page {
  readonly format: Format
  series: number
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
  const page: Page = { format, series: 0, bytes, length: 0, text: '' }
  for (const parts of blocks.values()) renderBlock(page, parts)
  if (format === 'openmetrics') page.text += '# EOF\n'
  flush(page)
  // It holds labels that are gone as well.
  if (lastBlocks.size > 2 * page.series) lastBlocks.clear()
  return page.bytes.subarray(0, page.length)
}

function renderBlock(page: Page, parts: readonly Family[]): void {
  blockNumber += 1
  const block = { isEmpty: true }
  for (const { metric, each } of parts) each(writeSeries(page, metric, block))
}

function writeSeries(page: Page, metric: Metric, block: { isEmpty: boolean }): Series {
  // Prometheus refuses a page with a repeated series as a whole; the first one wins.
  const isNew = (key: string): boolean => {
    if (lastBlocks.get(key) === blockNumber) return false
    lastBlocks.set(key, blockNumber)
    page.series += 1
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
      // Short pieces are joined first: a string of up to a dozen characters is copied, a longer one becomes a tree.
      const end = ` ${renderValue(number)}\n`
      if (isNew(text)) append(page, metric.name + (text + end))
    },
    addSplit(labels, label, names, value) {
      const text = splitText({ metric, labels, label, names })
      const lines = renderSplit(text, value)
      if (lines !== '' && isNew(text.key)) append(page, lines)
    },
    addStates(labels, label, names, current) {
      const text = splitText({ metric, labels, label, names })
      const lines = renderStates(text, current)
      if (lines !== '' && isNew(text.key)) append(page, lines)
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

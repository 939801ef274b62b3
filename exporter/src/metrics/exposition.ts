// Families to a page of text: Prometheus' own format 0.0.4, or OpenMetrics 1.0. The same series in both.
import type { Family, Metric, Series } from './metric.ts'
import { PageBytes } from './page-bytes.ts'
import {
  distributionText,
  escapeText,
  forgetTexts,
  isWritable,
  labelText,
  splitText,
  statesText,
  textsOf,
} from './series-text.ts'
import type { LabelText } from './series-text.ts'

export type Format = 'text' | 'openmetrics'

export const contentTypes: Readonly<Record<Format, string>> = Object.freeze({
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
})

/** Blocks are numbered through, so that those of an earlier page are none of this one. */
let blockNumber = 0

interface Page {
  readonly format: Format
  readonly bytes: PageBytes
  series: number
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
  const page: Page = { format, bytes: new PageBytes(into), series: 0 }
  for (const parts of blocks.values()) renderBlock(page, parts)
  if (format === 'openmetrics') page.bytes.write('# EOF\n')
  forgetTexts(page.series)
  return page.bytes.written()
}

function renderBlock(page: Page, parts: readonly Family[]): void {
  blockNumber += 1
  const block = { isEmpty: true }
  for (const { metric, each } of parts) each(writeSeries(page, metric, block))
}

function writeSeries(page: Page, metric: Metric, block: { isEmpty: boolean }): Series {
  const { bytes } = page
  const texts = textsOf(metric)
  // Prometheus refuses a page with a repeated series as a whole; the first one wins.
  const isNew = (text: LabelText): boolean => {
    if (text.lastBlock === blockNumber) return false
    text.lastBlock = blockNumber
    page.series += 1
    // The head comes with the first series: a family without any leaves no trace.
    if (block.isEmpty) bytes.writeAny(renderHead(metric, page.format))
    block.isEmpty = false
    return true
  }
  return {
    add(labels, value) {
      if (!isWritable(value)) return
      const text = labelText(labels)
      if (!isNew(text)) return
      bytes.write(metric.name)
      bytes.writeLine(text.text, Number(value))
    },
    addSplit(labels, label, names, value) {
      const { of, beginnings } = splitText(texts, { labels, label, names })
      let isWritten = false
      for (let index = 0; index < names.length; index += 1) {
        const one = value(names[index] ?? '')
        if (!isWritable(one)) continue
        if (!isWritten && !isNew(of)) return
        isWritten = true
        bytes.writeLine(beginnings[index] ?? '', Number(one))
      }
    },
    addStates(labels, label, names, current) {
      const text = splitText(texts, { labels, label, names })
      if (names.length > 0 && isNew(text.of)) bytes.write(statesText(text, current))
    },
    addDistribution(distribution) {
      const { of, beginnings, sum, count } = distributionText(texts, distribution)
      if (!isNew(of)) return
      const { counts } = distribution
      for (let index = 0; index < beginnings.length; index += 1) {
        bytes.writeLine(beginnings[index] ?? '', counts[index] ?? 0)
      }
      bytes.writeLine(sum, distribution.sum)
      bytes.writeLine(count, counts.at(-1) ?? 0)
    },
  }
}

function renderHead({ name, help, type }: Metric, format: Format): string {
  // OpenMetrics names a counter's family without the suffix that its samples bear.
  const family = format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name
  const text = escapeText(help)
  const shown = format === 'openmetrics' ? text.replaceAll('"', String.raw`\"`) : text
  return `# HELP ${family} ${shown}\n# TYPE ${family} ${type}\n`
}

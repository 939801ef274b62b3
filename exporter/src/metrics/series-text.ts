// The lines of series. What does not change from scrape to scrape, which is nearly all, is put together once.
import type { Distribution, Labels, Metric, Value } from './metric.ts'

/** Series of one metric that differ in the value of one more label alone. */
interface Split {
  readonly metric: Metric
  readonly labels: Labels
  readonly label: string
  readonly names: readonly string[]
}

export interface SplitText {
  /** The same for the same labels. */
  readonly key: string
  readonly names: readonly string[]
  /** Each line but its value. */
  readonly beginnings: readonly string[]
  /** The lines of states as they were last written, for the one that held. */
  held: string | undefined
  lines: string
}

interface DistributionText {
  readonly bounds: readonly number[]
  readonly beginnings: readonly string[]
  readonly sum: string
  readonly count: string
}

const labelTexts = new WeakMap<Labels, string>()
const splitTexts = new WeakMap<Metric, WeakMap<Labels, SplitText>>()
const distributionTexts = new WeakMap<Metric, WeakMap<Labels, DistributionText>>()

export function renderLabels(labels: Labels): string {
  const known = labelTexts.get(labels)
  if (known !== undefined) return known
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`)
  const text = pairs.length === 0 ? '' : `{${pairs.join(',')}}`
  labelTexts.set(labels, text)
  return text
}

export function renderValue(value: number): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}

export function renderSplit({ names, beginnings }: SplitText, valueOf: (name: string) => Value): string {
  let lines = ''
  for (let index = 0; index < names.length; index += 1) {
    const value = valueOf(names[index] ?? '')
    const number = Number(value)
    if (value !== undefined && Number.isFinite(number))
      lines += beginnings[index] + `${renderValue(number)}\n`
  }
  return lines
}

export function renderStates(text: SplitText, current: string): string {
  if (text.held !== current) {
    text.held = current
    // A joined string is flat, one that is added up would be flattened at each scrape.
    text.lines = text.names
      .map((name, index) => `${text.beginnings[index]}${name === current ? 1 : 0}\n`)
      .join('')
  }
  return text.lines
}

export function renderDistribution(metric: Metric, distribution: Distribution): string {
  const { counts, sum } = distribution
  const text = distributionText(metric, distribution)
  let lines = ''
  for (let index = 0; index < text.beginnings.length; index += 1) {
    lines += `${text.beginnings[index]}${renderValue(counts[index] ?? 0)}\n`
  }
  return `${lines}${text.sum}${renderValue(sum)}\n${text.count}${renderValue(counts.at(-1) ?? 0)}\n`
}

export function escapeText(text: string): string {
  return text.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`)
}

export function splitText({ metric, labels, label, names }: Split): SplitText {
  const known = splitTexts.get(metric)?.get(labels)
  if (known?.names === names) return known
  const start = `${metric.name}${openLabels(labels)}${label}="`
  const beginnings = names.map((name) => [start, escapeValue(name), '"} '].join(''))
  const text = { key: beginnings[0] ?? '', names, beginnings, held: undefined, lines: '' }
  return keep(splitTexts, { metric, labels }, text)
}

function distributionText(metric: Metric, { labels, bounds }: Distribution): DistributionText {
  const known = distributionTexts.get(metric)?.get(labels)
  if (known?.bounds === bounds) return known
  const start = `${metric.name}_bucket${openLabels(labels)}le="`
  const beginnings = [...bounds.map(renderBound), '+Inf'].map((bound) => [start, bound, '"} '].join(''))
  const [sum, count] = ['sum', 'count'].map((what) => `${metric.name}_${what}${renderLabels(labels)} `)
  const made = { bounds, beginnings, sum: sum ?? '', count: count ?? '' }
  return keep(distributionTexts, { metric, labels }, made)
}

function keep<Text>(
  texts: WeakMap<Metric, WeakMap<Labels, Text>>,
  { metric, labels }: Pick<Split, 'metric' | 'labels'>,
  text: Text,
): Text {
  const ofMetric = texts.get(metric) ?? new WeakMap<Labels, Text>()
  texts.set(metric, ofMetric.set(labels, text))
  return text
}

/** As far as where one more label can follow. */
function openLabels(labels: Labels): string {
  const text = renderLabels(labels)
  return text === '' ? '{' : `${text.slice(0, -1)},`
}

/** OpenMetrics wants 1.0 where others write 1; the same text in both formats keeps the series the same. */
function renderBound(bound: number): string {
  return Number.isInteger(bound) ? bound.toFixed(1) : String(bound)
}

/** Anything but plain ASCII without the two characters that are escaped; hardly any name has one. */
const special = /[^ !#-[\]-~]/

function escapeValue(value: string): string {
  if (!special.test(value)) return value
  return escapeText(value.toWellFormed()).replaceAll('"', String.raw`\"`)
}

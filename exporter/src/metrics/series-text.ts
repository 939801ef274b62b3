// The lines of series. What does not change from scrape to scrape, which is nearly all, is put together once, each
// character a byte of UTF-8.
import type { Distribution, Labels, Metric, Value } from './metric.ts'
import { asBytes } from './page-bytes.ts'

/** What stands between the name and the value of a series. The same object for the same labels. */
export interface LabelText {
  readonly text: string
  /** The block in which such a series was last written. */
  lastBlock: number
}

interface SplitText {
  readonly of: LabelText
  readonly names: readonly string[]
  /** Each line but its value. */
  readonly beginnings: readonly string[]
  /** The lines of states as they were last written, for the one that held. */
  held: string | undefined
  lines: string
}

interface DistributionText {
  readonly of: LabelText
  readonly bounds: readonly number[]
  readonly beginnings: readonly string[]
  readonly sum: string
  readonly count: string
}

/** Of one metric. */
interface Texts {
  readonly metric: Metric
  readonly splits: WeakMap<Labels, SplitText>
  readonly distributions: WeakMap<Labels, DistributionText>
}

interface Known {
  readonly byText: Map<string, LabelText>
  readonly byLabels: WeakMap<Labels, LabelText>
  readonly byMetric: WeakMap<Metric, Texts>
  /** Of the longest page since it began; a page may be of one target alone. */
  mostSeries: number
}

let known = nothingKnown()

function nothingKnown(): Known {
  return { byText: new Map(), byLabels: new WeakMap(), byMetric: new WeakMap(), mostSeries: 0 }
}

/** Begins anew when most of what is known belongs to labels that are gone. */
export function forgetTexts(series: number): void {
  known.mostSeries = Math.max(known.mostSeries, series)
  if (known.byText.size > 2 * known.mostSeries) known = nothingKnown()
}

export function isWritable(value: Value): value is number | boolean {
  return value !== undefined && Number.isFinite(Number(value))
}

export function labelText(labels: Labels): LabelText {
  const found = known.byLabels.get(labels)
  if (found) return found
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`)
  // A joined string is flat, one that is added up would be flattened at each writing.
  const text = pairs.length === 0 ? ' ' : ['{', pairs.join(','), '} '].join('')
  const made = known.byText.get(text) ?? { text, lastBlock: 0 }
  known.byText.set(text, made)
  known.byLabels.set(labels, made)
  return made
}

export function textsOf(metric: Metric): Texts {
  const found = known.byMetric.get(metric) ?? { metric, splits: new WeakMap(), distributions: new WeakMap() }
  known.byMetric.set(metric, found)
  return found
}

/** Series of one metric that differ in the value of one more label alone. */
interface Split {
  readonly labels: Labels
  readonly label: string
  readonly names: readonly string[]
}

export function splitText({ metric, splits }: Texts, { labels, label, names }: Split): SplitText {
  const found = splits.get(labels)
  if (found?.names === names) return found
  const of = labelText(labels)
  const start = `${metric.name}${openLabels(of)}${label}="`
  const beginnings = names.map((name) => [start, escapeValue(name), '"} '].join(''))
  const made = { of, names, beginnings, held: undefined, lines: '' }
  splits.set(labels, made)
  return made
}

export function statesText(text: SplitText, current: string): string {
  if (text.held !== current) {
    text.held = current
    text.lines = text.names
      .map((name, index) => `${text.beginnings[index]}${name === current ? 1 : 0}\n`)
      .join('')
  }
  return text.lines
}

export function distributionText(
  { metric, distributions }: Texts,
  { labels, bounds }: Distribution,
): DistributionText {
  const found = distributions.get(labels)
  if (found?.bounds === bounds) return found
  const of = labelText(labels)
  const start = `${metric.name}_bucket${openLabels(of)}le="`
  const beginnings = [...bounds.map(renderBound), '+Inf'].map((bound) => [start, bound, '"} '].join(''))
  const [sum = '', count = ''] = ['sum', 'count'].map((what) => [metric.name, '_', what, of.text].join(''))
  const made = { of, bounds, beginnings, sum, count }
  distributions.set(labels, made)
  return made
}

/** As far as where one more label can follow. */
function openLabels({ text }: LabelText): string {
  return text === ' ' ? '{' : `${text.slice(0, -2)},`
}

/** OpenMetrics wants 1.0 where others write 1; the same text in both formats keeps the series the same. */
function renderBound(bound: number): string {
  return Number.isInteger(bound) ? bound.toFixed(1) : String(bound)
}

export function escapeText(text: string): string {
  return text.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`)
}

/** Anything but plain ASCII without the two characters that are escaped; hardly any name has one. */
const special = /[^ !#-[\]-~]/

function escapeValue(value: string): string {
  if (!special.test(value)) return value
  return asBytes(escapeText(value.toWellFormed()).replaceAll('"', String.raw`\"`))
}

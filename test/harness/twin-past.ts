// The same past in a Prometheus and in a VictoriaMetrics: made up from what a live Prometheus has, so that names, labels
// and sizes are real, and long enough for every window that is asked about.
import { parser } from '@prometheus-io/lezer-promql'
import { queryPrometheus } from '../../demo/stack/query.ts'
import type { Sample } from '../../demo/stack/query.ts'
import { servePast } from './past.ts'

export interface TwinPast {
  readonly prometheusUrl: string
  /** Unix seconds. Before it every counter has grown at one pace. */
  readonly steadyEnd: number
  /** Before it counters grew by fits and starts, and began anew once. */
  readonly unsteadyEnd: number
  readonly close: () => Promise<void>
}

export interface TwinPastOptions {
  /** The live Prometheus. */
  readonly liveUrl: string
  /** Which is given the past as well. */
  readonly victoriaUrl: string
  /** What will be asked: only what is named in it is made, for as long as the windows there reach. */
  readonly expressions: readonly string[]
  /** Samples by name, each with the seconds before the steady end and its value, oldest first. */
  readonly more: Readonly<Record<string, readonly (readonly [number, number])[]>>
}

const hourSeconds = 3600
const daySeconds = 86_400
/** The two pasts are so far apart that no window reaches from one into the other. */
const apartSeconds = 40 * daySeconds
const paceSeconds = 10

export async function startTwinPast({
  liveUrl,
  victoriaUrl,
  expressions,
  more,
}: TwinPastOptions): Promise<TwinPast> {
  // Before anything that is there already.
  const steadyEnd = Math.floor(Date.now() / 1000 / hourSeconds - 0.5) * hourSeconds
  const unsteadyEnd = steadyEnd - apartSeconds
  const reaches = reachesOf(expressions)
  const series = await seriesOf(liveUrl, reaches)
  const text = series.map((one) => render(one, reaches.get(one.name) ?? 0, { steadyEnd, unsteadyEnd }))
  const extra = Object.entries(more).flatMap(([name, samples]) =>
    samples.map(([age, value]) => `${name} ${value} ${steadyEnd - age}\n`),
  )
  const body = [...text, ...extra, '# EOF\n'].join('')
  const past = await servePast(body)
  const imported = await fetch(`${victoriaUrl}/api/v1/import/prometheus`, { method: 'POST', body })
  if (!imported.ok) throw new Error(`${victoriaUrl}: expected the past to be taken, got ${imported.status}`)
  await fetch(`${victoriaUrl}/internal/force_flush`)
  return { prometheusUrl: past.url, steadyEnd, unsteadyEnd, close: past.close }
}

const unitSeconds: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: hourSeconds,
  d: daySeconds,
  w: 7 * daySeconds,
}

/** How far back the samples of each name are looked at: by all windows and offsets that a selector stands in. */
function reachesOf(expressions: readonly string[]): ReadonlyMap<string, number> {
  const reaches = new Map<string, number>()
  for (const expression of expressions) {
    parser.parse(expression).iterate({
      enter({ name, node }) {
        if (name !== 'VectorSelector' || !node.firstChild) return
        const metric = expression.slice(node.firstChild.from, node.firstChild.to)
        reaches.set(metric, Math.max(reaches.get(metric) ?? 0, reachOf(node, expression)))
      },
    })
  }
  return reaches
}

type SyntaxNode = ReturnType<typeof parser.parse>['topNode']

function reachOf(selector: SyntaxNode, expression: string): number {
  let seconds = 0
  for (let parent = selector.parent; parent; parent = parent.parent) {
    const durations = ['DurationExpr', 'OffsetDurationExpr'].flatMap((kind) => parent.getChildren(kind))
    for (const { from, to } of durations) {
      for (const [, count, unit = ''] of expression.slice(from, to).matchAll(/(\d+)([a-z]+)/g)) {
        seconds += Number(count) * (unitSeconds[unit] ?? NaN)
      }
    }
  }
  if (Number.isNaN(seconds)) throw new Error(`${expression}: expected durations in known units`)
  return seconds
}

interface LiveSeries {
  readonly name: string
  readonly labels: string
  readonly value: number
  /** What it grows by in a second; undefined for what is no counter. */
  readonly pace: number | undefined
}

async function seriesOf(
  liveUrl: string,
  reaches: ReadonlyMap<string, number>,
): Promise<readonly LiveSeries[]> {
  const [before = [], now = []] = await Promise.all(
    [` offset ${paceSeconds}s`, ''].map((offset) => queryPrometheus(liveUrl, `{__name__=~".+"}${offset}`)),
  )
  const earlier = new Map(before.map((sample) => [JSON.stringify(sample.labels), sample.value]))
  return now
    .filter(({ labels }) => reaches.has(labels['__name__'] ?? ''))
    .map((sample) => liveSeries(sample, earlier.get(JSON.stringify(sample.labels)) ?? sample.value))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

function liveSeries({ labels, value }: Sample, earlier: number): LiveSeries {
  const { __name__: name = '', ...others } = labels
  const pairs = Object.entries(others).map(([label, text]) => `${label}=${JSON.stringify(text)}`)
  const isCounter = /_(?:total|sum|count|bucket)$/.test(name)
  // What did not grow meanwhile has come to what it is within some hours.
  const pace = Math.max(0, value - earlier) / paceSeconds || value / (3 * hourSeconds)
  return { name, labels: `{${pairs.join(',')}}`, value, pace: isCounter ? pace : undefined }
}

/** As in production. */
export const scrapeSeconds = 15
/** Where only a window of hours looks. */
export const sparseSeconds = 300
const lookBackSeconds = 600

/** Ages of samples, youngest first: a scrape every 15 s, and fewer where only a long window reaches. */
function agesOf(reach: number, isCounter: boolean): number[] {
  const ages: number[] = []
  for (let age = 0; age <= reach + lookBackSeconds;) {
    ages.push(age)
    if (isCounter) age += age < 62 * 60 ? scrapeSeconds : sparseSeconds
    else age += age < 70 * 60 ? 60 : age < 25 * hourSeconds ? 300 : hourSeconds
  }
  return ages
}

function render(
  series: LiveSeries,
  reach: number,
  ends: Pick<TwinPast, 'steadyEnd' | 'unsteadyEnd'>,
): string {
  const ages = agesOf(reach, series.pace !== undefined).toReversed()
  const line = (value: number, time: number): string => `${series.name}${series.labels} ${value} ${time}\n`
  const unsteady = ages.map((age) =>
    line(unsteadyValue(series, age, ends.unsteadyEnd), ends.unsteadyEnd - age),
  )
  const steady = ages.map((age) => line(steadyValue(series, age, ends.steadyEnd), ends.steadyEnd - age))
  return [...unsteady, ...steady].join('')
}

/** So long ago a counter began, that no window remembers it. */
const beganSeconds = 400 * daySeconds

function steadyValue(series: LiveSeries, age: number, end: number): number {
  return series.pace === undefined ? gaugeValue(series, age, end) : series.pace * (beganSeconds - age)
}

const resetSeconds = 2000
/** What happens seldom is made to happen often: what a window's edge does to one event is looked at by itself. */
const often = 1000

/** The pace goes from nothing to twice the usual and back in five minutes. */
const unsteadySeconds = (age: number): number => beganSeconds - age + 50 * Math.sin((beganSeconds - age) / 50)

function unsteadyValue(series: LiveSeries, age: number, end: number): number {
  const { pace, value } = series
  if (pace === undefined) {
    const isOff = value <= 1 && phaseOf(series) < 0.25 && Math.floor(age / 1000) % 2 === 1
    return isOff ? 1 - gaugeValue(series, age, end) : gaugeValue(series, age, end)
  }
  const seconds = unsteadySeconds(age) - (age < resetSeconds ? unsteadySeconds(resetSeconds) : 0)
  const grown = often * pace * seconds
  return Number.isInteger(value) ? Math.floor(grown) : grown
}

function gaugeValue(series: LiveSeries, age: number, end: number): number {
  const { name, value } = series
  if (name.endsWith('_uptime_seconds')) return 90 * daySeconds - age
  const isTime = value > 1e9 && value < 1e10
  if (isTime) return value - Math.floor(Date.now() / 1000) + end
  // What is a whole number is a state or a size.
  if (Number.isInteger(value)) return value
  return value * (0.9 + 0.1 * Math.sin(age / 700 + 6.3 * phaseOf(series)))
}

/** From 0 to 1, the same for the same series. */
function phaseOf({ name, labels }: LiveSeries): number {
  let hash = 7
  for (const character of name + labels) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 1009
  return hash / 1009
}

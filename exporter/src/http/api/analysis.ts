// What a week of numbers says: where each is heading, how sure that is, and what to do about it. Pure.
import type { z } from 'zod'
import type { finding, slope, trend } from './models.ts'

export type Trend = z.input<typeof trend>
export type Slope = z.input<typeof slope>
export type Finding = z.input<typeof finding>

export interface Limits {
  readonly cpu_usage: number
  readonly memory_usage: number
  readonly response_time: number
}

const secondsPerDay = 86_400
const fewestPoints = 24

/** Least squares over the points. Undefined where there are too few to say anything. */
export function slopeOf({ target, metric, unit, points }: Trend): Slope | undefined {
  if (points.length < fewestPoints) return undefined
  const xs = points.map(([at]) => Date.parse(at) / 1000 / secondsPerDay)
  const ys = points.map(([, value]) => value)
  const [meanX, meanY] = [mean(xs), mean(ys)]
  const spread = sum(xs.map((x) => (x - meanX) ** 2))
  if (spread === 0) return undefined
  const perDay = sum(xs.map((x, index) => (x - meanX) * ((ys[index] ?? 0) - meanY))) / spread
  const rest = sum(xs.map((x, index) => ((ys[index] ?? 0) - meanY - perDay * (x - meanX)) ** 2))
  const standardError = Math.sqrt(rest / (points.length - 2) / spread)
  return {
    target,
    metric,
    unit,
    per_day: perDay,
    standard_error: standardError,
    direction: direction(perDay, standardError, meanY),
  }
}

/** Steady unless it is more than chance and more than a hundredth of the level in a day. */
function direction(perDay: number, standardError: number, level: number): Slope['direction'] {
  const isReal = Math.abs(perDay) > 2 * standardError && Math.abs(perDay) > Math.abs(level) / 100
  if (!isReal) return 'steady'
  return perDay > 0 ? 'rising' : 'falling'
}

/** A target above a limit, or on its way there. */
export interface Concern {
  readonly target: string
  readonly metric: Exclude<Trend['metric'], 'success_rate'>
  readonly unit: Trend['unit']
  /** The average of its last day. */
  readonly level: number
  readonly limit: number
  /** Until it reaches the limit if it goes on as it does; undefined when it is above it. */
  readonly ahead: { readonly days: number; readonly perDay: number } | undefined
}

const horizonDays = 30

/** Targets that are above a limit, or will be within a month if they go on as they do. */
export function findConcerns(
  trends: readonly Trend[],
  slopes: readonly Slope[],
  limits: Limits,
): readonly Concern[] {
  return trends.flatMap(({ target, metric, unit, points }): Concern[] => {
    if (metric === 'success_rate' || points.length === 0) return []
    const limit = limits[metric]
    const level = mean(points.slice(-fewestPoints).map(([, value]) => value))
    const concern = { target, metric, unit, level, limit }
    if (level > limit) return [{ ...concern, ahead: undefined }]
    const heading = slopes.find((slope) => slope.target === target && slope.metric === metric)
    if (heading?.direction !== 'rising') return []
    const perDay = heading.per_day
    const days = Math.ceil((limit - level) / perDay)
    return days <= horizonDays ? [{ ...concern, ahead: { days, perDay } }] : []
  })
}

export function recommend(trends: readonly Trend[], slopes: readonly Slope[], limits: Limits): Finding[] {
  return findConcerns(trends, slopes, limits).map((concern) => ({
    target: concern.target,
    metric: concern.metric,
    evidence: describeEvidence(concern),
    recommendation: steps[concern.metric],
  }))
}

function describeEvidence({ level, limit, unit, ahead }: Concern): string {
  if (!ahead) return `a day's average of ${shown(level, unit)} is above the limit of ${shown(limit, unit)}`
  return `at ${shown(level, unit)} and rising by ${shown(ahead.perDay, unit)} a day, it reaches the limit of ${shown(limit, unit)} in ${ahead.days} days`
}

const steps: Readonly<Record<Concern['metric'], string>> = {
  cpu_usage: 'look at what keeps it busy, then give it more processors or spread its load',
  memory_usage: 'look for a leak (does it fall after a restart?), then raise its limit',
  response_time: 'look at its slowest dependency first, then at its own processor time',
}

export function summarize(
  slopes: readonly Slope[],
  recommendations: readonly Finding[],
  anomalies: readonly Finding[],
): string {
  if (slopes.length === 0) return 'There is not a day of history yet, so nothing can be said of trends.'
  const rising = slopes.filter(({ direction: way }) => way === 'rising').length
  return `${slopes.length} trends: ${rising} rising. ${count(recommendations.length, 'recommendation')}, ${count(anomalies.length, 'anomaly', 'anomalies')}.`
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number === 0 ? 'No' : number} ${number === 1 ? one : many}`
}

function shown(value: number, unit: string): string {
  return unit === 'percent' ? `${value.toFixed(1)} %` : `${value.toFixed(0)} ms`
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

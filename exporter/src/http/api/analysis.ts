// What a week of numbers says: where each is heading, how sure that is, and what to do about it. Pure.
import type { z } from 'zod'
import type { anomaly, performanceAnalysis, recommendation, slope } from './dashboard-models.ts'
import { fitLine, mean } from './slope.ts'
import type { Line, Trend } from './slope.ts'

export type Slope = z.input<typeof slope>
export type Anomaly = z.input<typeof anomaly>
type Recommendation = z.input<typeof recommendation>
export type Limits = Readonly<Record<Exclude<Trend['metric'], 'success_rate'>, number>>

const pointsPerDay = 24
// Half the width of a 95 % interval, in standard errors.
const width = 2
const horizonDays = 30

/** Undefined where there is not a day of points. */
export function slopeOf(trend: Trend, before: Trend | undefined, limits: Limits): Slope | undefined {
  const line = fitLine(trend.points)
  if (!line) return undefined
  const { target, metric, unit } = trend
  const average = averageOf(trend)
  const limit = metric === 'success_rate' ? null : limits[metric]
  const days = limit === null ? null : daysTo(limit, trend, line.perDay)
  const direction = directionOf(line, average, days)
  return {
    target,
    metric,
    unit,
    average,
    average_before: before && before.points.length > 0 ? averageOf(before) : null,
    per_day: line.perDay,
    per_day_low: line.perDay - width * line.standardError,
    per_day_high: line.perDay + width * line.standardError,
    direction,
    limit,
    days_to_limit: direction === 'rising' || days === 0 ? days : null,
  }
}

export function averageOf({ points }: Trend): number {
  return mean(points.map(([, value]) => value))
}

/** The average of its last day. */
function levelOf({ points }: Trend): number {
  return mean(points.slice(-pointsPerDay).map(([, value]) => value))
}

function daysTo(limit: number, trend: Trend, perDay: number): number | null {
  const level = levelOf(trend)
  if (level >= limit) return 0
  const days = perDay > 0 ? Math.ceil((limit - level) / perDay) : null
  return days !== null && days > daysToReset(trend) ? null : days
}

/** Of a quota that lasts longer than a day: one that is full again each day is judged by what its days come to. */
function daysToReset({ points, resets_at: at }: Trend): number {
  const last = points.at(-1)?.[0]
  if (at === undefined || last === undefined) return Infinity
  const days = (Date.parse(at) - Date.parse(last)) / 86_400_000
  return days > 1 ? days : Infinity
}

/** Steady unless it is more than chance, and more than a hundredth of the level in a day or soon at its limit. */
function directionOf(
  { perDay, standardError }: Line,
  level: number,
  days: number | null,
): Slope['direction'] {
  const isReal = Math.abs(perDay) > width * standardError
  const isMuch = Math.abs(perDay) > Math.abs(level) / 100 || (days ?? Infinity) <= horizonDays
  if (!isReal || !isMuch) return 'steady'
  return perDay > 0 ? 'rising' : 'falling'
}

/** A target that has reached a limit, or is on its way there. */
export interface Concern {
  readonly target: string
  readonly metric: keyof Limits
  readonly unit: Trend['unit']
  /** The average of its last day. */
  readonly level: number
  readonly limit: number
  /** Until it reaches the limit if it goes on as it does; undefined when it is there. */
  readonly ahead: { readonly days: number; readonly perDay: number } | undefined
}

/** Targets that have reached a limit, or will within a month if they go on as they do; the most urgent first. */
export function findConcerns(
  trends: readonly Trend[],
  slopes: readonly Slope[],
  limits: Limits,
): readonly Concern[] {
  const concerns = trends.flatMap((trend): Concern[] => {
    const { target, metric, unit, points } = trend
    if (metric === 'success_rate' || points.length === 0) return []
    const concern = { target, metric, unit, level: levelOf(trend), limit: limits[metric] }
    if (concern.level >= concern.limit) return [{ ...concern, ahead: undefined }]
    const heading = slopes.find((one) => isSame(one, trend))
    const days = heading?.days_to_limit ?? Infinity
    return heading && days <= horizonDays ? [{ ...concern, ahead: { days, perDay: heading.per_day } }] : []
  })
  return concerns.toSorted((a, b) => (a.ahead?.days ?? 0) - (b.ahead?.days ?? 0))
}

export function isSame(
  one: Pick<Trend, 'target' | 'metric'>,
  other: Pick<Trend, 'target' | 'metric'>,
): boolean {
  return one.target === other.target && one.metric === other.metric
}

interface Past {
  readonly trends: readonly Trend[]
  /** Of as long a time before; undefined where it could not be read. */
  readonly earlier: readonly Trend[] | undefined
  /** Undefined where they could not be read. */
  readonly anomalies: readonly Anomaly[] | undefined
}

export function analyze(
  { trends, earlier, anomalies }: Past,
  limits: Limits,
): z.input<typeof performanceAnalysis> {
  const slopes = trends
    .map((trend) =>
      slopeOf(
        trend,
        earlier?.find((one) => isSame(one, trend)),
        limits,
      ),
    )
    .filter((one) => one !== undefined)
  const recommendations = findConcerns(trends, slopes, limits).map(recommend)
  const of = (metric: Trend['metric']): Slope[] => slopes.filter((one) => one.metric === metric)
  return {
    trends: {
      cpu_trend: of('cpu_usage'),
      memory_trend: of('memory_usage'),
      response_time_trend: of('response_time'),
      success_rate_trend: of('success_rate'),
      disk_trend: of('disk_usage'),
      connection_trend: of('connection_usage'),
      quota_trend: of('quota_usage'),
    },
    anomalies: anomalies ? [...anomalies] : null,
    recommendations,
    summary: summarize(slopes, recommendations.length, anomalies?.length),
  }
}

export function recommend(concern: Concern): Recommendation {
  const { target, metric } = concern
  return { target, metric, evidence: describeEvidence(concern), recommendation: steps[metric] }
}

function describeEvidence({ level, limit, unit, ahead }: Concern): string {
  if (!ahead)
    return `a day's average of ${shown(level, unit)} is ${level > limit ? 'above' : 'at'} the limit of ${shown(limit, unit)}`
  return `at ${shown(level, unit)} and rising by ${shown(ahead.perDay, unit)} a day, it reaches the limit of ${shown(limit, unit)} in ${count(ahead.days, 'day')}`
}

const steps: Readonly<Record<Concern['metric'], string>> = {
  cpu_usage: 'look at what keeps it busy, then give it more processors or spread its load',
  memory_usage: 'look for a leak (does it fall after a restart?), then raise its limit',
  response_time: 'look at its slowest dependency first, then at its own processor time',
  disk_usage: 'find what grows, shorten what is retained, then give it a larger disk',
  connection_usage: 'find who keeps sessions open, then pool them, and raise max_connections last',
  quota_usage: 'find who asks most, ask less often or keep the answers, then buy more quota',
}

function summarize(slopes: readonly Slope[], recommended: number, unusual: number | undefined): string {
  if (slopes.length === 0) return 'There is not a day of history yet, so nothing can be said of trends.'
  const rising = slopes.filter(({ direction }) => direction === 'rising').length
  const anomalies = unusual === undefined ? 'Anomalies are not known' : count(unusual, 'anomaly', 'anomalies')
  return `${count(slopes.length, 'trend')}: ${rising} rising. ${count(recommended, 'recommendation')}. ${anomalies}.`
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number === 0 ? 'No' : number} ${number === 1 ? one : many}`
}

function shown(value: number, unit: string): string {
  return unit === 'percent' ? `${value.toFixed(1)} %` : `${value.toFixed(0)} ms`
}

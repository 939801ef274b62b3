// What a report says, read from Prometheus. Numbers and names only: words and pictures are made from it.
import { findConcerns, slopeOf } from '../http/api/analysis.ts'
import type { Concern, Slope, Trend } from '../http/api/analysis.ts'
import { limitsOf, readTrends } from '../http/api/dashboard.ts'
import { queryNow } from '../http/api/upstream.ts'
import { explain } from '../log.ts'
import type { Snapshot } from '../scrape.ts'

export const metrics = ['success_rate', 'response_time', 'cpu_usage', 'memory_usage'] as const
export type MetricName = (typeof metrics)[number]

export interface Course {
  readonly trend: Trend
  readonly average: number
  readonly highest: number
  readonly lowest: number
  /** Undefined while there is not a day of it. */
  readonly slope: Slope | undefined
  /** The average of as long a time before. */
  readonly before: number | undefined
}

export interface AlertFacts {
  readonly alertname: string
  readonly subject: string
  readonly severity: string
  readonly minutes: number
}

export interface TaskFacts {
  readonly task: string
  readonly runs: number
  readonly failures: number
}

export interface ReportFacts {
  readonly from: number
  readonly to: number
  readonly days: number
  readonly limits: Readonly<Record<Exclude<MetricName, 'success_rate'>, number>>
  /** By metric; within one the worst come first. */
  readonly courses: Readonly<Record<MetricName, readonly Course[]>>
  readonly concerns: readonly Concern[]
  /** Undefined where it could not be read. */
  readonly alerts: readonly AlertFacts[] | undefined
  readonly tasks: readonly TaskFacts[] | undefined
  readonly missing: readonly Missing[]
}

/** What cannot be told, and why. */
export type Missing =
  | { readonly what: 'alerts' | 'tasks' | 'before'; readonly reason: string }
  | { readonly what: 'service'; readonly target: string; readonly metric: MetricName }
  | { readonly what: 'hours'; readonly target: string; readonly hours: number; readonly of: number }

export interface ReportOptions {
  readonly prometheus: string
  readonly days: number
  /** Unix seconds. */
  readonly now: number
  readonly settings: Snapshot['settings']
}

/** Rejects where Prometheus cannot even tell the trends: there is nothing to report then. */
export async function readFacts({ prometheus, days, now, settings }: ReportOptions): Promise<ReportFacts> {
  const from = now - days * 86_400
  const missing: Missing[] = []
  const attempt = async <T>(what: 'alerts' | 'tasks' | 'before', read: Promise<T>): Promise<T | undefined> =>
    read.catch((error: unknown) => {
      missing.push({ what, reason: explain(error) })
      return undefined
    })
  const [trends, earlier, alerts, tasks] = await Promise.all([
    readTrends(prometheus, now, days),
    attempt('before', readTrends(prometheus, from, days)),
    attempt('alerts', readAlertFacts(prometheus, days)),
    attempt('tasks', readTaskFacts(prometheus, days)),
  ])
  const limits = limitsOf(settings)
  const slopes = trends.map(slopeOf).filter((slope) => slope !== undefined)
  const services = (settings.services ?? []).map(({ name }) => name)
  return {
    from,
    to: now,
    days,
    limits,
    courses: toCourses(trends, slopes, earlier ?? []),
    concerns: findConcerns(trends, slopes, limits),
    alerts,
    tasks,
    missing: [...missing, ...findGaps(trends, services, days)],
  }
}

function toCourses(
  trends: readonly Trend[],
  slopes: readonly Slope[],
  earlier: readonly Trend[],
): ReportFacts['courses'] {
  const course = (metric: MetricName): Course[] => {
    const isSame = (one: { target: string; metric: string }, trend: Trend): boolean =>
      one.target === trend.target && one.metric === trend.metric
    const courses = trends
      .filter((trend) => trend.metric === metric && trend.points.length > 0)
      .map((trend) => {
        const values = trend.points.map(([, value]) => value)
        return {
          trend,
          average: mean(values),
          highest: Math.max(...values),
          lowest: Math.min(...values),
          slope: slopes.find((slope) => isSame(slope, trend)),
          before: average(earlier.find((one) => isSame(one, trend))),
        }
      })
    const worse = metric === 'success_rate' ? -1 : 1
    return courses.toSorted((a, b) => worse * (b.average - a.average))
  }
  return Object.fromEntries(metrics.map((metric) => [metric, course(metric)])) as Record<MetricName, Course[]>
}

function average(trend: Trend | undefined): number | undefined {
  return trend && trend.points.length > 0 ? mean(trend.points.map(([, value]) => value)) : undefined
}

/** Services that a metric says nothing of, and those it says nothing of for hours. */
function findGaps(trends: readonly Trend[], services: readonly string[], days: number): Missing[] {
  return services.flatMap((target) =>
    metrics.flatMap((metric): Missing[] => {
      const hours = trends.find((one) => one.target === target && one.metric === metric)?.points.length ?? 0
      if (hours === 0) return [{ what: 'service', target, metric }]
      const isShort = metric === 'success_rate' && hours < days * 24
      return isShort ? [{ what: 'hours', target, hours, of: days * 24 }] : []
    }),
  )
}

async function readAlertFacts(base: string, days: number): Promise<AlertFacts[]> {
  const query = `sum by (alertname, severity, target, task, instance) (count_over_time(ALERTS{alertstate="firing",alertname!="Watchdog"}[${days}d:1m]))`
  const series = await queryNow(base, query)
  return series
    .map(({ labels, points }) => ({
      alertname: labels['alertname'] ?? '',
      subject: labels['target'] ?? labels['task'] ?? labels['instance'] ?? '',
      severity: labels['severity'] ?? '',
      minutes: points[0]?.[1] ?? 0,
    }))
    .toSorted((a, b) => b.minutes - a.minutes)
}

async function readTaskFacts(base: string, days: number): Promise<TaskFacts[]> {
  const by = async (metric: string): Promise<ReadonlyMap<string, number>> => {
    const series = await queryNow(base, `sum by (task) (increase(${metric}[${days}d]))`)
    return new Map(
      series.map(({ labels, points }) => [labels['task'] ?? '', Math.round(points[0]?.[1] ?? 0)]),
    )
  }
  const [runs, failures] = await Promise.all([
    by('watchpost_task_runs_total'),
    by('watchpost_task_run_failures_total'),
  ])
  return [...runs]
    .map(([task, count]) => ({ task, runs: count, failures: failures.get(task) ?? 0 }))
    .toSorted((a, b) => b.failures - a.failures || a.task.localeCompare(b.task))
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length
}

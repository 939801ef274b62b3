// What a report says, read from Prometheus. Numbers and names only: words and pictures are made from it.
import { averageOf, findConcerns, isSame, slopeOf } from '../http/api/analysis.ts'
import type { Anomaly, Concern, Limits, Slope } from '../http/api/analysis.ts'
import { limitsOf, readAnomalies, readTrends } from '../http/api/past.ts'
import { trendMetrics } from '../http/api/dashboard-models.ts'
import type { Trend } from '../http/api/slope.ts'
import { queryNow } from '../upstream.ts'
import { explain } from '../log.ts'
import type { Snapshot } from '../scrape.ts'

export const metrics = trendMetrics
export type MetricName = Trend['metric']

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

/** Of what is sent to people, the worst first; the others steer what is sent. */
const severities = ['critical', 'warning', 'info'] as const
export type Severity = (typeof severities)[number]

interface AlertFacts {
  readonly alertname: string
  readonly subject: string
  readonly severity: Severity
  readonly minutes: number
}

interface TaskFacts {
  readonly task: string
  readonly runs: number
  readonly failures: number
}

export interface ReportFacts {
  readonly from: number
  readonly to: number
  readonly days: number
  readonly limits: Limits
  /** By metric; within one the worst come first. */
  readonly courses: Readonly<Record<MetricName, readonly Course[]>>
  readonly concerns: readonly Concern[]
  /** Undefined where it could not be read. */
  readonly anomalies: readonly Anomaly[] | undefined
  readonly alerts: readonly AlertFacts[] | undefined
  readonly tasks: readonly TaskFacts[] | undefined
  readonly missing: readonly Missing[]
}

/** What cannot be told, and why. */
export type Missing =
  | { readonly what: Part; readonly reason: string }
  | { readonly what: 'service'; readonly target: string; readonly metric: MetricName }
  | { readonly what: 'hours'; readonly target: string; readonly hours: number; readonly of: number }

type Part = 'anomalies' | 'alerts' | 'tasks' | 'before'

interface ReportOptions {
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
  const attempt = async <T>(what: Part, read: Promise<T>): Promise<T | undefined> =>
    read.catch((error: unknown) => {
      missing.push({ what, reason: explain(error) })
      return undefined
    })
  const [trends, earlier, anomalies, alerts, tasks] = await Promise.all([
    readTrends(prometheus, now, days),
    attempt('before', readTrends(prometheus, from, days)),
    attempt('anomalies', readAnomalies(prometheus, days)),
    attempt('alerts', readAlertFacts(prometheus, days)),
    attempt('tasks', readTaskFacts(prometheus, days)),
  ])
  const limits = limitsOf(settings)
  const services = (settings.services ?? []).map(({ name }) => name)
  const courses = trends
    .filter(({ points }) => points.length > 0)
    .map((trend) => toCourse(trend, earlier, limits))
  const slopes = courses.flatMap(({ slope }) => slope ?? [])
  return {
    from,
    to: now,
    days,
    limits,
    courses: sortCourses(courses),
    concerns: findConcerns(trends, slopes, limits),
    anomalies,
    alerts,
    tasks,
    missing: [...missing, ...findGaps(trends, services, days)],
  }
}

function toCourse(trend: Trend, earlier: readonly Trend[] | undefined, limits: Limits): Course {
  const before = earlier?.find((one) => isSame(one, trend))
  const values = trend.points.map(([, value]) => value)
  return {
    trend,
    average: averageOf(trend),
    highest: Math.max(...values),
    lowest: Math.min(...values),
    slope: slopeOf(trend, before, limits),
    before: before && before.points.length > 0 ? averageOf(before) : undefined,
  }
}

/** By metric, the worst first. */
function sortCourses(courses: readonly Course[]): ReportFacts['courses'] {
  const of = (metric: MetricName): Course[] => {
    const worse = metric === 'success_rate' ? -1 : 1
    return courses
      .filter(({ trend }) => trend.metric === metric)
      .toSorted((a, b) => worse * (b.average - a.average))
  }
  return Object.fromEntries(metrics.map((metric) => [metric, of(metric)])) as Record<MetricName, Course[]>
}

/** What each service should tell of itself. */
const ofServices: readonly MetricName[] = ['success_rate', 'response_time', 'cpu_usage', 'memory_usage']

/** Services that a metric says nothing of, and those it says nothing of for hours. */
function findGaps(trends: readonly Trend[], services: readonly string[], days: number): Missing[] {
  return services.flatMap((target) =>
    ofServices.flatMap((metric): Missing[] => {
      const hours = trends.find((one) => one.target === target && one.metric === metric)?.points.length ?? 0
      if (hours === 0) return [{ what: 'service', target, metric }]
      const isShort = metric === 'success_rate' && hours < days * 24
      return isShort ? [{ what: 'hours', target, hours, of: days * 24 }] : []
    }),
  )
}

async function readAlertFacts(base: string, days: number): Promise<AlertFacts[]> {
  const query = `max by (alertname, severity, target, task, instance) (count_over_time(ALERTS{alertstate="firing",severity=~"${severities.join('|')}",alertname!~"SignalUnusual|SignalVanished"}[${days}d:1m]))`
  const series = await queryNow(base, query)
  const alerts = series.map(({ labels, points }) => ({
    alertname: labels['alertname'] ?? '',
    subject: labels['target'] ?? labels['task'] ?? labels['instance'] ?? '',
    severity: severities.find((one) => one === labels['severity']) ?? 'info',
    minutes: points[0]?.[1] ?? 0,
  }))
  const rank = ({ severity }: AlertFacts): number => severities.indexOf(severity)
  return alerts.toSorted((a, b) => rank(a) - rank(b) || b.minutes - a.minutes)
}

async function readTaskFacts(base: string, days: number): Promise<TaskFacts[]> {
  const by = async (metric: string): Promise<ReadonlyMap<string, number>> => {
    const series = await queryNow(
      base,
      `sum by (task) (max without (instance) (increase(${metric}[${days}d])))`,
    )
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

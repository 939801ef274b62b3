// The last days as Prometheus knows them: hourly averages, and what was unusual.
import type { Snapshot } from '../../scrape.ts'
import type { Anomaly, Limits } from './analysis.ts'
import type { Trend } from './slope.ts'
import { queryNow, queryRange } from '../../upstream.ts'
import type { Series } from '../../upstream.ts'

interface Query extends Pick<Trend, 'metric' | 'unit'> {
  readonly query: string
}

const probeTime = 'watchpost_target_probe_duration_seconds'
const inHour = (metric: string): string => `100 * avg_over_time(${metric}[1h])`
// Several exporters that watch the same fleet are one reading.
const ofTargets = (query: string): string => `avg by (target) (${query})`
const ofHost = (query: string): string => `label_replace(max(${query}), "target", "host", "", "")`

const queries: readonly Query[] = [
  {
    metric: 'cpu_usage',
    unit: 'percent',
    query: `${ofTargets(inHour('watchpost_service_cpu_usage_ratio'))} or ${ofHost(inHour('watchpost_host_cpu_usage_ratio'))}`,
  },
  {
    metric: 'memory_usage',
    unit: 'percent',
    query: `${ofTargets(inHour('watchpost_service_memory_usage_ratio'))} or ${ofHost(inHour('watchpost_host_memory_usage_ratio'))}`,
  },
  {
    metric: 'disk_usage',
    unit: 'percent',
    query: `max by (target) (label_join(label_replace(${inHour('watchpost_host_filesystem_usage_ratio')}, "target", "host", "", ""), "target", " ", "target", "mountpoint"))`,
  },
  {
    metric: 'response_time',
    unit: 'milliseconds',
    query: `1000 * sum by (target) (rate(${probeTime}_sum{kind="service"}[1h])) / sum by (target) (rate(${probeTime}_count{kind="service"}[1h]))`,
  },
  {
    metric: 'success_rate',
    unit: 'percent',
    query: ofTargets(inHour('watchpost_target_up{kind="service"}')),
  },
  {
    metric: 'connection_usage',
    unit: 'percent',
    query: `max by (target) (sum without (state) (${inHour('watchpost_database_connections')}) / avg_over_time(watchpost_database_connections_max[1h]))`,
  },
  {
    // Of a day, since most quotas are full again each day: what they come to is what may grow.
    metric: 'quota_usage',
    unit: 'percent',
    query:
      '100 * max by (target) (max_over_time(watchpost_data_source_quota_used[1d]) / max_over_time(watchpost_data_source_quota_limit[1d]))',
  },
]

const quotaResets = 'max by (target) (watchpost_data_source_quota_reset_timestamp_seconds)'

/** Over the `days` before `to`. */
export async function readTrends(base: string, to: number, days: number): Promise<Trend[]> {
  const range = { from: to - days * 86_400, to, stepSeconds: 3600 }
  const [resets, ...found] = await Promise.all([
    queryNow(base, quotaResets),
    ...queries.map(async ({ metric, unit, query }) => {
      const series = await queryRange(base, query, range)
      return series.map(({ labels, points }): Trend => {
        const dated = points.map(([at, value]): [string, number] => [toMoment(at), value])
        return { target: labels['target'] ?? '', metric, unit, points: dated }
      })
    }),
  ])
  const resetOf = new Map(resets.map((one) => [one.labels['target'], valueOf(one)]))
  return found.flat().map((trend) => {
    const at = trend.metric === 'quota_usage' ? resetOf.get(trend.target) : undefined
    return at === undefined ? trend : { ...trend, resets_at: toMoment(at) }
  })
}

const anomalies = 'ALERTS{alertname=~"SignalUnusual|SignalVanished",alertstate="firing"}'
const level = 'target_signal:watchpost_anomaly_level'

/** What the seasonal bands of the rules called unusual; the longest first. */
export async function readAnomalies(base: string, days: number): Promise<Anomaly[]> {
  const by = 'by (target, signal, alertname)'
  const [lasted, seen, now, ...bands] = await Promise.all([
    queryNow(base, `max ${by} (count_over_time(${anomalies}[${days}d:1m]))`),
    queryNow(base, `max ${by} (max_over_time(timestamp(${anomalies})[${days}d:1m]))`),
    queryNow(base, `max ${by} (${anomalies})`),
    ...['avg5m', 'lower', 'upper'].map((part) =>
      queryNow(base, `max by (target, signal) (${level}:${part})`),
    ),
  ])
  return lasted
    .map((one): Anomaly => {
      const isActive = valueLike(one, now ?? []) !== undefined
      const kind = one.labels['alertname'] === 'SignalVanished' ? 'vanished' : 'unusual'
      const values = bands.map((band) => valueLike(one, band, ['target', 'signal']))
      return {
        target: one.labels['target'] ?? '',
        metric: one.labels['signal'] ?? '',
        kind,
        minutes: valueOf(one) ?? 0,
        last_seen: toMoment(valueLike(one, seen ?? []) ?? 0),
        is_active: isActive,
        evidence: describeAnomaly(kind, isActive ? values : []),
      }
    })
    .toSorted((a, b) => b.minutes - a.minutes)
}

function describeAnomaly(
  kind: Anomaly['kind'],
  [value, lower, upper]: readonly (number | undefined)[],
): string {
  if (kind === 'vanished') return 'it had requests at the same hour the day before, and has none'
  if (value === undefined || lower === undefined || upper === undefined)
    return 'it was outside what the day and the week before explain'
  const [is, from, to] = [value, lower, upper].map((number) => Number(number.toPrecision(3)))
  return `it is ${is}, outside ${from} to ${to}, which the day and the week before explain`
}

function valueOf({ points }: Series): number | undefined {
  return points[0]?.[1]
}

function valueLike(
  { labels }: Series,
  among: readonly Series[],
  names: readonly string[] = ['target', 'signal', 'alertname'],
): number | undefined {
  const found = among.find((other) => names.every((name) => other.labels[name] === labels[name]))
  return found && valueOf(found)
}

export function limitsOf({ thresholds }: Snapshot['settings']): Limits {
  const { cpu, memory, disk, response_time, connections } = thresholds
  return {
    cpu_usage: cpu * 100,
    memory_usage: memory * 100,
    disk_usage: disk * 100,
    response_time: response_time * 1000,
    connection_usage: connections * 100,
    quota_usage: 100,
  }
}

function toMoment(unixSeconds: number): string {
  return new Date(unixSeconds * 1000).toISOString()
}

// GET /api/monitoring/dashboard: the present from the snapshot, the past from Prometheus, alerts from Alertmanager.
import type { z } from 'zod'
import { explain } from '../../log.ts'
import type { Snapshot } from '../../scrape.ts'
import { recommend, slopeOf, summarize } from './analysis.ts'
import type { Finding, Limits, Trend } from './analysis.ts'
import type { activeAlert, monitoringDashboard } from './models.ts'
import { toSystemMonitoring } from './status.ts'
import { queryNow, queryRange, readAlerts } from './upstream.ts'
import type { UpstreamAlert } from './upstream.ts'

type Dashboard = z.input<typeof monitoringDashboard>

export async function readDashboard(snapshot: Snapshot, days: number): Promise<Dashboard> {
  const { prometheus, alertmanager } = snapshot.settings.upstream
  const missing: string[] = []
  const known = async <T>(
    what: string,
    url: string | undefined,
    read: (base: string) => Promise<T>,
  ): Promise<T | null> => {
    if (url === undefined) {
      missing.push(
        `${what}: the configuration names no upstream.${what === 'active_alerts' ? 'alertmanager' : 'prometheus'}`,
      )
      return null
    }
    try {
      return await read(url)
    } catch (error) {
      missing.push(`${what}: ${explain(error)}`)
      return null
    }
  }
  const [trends, anomalies, alerts] = await Promise.all([
    known('historical_trends', prometheus, (base) => readTrends(base, snapshot.startedAt, days)),
    known('anomalies', prometheus, readAnomalies),
    known('active_alerts', alertmanager, readAlerts),
  ])
  return {
    current_status: toSystemMonitoring(snapshot),
    historical_trends: trends,
    active_alerts: alerts?.map(toAlert) ?? null,
    performance_analysis: trends && analyze(trends, anomalies ?? [], snapshot),
    missing,
    timestamp: new Date(snapshot.startedAt * 1000).toISOString(),
  }
}

export function analyze(trends: readonly Trend[], anomalies: readonly Finding[], { settings }: Snapshot) {
  const slopes = trends.map(slopeOf).filter((slope) => slope !== undefined)
  const limits = limitsOf(settings)
  const recommendations = recommend(trends, slopes, limits)
  return {
    slopes,
    anomalies: [...anomalies],
    recommendations,
    summary: summarize(slopes, recommendations, anomalies),
  }
}

export function limitsOf({ thresholds }: Snapshot['settings']): Limits {
  const { cpu, memory, response_time } = thresholds
  return { cpu_usage: cpu * 100, memory_usage: memory * 100, response_time: response_time * 1000 }
}

const queries: readonly (Pick<Trend, 'metric' | 'unit'> & { readonly query: string })[] = [
  {
    metric: 'cpu_usage',
    unit: 'percent',
    query: '100 * avg_over_time(watchpost_service_cpu_usage_ratio[1h])',
  },
  {
    metric: 'memory_usage',
    unit: 'percent',
    query: '100 * avg_over_time(watchpost_service_memory_usage_ratio[1h])',
  },
  {
    metric: 'response_time',
    unit: 'milliseconds',
    query:
      '1000 * sum by (target) (rate(watchpost_target_probe_duration_seconds_sum{kind="service"}[1h])) / sum by (target) (rate(watchpost_target_probe_duration_seconds_count{kind="service"}[1h]))',
  },
  {
    metric: 'success_rate',
    unit: 'percent',
    query: '100 * avg_over_time(watchpost_target_up{kind="service"}[1h])',
  },
]

/** Hourly averages over the last days. */
export async function readTrends(base: string, now: number, days: number): Promise<Trend[]> {
  const range = { from: now - days * 86_400, to: now, stepSeconds: 3600 }
  const found = await Promise.all(
    queries.map(async ({ metric, unit, query }) => {
      const series = await queryRange(base, query, range)
      return series.map(({ labels, points }): Trend => {
        const dated = points.map(([at, value]): [string, number] => [
          new Date(at * 1000).toISOString(),
          value,
        ])
        return { target: labels['target'] ?? '', metric, unit, points: dated }
      })
    }),
  )
  return found.flat()
}

/** What the seasonal bands of the rules call unusual at this moment. */
export async function readAnomalies(base: string): Promise<Finding[]> {
  const firing = await queryNow(base, 'ALERTS{alertname=~"SignalUnusual|SignalVanished",alertstate="firing"}')
  return firing.map(({ labels }) => ({
    target: labels['target'] ?? '',
    metric: labels['signal'] ?? '',
    evidence:
      labels['alertname'] === 'SignalVanished'
        ? 'it has vanished'
        : 'it is outside what yesterday and last week explain',
    recommendation: 'look at it beside other alerts; do nothing for it alone',
  }))
}

function toAlert({ labels, annotations, startsAt, status }: UpstreamAlert): z.input<typeof activeAlert> {
  return {
    alertname: labels['alertname'] ?? '',
    severity: labels['severity'] ?? '',
    state: status.state,
    started_at: new Date(startsAt).toISOString(),
    labels,
    annotations,
  }
}

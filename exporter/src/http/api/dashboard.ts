// GET /api/monitoring/dashboard: the present from the snapshot, the past from Prometheus, alerts from Alertmanager.
import type { z } from 'zod'
import { explain } from '../../log.ts'
import type { Snapshot } from '../../scrape.ts'
import { analyze } from './analysis.ts'
import { describeProblem } from '../problem.ts'
import type { activeAlert, missingParts, monitoringDashboard } from './dashboard-models.ts'
import { limitsOf, readAnomalies, readTrends } from './past.ts'
import { toSystemMonitoring } from './status.ts'
import { readAlerts } from '../../upstream.ts'
import type { UpstreamAlert } from '../../upstream.ts'

type Dashboard = z.input<typeof monitoringDashboard>
type Part = (typeof missingParts)[number]

const known = new WeakMap<Snapshot, Map<number, Promise<Dashboard>>>()

/** Read once for a snapshot, however many ask: Prometheus has better things to do. */
export function readDashboard(snapshot: Snapshot, days: number): Promise<Dashboard> {
  const byDays = known.get(snapshot) ?? new Map<number, Promise<Dashboard>>()
  known.set(snapshot, byDays)
  const reading = byDays.get(days) ?? composeDashboard(snapshot, days)
  byDays.set(days, reading)
  return reading
}

async function composeDashboard(snapshot: Snapshot, days: number): Promise<Dashboard> {
  const { startedAt: now, settings } = snapshot
  const missing: Dashboard['missing'] = []
  const lack = (part: Part, status: number, detail: string): void => {
    missing.push({ ...describeProblem(status, detail, `/api/monitoring/dashboard?days=${days}`), part })
  }
  const part = async <T>(
    what: Part,
    program: keyof typeof settings.upstream,
    read: (base: string) => Promise<T>,
  ): Promise<T | undefined> => {
    const base = settings.upstream[program]
    if (base === undefined) {
      lack(what, 501, `the configuration names no upstream.${program}`)
      return undefined
    }
    try {
      return await read(base)
    } catch (error) {
      lack(what, 502, `${program}: ${explain(error)}`)
      return undefined
    }
  }
  const [trends, earlier, anomalies, alerts] = await Promise.all([
    part('historical_trends', 'prometheus', (base) => readTrends(base, now, days)),
    part('average_before', 'prometheus', (base) => readTrends(base, now - days * 86_400, days)),
    part('anomalies', 'prometheus', (base) => readAnomalies(base, days)),
    part('active_alerts', 'alertmanager', readAlerts),
  ])
  return {
    current_status: toSystemMonitoring(snapshot),
    historical_trends: trends ?? null,
    active_alerts: alerts?.map(toAlert) ?? null,
    performance_analysis: trends ? analyze({ trends, earlier, anomalies }, limitsOf(settings)) : null,
    missing,
    timestamp: new Date(now * 1000).toISOString(),
  }
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

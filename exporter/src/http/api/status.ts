// A snapshot in the platform's own data models. Pure: metrics and JSON are made from the same facts.
import type { z } from 'zod'
import type { DataSourceReading } from '../../collectors/data-sources/watch.ts'
import { filesystemUsage, memoryUsage } from '../../collectors/host/facts.ts'
import type { ServiceReading } from '../../collectors/services/watch.ts'
import type { Snapshot } from '../../scrape.ts'
import type { dataSourceStatus, microserviceStatus, systemMonitoring, systemOverview } from './models.ts'
import { toExecutionStats } from './task-stats.ts'
import { extreme, moment, sum, times } from './units.ts'

export function toMicroservices({ readings }: Snapshot): Record<string, z.input<typeof microserviceStatus>> {
  return Object.fromEntries(
    (readings.services?.targets ?? []).map((target) => [target.target, toMicroservice(target)]),
  )
}

function toMicroservice({ health, ...target }: ServiceReading): z.input<typeof microserviceStatus> {
  return {
    service_name: target.target,
    status: target.status,
    reason: target.reason,
    detail: target.detail ?? null,
    uptime: health?.uptimeSeconds ?? null,
    response_time: times(target.durationSeconds, 1000),
    memory_usage: times(health?.memoryUsageRatio, 100),
    cpu_usage: times(health?.cpuUsageRatio, 100),
    request_count: health?.requests ?? null,
    error_count: health?.errors ?? null,
    last_check: moment(target.probedAt),
    dependencies: target.dependencies
      .filter(({ depth }) => depth === 'direct')
      .map(({ dependency }) => dependency),
    health_endpoint: target.info['url'] ?? '',
  }
}

export function toDataSources({ readings }: Snapshot): Record<string, z.input<typeof dataSourceStatus>> {
  const targets = readings.data_sources?.targets ?? []
  return Object.fromEntries(targets.map((target) => [target.target, toDataSource(target)]))
}

function toDataSource(target: DataSourceReading): z.input<typeof dataSourceStatus> {
  return {
    source_name: target.target,
    status: target.connection ?? null,
    detail: target.detail ?? null,
    last_sync: moment(target.lastSyncAt),
    sync_frequency: shownSpan(target.syncSeconds ?? target.observedSyncSeconds),
    data_quality: times(target.quality?.score, 100),
    error_count: target.errors,
    response_time: times(target.durationSeconds, 1000),
    api_quota_used: target.quota?.used ?? null,
    api_quota_limit: target.quota?.limit ?? null,
  }
}

function toOverview(snapshot: Snapshot): z.input<typeof systemOverview> {
  const published = statistic(snapshot, 'posts', 'published')
  const posts = statistic(snapshot, 'posts')
  return {
    total_kols: statistic(snapshot, 'kols'),
    active_kols: statistic(snapshot, 'kols', 'active'),
    total_posts: posts,
    published_posts: published,
    success_rate: posts && published !== null ? (100 * published) / posts : null,
    ...toMachine(snapshot),
    timestamp: new Date(snapshot.startedAt * 1000).toISOString(),
  }
}

const unknownMachine = {
  system_uptime: null,
  memory_usage: null,
  cpu_usage: null,
  disk_usage: null,
  network_io: { bytes_received: null, bytes_sent: null },
}

function toMachine({ readings: { host }, startedAt }: Snapshot) {
  if (!host?.facts) return unknownMachine
  const { bootTime, memory, filesystems, network } = host.facts
  const devices = network.filter(({ device }) => device !== 'lo')
  return {
    system_uptime: bootTime === undefined ? null : startedAt - bootTime,
    memory_usage: times(memoryUsage(memory), 100),
    cpu_usage: times(host.cpuUsageRatio, 100),
    disk_usage: times(extreme(Math.max, filesystems.map(filesystemUsage)), 100),
    network_io: {
      bytes_received: sum(devices, ({ values }) => values[0] ?? 0),
      // In /proc/net/dev eight columns of what was received come before what was sent.
      bytes_sent: sum(devices, ({ values }) => values[8] ?? 0),
    },
  }
}

export function toSystemMonitoring(snapshot: Snapshot): z.input<typeof systemMonitoring> {
  const services = Object.values(toMicroservices(snapshot))
  const stats = Object.values(toExecutionStats(snapshot))
  const sources = Object.values(toDataSources(snapshot))
  return {
    timestamp: new Date(snapshot.startedAt * 1000).toISOString(),
    system_overview: toOverview(snapshot),
    microservices: Object.fromEntries(
      services.map(({ service_name, status, uptime, response_time }) => [
        service_name,
        {
          status,
          uptime: shownUptime(uptime),
          response_time: response_time === null ? 'unknown' : `${Math.round(response_time)}ms`,
        },
      ]),
    ),
    task_execution: Object.fromEntries(
      stats.map(({ task_type, successful_tasks: success, failed_tasks: failed, total_tasks: total }) => {
        return [`${task_type}_tasks`, { success, failed, total }]
      }),
    ),
    data_sources: Object.fromEntries(
      sources.map(({ source_name, status }) => [source_name, status ?? 'unknown']),
    ),
  }
}

/** The sum over the statistic of that name, or its part in one state. */
function statistic({ readings }: Snapshot, name: string, state?: string): number | null {
  const found = readings.statistics?.statistics.find((one) => one.statistic.name === name)
  if (!found?.series) return null
  const parts = found.series.values.filter(([labels]) => state === undefined || labels['state'] === state)
  return sum(parts, ([, value]) => value)
}

/** As the configuration writes it: 90s, 5m, 1h, 1d. */
function shownSpan(seconds: number | undefined): string {
  if (seconds === undefined) return 'unknown'
  const whole = Math.round(seconds)
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
  ] as const
  const [unit, size] = units.find(([, length]) => whole > 0 && whole % length === 0) ?? ['s', 1]
  return `${whole / size}${unit}`
}

function shownUptime(uptime: number | null): string {
  if (uptime === null) return 'unknown'
  const [days, hours, minutes] = [uptime / 86_400, (uptime % 86_400) / 3600, (uptime % 3600) / 60].map(
    Math.floor,
  )
  return `${days}d ${hours}h ${minutes}m`
}

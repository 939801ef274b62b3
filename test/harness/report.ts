// A Prometheus with three weeks of a fleet in it, and `watchpost report` run on it.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { startPast } from './past.ts'
import type { Past, PastSeries } from './past.ts'

export const now = Math.floor(Date.now() / 1000)
const day = 86_400
const wave = (time: number): number => Math.sin((time / day) * 2 * Math.PI)

export function gauge(name: string, target: string, valueAt: PastSeries['valueAt']): PastSeries {
  return { name, type: 'gauge', labels: `{target="${target}",kind="service"}`, valueAt }
}

/** Takes `secondsAt` for each of its probes, of which there are 40 between two samples. */
function probes(target: string, seconds: number): PastSeries[] {
  const since = (time: number): number => Math.floor((time - now + 40 * day) / 15)
  const part = (suffix: string, valueAt: PastSeries['valueAt']): PastSeries => ({
    ...gauge(`watchpost_target_probe_duration_seconds_${suffix}`, target, valueAt),
  })
  return [part('sum', (time) => since(time) * seconds), part('count', since)]
}

const leak = (time: number): number => 0.7 + (0.01 * (time - now)) / day + 0.002 * wave(time)
const isAway = (time: number): boolean => time > now - 3 * day && time < now - 2 * day

const series: readonly PastSeries[] = [
  gauge('watchpost_target_up', 'ohlc_api', (time) =>
    time > now - 2 * day && time < now - 1.75 * day ? 0 : 1,
  ),
  gauge('watchpost_target_up', 'trainer', () => 1),
  gauge('watchpost_service_cpu_usage_ratio', 'ohlc_api', (time) => 0.4 + 0.1 * wave(time)),
  gauge('watchpost_service_cpu_usage_ratio', 'trainer', (time) => (isAway(time) ? undefined : 0.9)),
  gauge('watchpost_service_memory_usage_ratio', 'ohlc_api', leak),
  gauge('watchpost_service_memory_usage_ratio', 'trainer', () => 0.5),
  ...probes('ohlc_api', 0.12),
  ...probes('trainer', 0.3),
  {
    name: 'watchpost_host_filesystem_usage_ratio',
    type: 'gauge',
    labels: '{mountpoint="/data"}',
    valueAt: (time) => 0.8 + (0.005 * (time - now)) / day,
  },
  ...(['active', 'idle'] as const).map((state, index): PastSeries => ({
    name: 'watchpost_database_connections',
    type: 'gauge',
    labels: `{target="orders_db",state="${state}"}`,
    valueAt: (time) => 20 + index * 10 + (time - now) / day,
  })),
  {
    name: 'watchpost_database_connections_max',
    type: 'gauge',
    labels: '{target="orders_db"}',
    valueAt: () => 100,
  },
  // Full again at midnight; each day ends a little higher than the one before.
  {
    name: 'watchpost_data_source_quota_used',
    type: 'gauge',
    labels: '{target="prices"}',
    valueAt: (time) => ((time % day) / day) * (900 + (20 * (time - now)) / day),
  },
  {
    name: 'watchpost_data_source_quota_limit',
    type: 'gauge',
    labels: '{target="prices"}',
    valueAt: () => 1000,
  },
  ...(['SignalUnusual', 'SignalVanished'] as const).map((alertname, index): PastSeries => ({
    name: 'ALERTS',
    type: 'gauge',
    labels: `{alertname="${alertname}",alertstate="firing",severity="info",signal="request_rate",target="trainer"}`,
    valueAt: (time) => (time > now - 5 * day && time < now - (5 - index * 0.25) * day + 3600 ? 1 : undefined),
  })),
  {
    name: 'ALERTS',
    type: 'gauge',
    labels: '{alertname="ServiceDown",alertstate="firing",severity="critical",target="ohlc_api"}',
    valueAt: (time) => (time > now - 2 * day && time < now - 1.75 * day ? 1 : undefined),
  },
  // Longer than the page: victims come after it, and what only steers messages is not told at all.
  ...(['info', 'none'] as const).map((severity): PastSeries => ({
    name: 'ALERTS',
    type: 'gauge',
    labels: `{alertname="Of_${severity}",alertstate="firing",severity="${severity}",target="trainer"}`,
    valueAt: (time) => (time > now - 2 * day && time < now - day ? 1 : undefined),
  })),
  ...(['runs', 'run_failures'] as const).map((what): PastSeries => ({
    name: `watchpost_task_${what}_total`,
    type: 'counter',
    labels: '{task="fetch_ohlc",task_type="hourly"}',
    valueAt: (time) => Math.floor((time - now + 40 * day) / (what === 'runs' ? 3600 : 36_000)),
  })),
]

export interface ReportWorld {
  /** The line of `upstream` for the Prometheus that knows the fleet. */
  readonly upstream: () => string
  readonly runReport: (prometheus: string, flags?: readonly string[]) => Promise<Outcome>
}

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  readonly output: string
}

async function run(directory: string, prometheus: string, flags: readonly string[]): Promise<Outcome> {
  const file = join(directory, 'watchpost.yml')
  const names = ['ohlc_api', 'trainer', 'newcomer']
  const services = names.map((name) => `  - { name: ${name}, url: 'http://127.0.0.1:1/health' }`)
  await writeFile(file, [`upstream: {${prometheus}}`, 'services:', ...services, ''].join('\n'))
  const output = await mkdtemp(join(directory, 'output-'))
  const program = ['exporter/src/main.ts', 'report', `--config.file=${file}`, `--output=${output}`, ...flags]
  return new Promise((resolve) => {
    execFile(process.execPath, program, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr, output })
    })
  })
}

/** Starts it before the tests of a file, and ends it after them. */
export function useReportWorld(): ReportWorld {
  let past: Past
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'watchpost-report-'))
    past = await startPast(series, { now, days: 21 })
  })
  afterAll(async () => {
    await past.close()
    await rm(directory, { recursive: true })
  })
  return {
    upstream: () => `prometheus: '${past.url}'`,
    runReport: (prometheus, flags = []) => run(directory, prometheus, flags),
  }
}

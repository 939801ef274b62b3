// One service of the fleet as its container: what the engine tells of it.
import type { ServiceEntry } from './catalogue.ts'
import { simulateTraffic } from './traffic.ts'

const memoryLimitBytes = 512 * 1024 * 1024

export interface Container {
  readonly entry: ServiceEntry
  startedAt: number
  restarts: number
  end: { readonly exitCode: number; readonly isOomKill: boolean; readonly at: number } | undefined
}

export function containerName({ entry }: Pick<Container, 'entry'>): string {
  return `platform-${entry.name.replaceAll('_', '-')}-1`
}

export function summarize(container: Container): unknown {
  const { entry, end } = container
  return {
    Id: entry.name,
    Names: [`/${containerName(container)}`],
    Image: `platform/${entry.name.replaceAll('_', '-')}:${entry.version}`,
    State: end ? 'exited' : 'running',
    Labels: labelsOf(container),
  }
}

function labelsOf({ entry }: Container): Readonly<Record<string, string>> {
  return { 'com.docker.compose.service': entry.name.replaceAll('_', '-') }
}

export function inspect(container: Container): unknown {
  const { entry, startedAt, restarts, end } = container
  return {
    Id: entry.name,
    Name: `/${containerName(container)}`,
    Config: { Labels: labelsOf(container) },
    RestartCount: restarts,
    State: {
      Status: end ? 'exited' : 'running',
      OOMKilled: end?.isOomKill ?? false,
      ExitCode: end?.exitCode ?? 0,
      StartedAt: new Date(startedAt).toISOString(),
      Health: { Status: end ? 'unhealthy' : 'healthy' },
    },
    HostConfig: { Memory: memoryLimitBytes, NanoCpus: 1e9 },
  }
}

export function measure({ entry, startedAt, end }: Container): unknown {
  if (end) return {}
  const ageSeconds = (Date.now() - startedAt) / 1000
  const { memory } = simulateTraffic(entry.traffic, entry.name, ageSeconds)
  return {
    cpu_stats: { cpu_usage: { total_usage: ageSeconds * (entry.traffic.cpu / 100) * 1e9 }, online_cpus: 2 },
    memory_stats: {
      usage: Math.round((memory / 100) * memoryLimitBytes),
      limit: memoryLimitBytes,
      stats: { inactive_file: 0 },
    },
  }
}

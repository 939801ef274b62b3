// What is known of one container.
import type { ContainerStats, InspectedContainer, ListedContainer } from '../../probes/docker/docker.ts'

export const containerStates = [
  'created',
  'running',
  'paused',
  'restarting',
  'removing',
  'exited',
  'dead',
] as const
export const healthStates = ['none', 'starting', 'healthy', 'unhealthy'] as const

export interface ContainerFacts {
  readonly name: string
  readonly image: string
  /** The service whose container it is, if it is one of ours. */
  readonly service: string | undefined
  readonly state: string
  readonly health: string | undefined
  readonly restarts: number | undefined
  readonly oomKilled: boolean | undefined
  /** Only of one that has stopped. */
  readonly exitCode: number | undefined
  readonly startedAt: number | undefined
  readonly cpuSeconds: number | undefined
  /** How many processors it may use. */
  readonly cpuLimit: number | undefined
  readonly memoryBytes: number | undefined
  /** Undefined where the machine is the only limit. */
  readonly memoryLimitBytes: number | undefined
  readonly memoryUsageRatio: number | undefined
}

export interface Looked {
  readonly listed: ListedContainer
  readonly inspected: InspectedContainer | undefined
  readonly stats: ContainerStats | undefined
}

export function describeContainer(
  { listed, inspected, stats }: Looked,
  services: readonly string[],
): ContainerFacts {
  return {
    name: nameOf(listed),
    image: listed.Image ?? '',
    service: serviceOf(listed, services),
    ...stateOf(listed, inspected),
    ...usageOf(inspected, stats),
  }
}

type State = Pick<ContainerFacts, 'state' | 'health' | 'restarts' | 'oomKilled' | 'exitCode' | 'startedAt'>

function stateOf(listed: ListedContainer, inspected: InspectedContainer | undefined): State {
  const { Status, Health, OOMKilled, ExitCode, StartedAt } = inspected?.State ?? {}
  const state = Status ?? listed.State ?? 'dead'
  const hasEnded = state === 'exited' || state === 'dead'
  return {
    state,
    health: inspected && (Health?.Status ?? 'none'),
    restarts: inspected?.RestartCount,
    oomKilled: OOMKilled,
    exitCode: hasEnded ? ExitCode : undefined,
    startedAt: moment(StartedAt),
  }
}

type Usage = Pick<
  ContainerFacts,
  'cpuSeconds' | 'cpuLimit' | 'memoryBytes' | 'memoryLimitBytes' | 'memoryUsageRatio'
>

function usageOf(inspected: InspectedContainer | undefined, stats: ContainerStats | undefined): Usage {
  const { Memory: limit, NanoCpus: nanoCpus } = inspected?.HostConfig ?? {}
  const { memory_stats: memory, cpu_stats: cpu } = stats ?? {}
  const memoryBytes = workingSet(memory)
  const memoryLimitBytes = positive(limit)
  return {
    cpuSeconds: ofNano(cpu?.cpu_usage?.total_usage),
    cpuLimit: ofNano(positive(nanoCpus)) ?? positive(cpu?.online_cpus),
    memoryBytes,
    memoryLimitBytes,
    memoryUsageRatio: share(memoryBytes, memoryLimitBytes ?? positive(memory?.limit)),
  }
}

export function nameOf({ Names, Id }: ListedContainer): string {
  // A container has one name of its own; those with a slash inside are what links call it.
  const own = Names?.find((name) => name.lastIndexOf('/') === 0)
  return (own?.slice(1) ?? Id.slice(0, 12)).slice(0, 200)
}

/** The service of Compose, or the name of the container without project and number; - and _ are the same. */
function serviceOf(listed: ListedContainer, services: readonly string[]): string | undefined {
  const plain = (text: string): string => text.replaceAll('-', '_').toLowerCase()
  const labels = listed.Labels ?? {}
  const given = labels['watchpost.service'] ?? labels['com.docker.compose.service'] ?? nameOf(listed)
  return services.find((service) => plain(service) === plain(given))
}

/** As the docker command shows it: files that were only read, and can be dropped at any time, are not use. */
function workingSet(memory: ContainerStats['memory_stats']): number | undefined {
  if (memory?.usage === undefined) return undefined
  const inactive = memory.stats?.inactive_file ?? memory.stats?.total_inactive_file ?? 0
  return Math.max(0, memory.usage - inactive)
}

function share(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined ? undefined : part / whole
}

function ofNano(number: number | undefined): number | undefined {
  return number === undefined ? undefined : number / 1e9
}

function positive(number: number | undefined): number | undefined {
  return number !== undefined && number > 0 ? number : undefined
}

/** Docker writes the year 1 for what has not happened. */
function moment(text: string | undefined): number | undefined {
  const seconds = Date.parse(text ?? '') / 1000
  return seconds > 0 ? seconds : undefined
}

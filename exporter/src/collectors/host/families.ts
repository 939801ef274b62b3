// The machine in node_exporter's shapes, under our prefix.
import { counter, family, gauge } from '../../metrics/metric.ts'
import type { Family, Labels, Metric } from '../../metrics/metric.ts'
import { deviceFamilies, deviceMetrics } from './devices.ts'
import { filesystemUsage, memoryUsage } from './facts.ts'
import type { HostFacts, HostReading } from './facts.ts'

const none: Labels = Object.freeze({})

const source = gauge(
  'watchpost_host_source_info',
  'Where the numbers come from; with node_exporter only the usage ratios are exported, the rest is on its page.',
  ['source'],
)
const cpuRatio = gauge(
  'watchpost_host_cpu_usage_ratio',
  'Share of processor time in use over the last 15 seconds or more, all processors together.',
)
const memoryRatio = gauge(
  'watchpost_host_memory_usage_ratio',
  'Share of memory in use: what is not available, from /proc/meminfo.',
)
const filesystemRatio = gauge(
  'watchpost_host_filesystem_usage_ratio',
  'Share of the file system in use, of what ordinary users may fill, as df shows it.',
  ['mountpoint'],
)
const cpuSeconds = counter(
  'watchpost_host_cpu_seconds_total',
  'Time each processor spent in each mode, from /proc/stat.',
  ['cpu', 'mode'],
)
const uname = gauge('watchpost_host_uname_info', 'What the operating system calls itself; always 1.', [
  'sysname',
  'release',
  'version',
  'machine',
  'nodename',
  'domainname',
])

/** The fields of /proc/meminfo that are exported, with the snake_case that metric names are written in. */
const memoryFields: Readonly<Record<string, string>> = {
  MemTotal: 'total',
  MemFree: 'free',
  MemAvailable: 'available',
  Buffers: 'buffers',
  Cached: 'cached',
  SwapTotal: 'swap_total',
  SwapFree: 'swap_free',
  SwapCached: 'swap_cached',
  Active: 'active',
  Inactive: 'inactive',
  AnonPages: 'anon_pages',
  Mapped: 'mapped',
  Shmem: 'shmem',
  Slab: 'slab',
  SReclaimable: 'slab_reclaimable',
  SUnreclaim: 'slab_unreclaimable',
  Dirty: 'dirty',
  Writeback: 'writeback',
  PageTables: 'page_tables',
  KernelStack: 'kernel_stack',
  Committed_AS: 'committed_as',
  CommitLimit: 'commit_limit',
}

const memory = Object.entries(memoryFields).map(([field, name]) => {
  return { field, metric: gauge(`watchpost_host_memory_${name}_bytes`, `${field} from /proc/meminfo.`) }
})

interface Single {
  readonly metric: Metric
  readonly pick: (facts: HostFacts) => number | undefined
}

const singles: readonly Single[] = [
  { metric: gauge('watchpost_host_load1', 'Load average over 1 minute.'), pick: (facts) => facts.load[0] },
  { metric: gauge('watchpost_host_load5', 'Load average over 5 minutes.'), pick: (facts) => facts.load[1] },
  { metric: gauge('watchpost_host_load15', 'Load average over 15 minutes.'), pick: (facts) => facts.load[2] },
  {
    metric: gauge('watchpost_host_time_seconds', 'The clock of the machine, as Unix time.'),
    pick: (facts) => facts.time,
  },
  {
    metric: gauge('watchpost_host_boot_time_seconds', 'When the machine was started, as Unix time.'),
    pick: (facts) => facts.bootTime,
  },
  {
    metric: counter('watchpost_host_context_switches_total', 'Context switches, from /proc/stat.'),
    pick: (facts) => facts.contextSwitches,
  },
  {
    metric: counter('watchpost_host_forks_total', 'Processes started, from /proc/stat.'),
    pick: (facts) => facts.forks,
  },
  {
    metric: gauge('watchpost_host_procs_running', 'Processes that run or want to, from /proc/stat.'),
    pick: (facts) => facts.processesRunning,
  },
  {
    metric: gauge(
      'watchpost_host_procs_blocked',
      'Processes that wait for input or output, from /proc/stat.',
    ),
    pick: (facts) => facts.processesBlocked,
  },
  {
    metric: gauge('watchpost_host_filefd_allocated', 'Open files, from /proc/sys/fs/file-nr.'),
    pick: (facts) => facts.openFiles,
  },
  {
    metric: gauge('watchpost_host_filefd_maximum', 'Files that may be open, from /proc/sys/fs/file-nr.'),
    pick: (facts) => facts.openFilesMax,
  },
]

export const hostMetrics: readonly Metric[] = [
  source,
  cpuRatio,
  memoryRatio,
  filesystemRatio,
  cpuSeconds,
  uname,
  ...memory.map(({ metric }) => metric),
  ...singles.map(({ metric }) => metric),
  ...deviceMetrics,
]

export function hostFamilies({ facts, source: from, cpuUsageRatio }: HostReading): Family[] {
  if (!facts || !from) return []
  const ratios = [
    family(source, [[{ source: from }, 1]]),
    family(cpuRatio, [[none, cpuUsageRatio]]),
    family(memoryRatio, [[none, memoryUsage(facts.memory)]]),
    family(
      filesystemRatio,
      facts.filesystems.map((item) => [{ mountpoint: item.mountpoint }, filesystemUsage(item)]),
    ),
  ]
  return from === 'node_exporter' ? ratios : [...ratios, ...plainFamilies(facts), ...deviceFamilies(facts)]
}

function plainFamilies(facts: HostFacts): Family[] {
  return [
    family(
      cpuSeconds,
      facts.cpus.flatMap(({ cpu, seconds }) =>
        Object.entries(seconds).map(([mode, value]) => [{ cpu, mode }, value] as const),
      ),
    ),
    family(uname, facts.uname ? [[facts.uname, 1]] : []),
    ...memory.map(({ metric, field }) => family(metric, [[none, facts.memory[field]]])),
    ...singles.map(({ metric, pick }) => family(metric, [[none, pick(facts)]])),
  ]
}

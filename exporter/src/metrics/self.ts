// Metrics of Watchpost's own process, in the names that dashboards for Node.js know.
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { counter, family, gauge, noLabels } from './metric.ts'
import type { Family, Metric, Value } from './metric.ts'

export interface SelfMetrics {
  readonly families: () => readonly Family[]
}

type LagHistogram = ReturnType<typeof monitorEventLoopDelay>
type Read<Source> = readonly (readonly [Metric, (source: Source) => Value])[]

const cpu: Read<NodeJS.CpuUsage> = [
  [
    counter('process_cpu_user_seconds_total', 'CPU time that the process spent in user mode.'),
    ({ user }) => user / 1e6,
  ],
  [
    counter('process_cpu_system_seconds_total', 'CPU time that the process spent in the kernel.'),
    ({ system }) => system / 1e6,
  ],
  [
    counter('process_cpu_seconds_total', 'CPU time that the process spent in all.'),
    ({ user, system }) => (user + system) / 1e6,
  ],
]
const memory: Read<NodeJS.MemoryUsage> = [
  [gauge('process_resident_memory_bytes', 'Memory of the process that is in RAM.'), ({ rss }) => rss],
  [
    gauge('nodejs_heap_size_total_bytes', 'Memory that the JavaScript heap has taken.'),
    ({ heapTotal }) => heapTotal,
  ],
  [gauge('nodejs_heap_size_used_bytes', 'Memory that the JavaScript heap uses.'), ({ heapUsed }) => heapUsed],
  [
    gauge('nodejs_external_memory_bytes', 'Memory of JavaScript objects that is outside of its heap.'),
    ({ external }) => external,
  ],
]
const kernel: Read<string> = [
  [
    gauge('process_virtual_memory_bytes', 'Address space of the process, from /proc.'),
    (status) => kibibytes(status, 'VmSize'),
  ],
  [
    gauge('process_open_fds', 'File descriptors that the process has open, from /proc.'),
    (status) => (status === '' ? undefined : openFileDescriptors()),
  ],
  [
    gauge('process_max_fds', 'File descriptors that the process may open, from /proc.'),
    (status) => (status === '' ? undefined : maxFileDescriptors()),
  ],
]
const quantiles = [50, 90, 99].map((percent): Read<LagHistogram>[number] => [
  gauge(
    `nodejs_eventloop_lag_p${percent}_seconds`,
    `The delay that ${percent} % of the measurements of the event loop since the last scrape did not exceed.`,
  ),
  (lag) => lag.percentile(percent) / 1e9,
])
const eventLoop: Read<LagHistogram> = [
  [
    gauge('nodejs_eventloop_lag_mean_seconds', 'The mean delay of the event loop since the last scrape.'),
    ({ mean }) => mean / 1e9,
  ],
  [
    gauge('nodejs_eventloop_lag_max_seconds', 'The longest delay of the event loop since the last scrape.'),
    ({ max, count }) => (count === 0 ? undefined : max / 1e9),
  ],
  ...quantiles,
]
const started = gauge('process_start_time_seconds', 'When the process was started, in Unix time.')
const build = gauge('nodejs_version_info', 'The version of Node.js that runs the process; always 1.', [
  'version',
])

export function createSelfMetrics(): SelfMetrics {
  const lag = monitorEventLoopDelay()
  lag.enable()
  const startedAt = performance.timeOrigin / 1000
  const version = Object.freeze({ version: process.version })
  return {
    families: () => {
      const families = [
        ...read(cpu, process.cpuUsage()),
        family(started, [[noLabels, startedAt]]),
        ...read(memory, process.memoryUsage()),
        ...read(kernel, readStatus()),
        ...read(eventLoop, lag),
        family(build, [[version, 1]]),
      ]
      lag.reset()
      return families
    },
  }
}

function read<Source>(declared: Read<Source>, source: Source): Family[] {
  return declared.map(([metric, value]) => family(metric, [[noLabels, value(source)]]))
}

/** Empty on systems that have no /proc. */
function readStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8')
  } catch {
    return ''
  }
}

function kibibytes(status: string, key: string): number | undefined {
  const found = new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]
  return found === undefined ? undefined : Number(found) * 1024
}

/** Linux 6.2 and later say how many there are; before, each has to be named. */
function openFileDescriptors(): number {
  return statSync('/proc/self/fd').size || readdirSync('/proc/self/fd').length
}

function maxFileDescriptors(): number | undefined {
  const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
  return soft === undefined ? undefined : Number(soft)
}

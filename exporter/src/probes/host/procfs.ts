// Reads Linux' /proc. Each part that is not there, or not as expected, is undefined and costs nothing else.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface CpuTimes {
  readonly cpu: string
  /** Seconds since boot by mode, as node_exporter names them. */
  readonly seconds: Readonly<Record<string, number>>
}

export interface ProcfsFacts {
  readonly cpus: readonly CpuTimes[]
  readonly bootTime: number | undefined
  readonly contextSwitches: number | undefined
  readonly forks: number | undefined
  readonly processesRunning: number | undefined
  readonly processesBlocked: number | undefined
  /** Bytes by the name that /proc/meminfo gives them. */
  readonly memory: Readonly<Record<string, number>>
  readonly load: readonly (number | undefined)[]
  readonly network: readonly DeviceCounters[]
  readonly disks: readonly DeviceCounters[]
  /** Seconds lost to waiting, by `resource` and `kind`, from the pressure stall information. */
  readonly pressure: readonly Pressure[]
  readonly openFiles: number | undefined
  readonly openFilesMax: number | undefined
  readonly uname: Readonly<Record<string, string>> | undefined
}

interface DeviceCounters {
  readonly device: string
  readonly values: readonly (number | undefined)[]
}

export interface Pressure {
  readonly resource: 'cpu' | 'io' | 'memory' | 'irq'
  readonly kind: 'waiting' | 'stalled'
  readonly seconds: number
}

// Reading is synchronous on purpose: these files come from memory, and going through the thread pool costs five times as much.
export function readProcfs(root: string): ProcfsFacts {
  const file = (path: string): string => readText(join(root, path)) ?? ''
  const [allocated, , maximum] = words(file('sys/fs/file-nr'))
  return {
    ...parseStat(file('stat')),
    memory: parseMemory(file('meminfo')),
    load: words(file('loadavg')).slice(0, 3).map(number),
    // Of process 1, so that a container that has the host's /proc sees the host's network and not its own.
    network: parseNetwork(readText(join(root, '1/net/dev')) ?? file('net/dev')),
    disks: parseDisks(file('diskstats')),
    pressure: (['cpu', 'io', 'memory', 'irq'] as const).flatMap((resource) =>
      parsePressure(resource, file(`pressure/${resource}`)),
    ),
    openFiles: number(allocated),
    openFilesMax: number(maximum),
    uname: readUname(file),
  }
}

/** Whether there is a /proc at all. */
export function hasProcfs(root: string): boolean {
  return readText(join(root, 'stat')) !== undefined
}

const modes = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const
// USER_HZ, the unit of /proc/stat, has been 100 on every architecture that Node runs on.
const ticksPerSecond = 100

type Stat = Pick<
  ProcfsFacts,
  'cpus' | 'bootTime' | 'contextSwitches' | 'forks' | 'processesRunning' | 'processesBlocked'
>

function parseStat(text: string): Stat {
  const rows = new Map(
    text.split('\n').map((line) => [line.slice(0, line.indexOf(' ')), words(line).slice(1)]),
  )
  const first = (key: string): number | undefined => number(rows.get(key)?.[0])
  const cpus = [...rows].flatMap(([key, values]) => {
    const cpu = /^cpu(\d+)$/.exec(key)?.[1]
    if (cpu === undefined) return []
    const seconds = modes.flatMap((mode, index) => {
      const ticks = number(values[index])
      return ticks === undefined ? [] : [[mode, ticks / ticksPerSecond] as const]
    })
    return [{ cpu, seconds: Object.fromEntries(seconds) }]
  })
  return {
    cpus,
    bootTime: first('btime'),
    contextSwitches: first('ctxt'),
    forks: first('processes'),
    processesRunning: first('procs_running'),
    processesBlocked: first('procs_blocked'),
  }
}

function parseMemory(text: string): Record<string, number> {
  const fields = [...text.matchAll(/^([\w()]+):\s+(\d+) kB$/gm)]
  return Object.fromEntries(fields.map(([, name, amount]) => [name, Number(amount) * 1024]))
}

function parseNetwork(text: string): DeviceCounters[] {
  return [...text.matchAll(/^\s*([^\s:]+):\s*(.+)$/gm)].map(([, device = '', rest = '']) => {
    return { device, values: words(rest).map(number) }
  })
}

function parseDisks(text: string): DeviceCounters[] {
  return text.split('\n').flatMap((line) => {
    const [, , device, ...values] = words(line)
    return device === undefined ? [] : [{ device, values: values.map(number) }]
  })
}

function parsePressure(resource: Pressure['resource'], text: string): Pressure[] {
  return [...text.matchAll(/^(some|full) .*total=(\d+)$/gm)].flatMap(([, line, total]) => {
    // All tasks waiting for the processor at once means nothing for the whole machine; the kernel gives 0.
    if (resource === 'cpu' && line === 'full') return []
    const kind = line === 'some' ? 'waiting' : 'stalled'
    return [{ resource, kind, seconds: Number(total) / 1e6 } as const]
  })
}

const unameFiles = {
  sysname: 'ostype',
  release: 'osrelease',
  version: 'version',
  nodename: 'hostname',
  domainname: 'domainname',
} as const

function readUname(file: (path: string) => string): Record<string, string> | undefined {
  const entries = Object.entries(unameFiles).map(([label, path]) => [
    label,
    file(`sys/kernel/${path}`).trim(),
  ])
  return entries.some(([, value]) => value !== '') ? Object.fromEntries(entries) : undefined
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}

function number(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Kernels differ in what they offer, and containers in what they may read: what is not there has no series.
    return undefined
  }
}

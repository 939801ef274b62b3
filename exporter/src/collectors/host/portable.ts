// The machine where there is no /proc. Slow, as systeminformation runs programs for it; the facts are fewer.
import { cpus, hostname, loadavg, machine, release, type, uptime, version } from 'node:os'
import type { CpuInfo } from 'node:os'
import type { Systeminformation } from 'systeminformation'
import type { Filesystem } from '../../probes/host/filesystems.ts'
import type { HostFacts } from './facts.ts'

export async function readPortable(wanted: readonly string[] | undefined, now: number): Promise<HostFacts> {
  const { fsSize, mem, networkStats } = await import('systeminformation')
  const [memory, filesystems, network] = await Promise.all([mem(), fsSize(), networkStats('*')])
  return {
    ...unknown,
    cpus: cpus().map(({ times }, index) => ({ cpu: String(index), seconds: secondsOf(times) })),
    time: now,
    bootTime: Math.round(now - uptime()),
    memory: {
      MemTotal: memory.total,
      MemFree: memory.free,
      MemAvailable: memory.available,
      SwapTotal: memory.swaptotal,
      SwapFree: memory.swapfree,
    },
    load: loadavg(),
    filesystems: filesystems.filter(({ mount }) => wanted?.includes(mount) ?? true).map(describeFilesystem),
    network: network.map((item) => ({ device: item.iface, values: networkValues(item) })),
    uname: {
      sysname: type(),
      release: release(),
      version: version(),
      machine: machine(),
      nodename: hostname(),
      domainname: '',
    },
  }
}

/** What only /proc tells. */
const unknown = {
  disks: [],
  pressure: [],
  contextSwitches: undefined,
  forks: undefined,
  processesRunning: undefined,
  processesBlocked: undefined,
  openFiles: undefined,
  openFilesMax: undefined,
}

function secondsOf({ user, nice, sys, idle, irq }: CpuInfo['times']): Record<string, number> {
  return { user: user / 1000, nice: nice / 1000, system: sys / 1000, idle: idle / 1000, irq: irq / 1000 }
}

function describeFilesystem(found: Systeminformation.FsSizeData): Filesystem {
  const { fs, mount, type: fstype, size, available, used, rw } = found
  return {
    device: fs,
    mountpoint: mount,
    fstype,
    readOnly: rw === false,
    space: {
      sizeBytes: size,
      freeBytes: size - used,
      availableBytes: available,
      files: undefined,
      filesFree: undefined,
    },
  }
}

interface InterfaceStatistics {
  readonly rx_bytes: number
  readonly rx_errors: number
  readonly rx_dropped: number
  readonly tx_bytes: number
  readonly tx_errors: number
  readonly tx_dropped: number
}

/** In the columns of /proc/net/dev. */
function networkValues(item: InterfaceStatistics): (number | undefined)[] {
  const gap = [undefined, undefined, undefined, undefined]
  const received = [item.rx_bytes, undefined, item.rx_errors, item.rx_dropped]
  const sent = [item.tx_bytes, undefined, item.tx_errors, item.tx_dropped]
  return [...received, ...gap, ...sent]
}

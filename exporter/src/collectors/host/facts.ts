// What is known of the machine, from whatever source.
import type { Filesystem, Mount } from '../../probes/host/filesystems.ts'
import type { CpuTimes, ProcfsFacts } from '../../probes/host/procfs.ts'
import type { Reading } from '../collector.ts'

export type HostSource = 'procfs' | 'systeminformation' | 'node_exporter'

export interface HostFacts extends ProcfsFacts {
  readonly filesystems: readonly Filesystem[]
  /** When all of it was read, in Unix seconds by the clock of the machine. */
  readonly time: number
}

export interface HostReading extends Reading {
  readonly facts: HostFacts | undefined
  readonly source: HostSource | undefined
  readonly cpuUsageRatio: number | undefined
}

/** Memory in use as a share of all: what the kernel could not hand out at once. */
export function memoryUsage(memory: HostFacts['memory']): number | undefined {
  const { MemTotal: total, MemAvailable: available, MemFree: free, Buffers: buffers, Cached: cached } = memory
  // Kernels before 3.14 have no MemAvailable.
  const usable = available ?? (free ?? Number.NaN) + (buffers ?? 0) + (cached ?? 0)
  return total ? ratio(total - usable, total) : undefined
}

/** As df counts it: the part that only root may fill is neither used nor available. */
export function filesystemUsage({ space }: Filesystem): number | undefined {
  if (!space) return undefined
  const used = space.sizeBytes - space.freeBytes
  return ratio(used, used + space.availableBytes)
}

export interface CpuSample {
  /** Monotonic, in seconds. */
  readonly at: number
  readonly busy: number
  readonly total: number
}

export function sampleCpu(cpus: readonly CpuTimes[], at: number): CpuSample {
  let idle = 0
  let total = 0
  for (const { seconds } of cpus) {
    // Waiting for a disk leaves the processor free for others.
    idle += (seconds['idle'] ?? 0) + (seconds['iowait'] ?? 0)
    for (const value of Object.values(seconds)) total += value
  }
  return { at, busy: total - idle, total }
}

export function cpuUsage(before: CpuSample, after: CpuSample): number | undefined {
  return ratio(after.busy - before.busy, after.total - before.total)
}

function ratio(part: number, whole: number): number | undefined {
  const value = part / whole
  // Counters of a virtual machine may step back by a tick.
  return Number.isFinite(value) && whole > 0 ? Math.min(1, Math.max(0, value)) : undefined
}

// Those of node_exporter: no files of anybody in them.
const pseudoTypes =
  /^(?:autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tmpfs|tracefs)$/
const pseudoPlaces =
  /^\/(?:dev|proc|sys|run\/credentials\/.+|var\/lib\/docker\/.+|var\/lib\/containers\/storage\/.+)(?:$|\/)/
const maxFilesystems = 50

/** Those that are asked for by name, or all that hold files. */
export function chooseMounts(mounts: readonly Mount[], wanted: readonly string[] | undefined): Mount[] {
  if (wanted) {
    return wanted.map((mountpoint) => {
      const unknown = { device: '', mountpoint, fstype: '', readOnly: false }
      return mounts.find((mount) => mount.mountpoint === mountpoint) ?? unknown
    })
  }
  return mounts
    .filter(({ fstype, mountpoint }) => !pseudoTypes.test(fstype) && !pseudoPlaces.test(mountpoint))
    .slice(0, maxFilesystems)
}

// Partitions and loop devices repeat what their disk says; each container has a veth of its own.
const partOfDisk = /^(?:(?:z?ram|loop|fd|(?:h|s|v|xv)d[a-z]|nvme\d+n\d+p|mmcblk\d+p)\d+)$/
const passingInterface = /^(?:veth|ifb|cali|lxc)/

export function isDisk(device: string): boolean {
  return !partOfDisk.test(device)
}

export function isLastingInterface(device: string): boolean {
  return !passingInterface.test(device)
}

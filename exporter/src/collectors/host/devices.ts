// What the machine says of each of its file systems, interfaces and disks, and of the time it loses waiting.
import { counter, family, gauge } from '../../metrics/metric.ts'
import type { Family, Labels, Metric } from '../../metrics/metric.ts'
import type { Filesystem } from '../../probes/host/filesystems.ts'
import type { Pressure } from '../../probes/host/procfs.ts'
import { isDisk, isLastingInterface } from './facts.ts'
import type { HostFacts } from './facts.ts'

const of = ['device', 'mountpoint', 'fstype']

interface FilesystemFact {
  readonly metric: Metric
  readonly pick: (filesystem: Filesystem) => number | boolean | undefined
}

const filesystemFacts: readonly FilesystemFact[] = [
  {
    metric: gauge('watchpost_host_filesystem_size_bytes', 'Size of the file system.', of),
    pick: ({ space }) => space?.sizeBytes,
  },
  {
    metric: gauge('watchpost_host_filesystem_free_bytes', 'Free space, with what only root may fill.', of),
    pick: ({ space }) => space?.freeBytes,
  },
  {
    metric: gauge('watchpost_host_filesystem_avail_bytes', 'Free space for ordinary users.', of),
    pick: ({ space }) => space?.availableBytes,
  },
  {
    metric: gauge('watchpost_host_filesystem_files', 'Files that the file system can hold.', of),
    pick: ({ space }) => space?.files,
  },
  {
    metric: gauge('watchpost_host_filesystem_files_free', 'Files that can still be made.', of),
    pick: ({ space }) => space?.filesFree,
  },
  {
    metric: gauge('watchpost_host_filesystem_readonly', 'Whether it is mounted read-only.', of),
    pick: ({ readOnly }) => readOnly,
  },
  {
    metric: gauge(
      'watchpost_host_filesystem_device_error',
      'Whether it could not be asked for its space.',
      of,
    ),
    pick: ({ space }) => space === undefined,
  },
]

/** A column of a table of /proc, and how much of it makes one base unit. */
interface Column {
  readonly metric: Metric
  readonly index: number
  readonly per?: number
}

const device = ['device']
const column = (name: string, help: string, index: number): Column => ({
  metric: counter(`watchpost_host_${name}`, help, device),
  index,
})

const networkColumns: readonly Column[] = [
  column('network_receive_bytes_total', 'Bytes received, from /proc/net/dev.', 0),
  column('network_receive_packets_total', 'Packets received, from /proc/net/dev.', 1),
  column('network_receive_errs_total', 'Packets received with errors, from /proc/net/dev.', 2),
  column('network_receive_drop_total', 'Received packets that were dropped, from /proc/net/dev.', 3),
  column('network_transmit_bytes_total', 'Bytes sent, from /proc/net/dev.', 8),
  column('network_transmit_packets_total', 'Packets sent, from /proc/net/dev.', 9),
  column('network_transmit_errs_total', 'Packets that could not be sent, from /proc/net/dev.', 10),
  column('network_transmit_drop_total', 'Packets to send that were dropped, from /proc/net/dev.', 11),
]

const sectors = 1 / 512
const milliseconds = 1000

const diskColumns: readonly Column[] = [
  column('disk_reads_completed_total', 'Reads completed, from /proc/diskstats.', 0),
  { ...column('disk_read_bytes_total', 'Bytes read, from /proc/diskstats.', 2), per: sectors },
  {
    ...column('disk_read_time_seconds_total', 'Time that reads took together, from /proc/diskstats.', 3),
    per: milliseconds,
  },
  column('disk_writes_completed_total', 'Writes completed, from /proc/diskstats.', 4),
  { ...column('disk_written_bytes_total', 'Bytes written, from /proc/diskstats.', 6), per: sectors },
  {
    ...column('disk_write_time_seconds_total', 'Time that writes took together, from /proc/diskstats.', 7),
    per: milliseconds,
  },
  {
    metric: gauge('watchpost_host_disk_io_now', 'Reads and writes under way, from /proc/diskstats.', device),
    index: 8,
  },
  {
    ...column('disk_io_time_seconds_total', 'Time with reads or writes under way, from /proc/diskstats.', 9),
    per: milliseconds,
  },
  {
    ...column(
      'disk_io_time_weighted_seconds_total',
      'Time under way, weighted by how many, from /proc/diskstats.',
      10,
    ),
    per: milliseconds,
  },
]

const pressureHelp = {
  waiting: 'Time in which at least one task waited, from /proc/pressure.',
  stalled: 'Time in which no task could go on, from /proc/pressure.',
} as const

const pressureMetrics = (
  [
    ['cpu', 'waiting'],
    ['io', 'waiting'],
    ['io', 'stalled'],
    ['memory', 'waiting'],
    ['memory', 'stalled'],
    ['irq', 'stalled'],
  ] as const satisfies readonly (readonly [Pressure['resource'], Pressure['kind']])[]
).map(([resource, kind]) => {
  return {
    resource,
    kind,
    metric: counter(`watchpost_host_pressure_${resource}_${kind}_seconds_total`, pressureHelp[kind]),
  }
})

export const deviceMetrics: readonly Metric[] = [
  ...filesystemFacts,
  ...networkColumns,
  ...diskColumns,
  ...pressureMetrics,
].map(({ metric }) => metric)

const none: Labels = Object.freeze({})

export function deviceFamilies(facts: HostFacts): Family[] {
  const filesystems = facts.filesystems.map((item) => {
    return { item, labels: { device: item.device, mountpoint: item.mountpoint, fstype: item.fstype } }
  })
  const interfaces = facts.network.filter((item) => isLastingInterface(item.device))
  // Devices that have never been used are only listed.
  const disks = facts.disks.filter((item) => isDisk(item.device) && item.values.some((value) => value !== 0))
  return [
    ...filesystemFacts.map(({ metric, pick }) =>
      family(
        metric,
        filesystems.map(({ item, labels }) => [labels, pick(item)]),
      ),
    ),
    ...columnFamilies(networkColumns, interfaces),
    ...columnFamilies(diskColumns, disks),
    ...pressureMetrics.map(({ metric, resource, kind }) => {
      const found = facts.pressure.find((item) => item.resource === resource && item.kind === kind)
      return family(metric, [[none, found?.seconds]])
    }),
  ]
}

function columnFamilies(columns: readonly Column[], devices: HostFacts['network']): Family[] {
  const labelled = devices.map((item) => ({ labels: { device: item.device }, values: item.values }))
  return columns.map(({ metric, index, per = 1 }) =>
    family(
      metric,
      labelled.map(({ labels, values }) => {
        const value = values[index]
        return [labels, value === undefined ? undefined : value / per]
      }),
    ),
  )
}

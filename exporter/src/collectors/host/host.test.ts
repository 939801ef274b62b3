import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { collectorContext, renderSeries, startRound } from '../../../../test/harness/collector.ts'
import { serveHttp } from '../../probes/testing/servers.ts'
import { cpuUsage, sampleCpu } from './facts.ts'
import { host } from './host.ts'
import type { HostReading } from './facts.ts'
import { readPortable } from './portable.ts'

let root: string
let procfs: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'watchpost-host-'))
  procfs = join(root, 'proc')
  await cp(join(import.meta.dirname, 'fixtures/proc'), procfs, { recursive: true })
  await mkdir(join(root, 'srv/my data'), { recursive: true })
})
afterAll(() => rm(root, { recursive: true }))

const nobody = 'http://127.0.0.1:1/metrics'

async function collect(section: object = {}): Promise<HostReading> {
  const configured = host.schema.parse({ procfs, rootfs: root, node_exporter: nobody, ...section })
  return host.create(configured, collectorContext()).collect(startRound())
}

async function series(metric: string, section: object = {}): Promise<string[]> {
  return renderSeries(host.families(await collect(section)), `watchpost_host_${metric}`)
}

test('processors are counted in seconds by mode, guests within user', async () => {
  const lines = await series('cpu_seconds_total')
  expect(lines).toHaveLength(16)
  expect(lines).toContain('watchpost_host_cpu_seconds_total{cpu="0",mode="user"} 20')
  expect(lines).toContain('watchpost_host_cpu_seconds_total{cpu="1",mode="idle"} 460')
})

test('memory is in bytes, and its usage is what is not available', async () => {
  expect(await series('memory_total_bytes')).toEqual(['watchpost_host_memory_total_bytes 8192000000'])
  expect(await series('memory_usage_ratio')).toEqual(['watchpost_host_memory_usage_ratio 0.75'])
  expect(await series('memory_swap_total_bytes')).toEqual(['watchpost_host_memory_swap_total_bytes 0'])
})

test('load, boot time, counts of processes and open files', async () => {
  expect(await series('load5')).toEqual(['watchpost_host_load5 0.7'])
  expect(await series('boot_time_seconds')).toEqual(['watchpost_host_boot_time_seconds 1700000000'])
  expect(await series('procs_blocked')).toEqual(['watchpost_host_procs_blocked 1'])
  expect(await series('filefd_maximum')).toEqual(['watchpost_host_filefd_maximum 2466190'])
})

test('interfaces of passing containers are left out', async () => {
  expect(await series('network_receive_bytes_total')).toEqual([
    'watchpost_host_network_receive_bytes_total{device="lo"} 100',
    'watchpost_host_network_receive_bytes_total{device="eth0"} 1076682320',
  ])
  expect(await series('network_transmit_drop_total')).toContain(
    'watchpost_host_network_transmit_drop_total{device="eth0"} 6',
  )
})

test('a disk is counted once, in bytes and seconds, and unused ones are left out', async () => {
  expect(await series('disk_written_bytes_total')).toEqual([
    `watchpost_host_disk_written_bytes_total{device="vda"} ${13_145_056 * 512}`,
  ])
  expect(await series('disk_io_time_seconds_total')).toEqual([
    'watchpost_host_disk_io_time_seconds_total{device="vda"} 18.308',
  ])
  expect(await series('disk_io_now')).toEqual(['watchpost_host_disk_io_now{device="vda"} 2'])
})

test('pressure is the time lost, in seconds', async () => {
  expect(await series('pressure_cpu_waiting_seconds_total')).toEqual([
    'watchpost_host_pressure_cpu_waiting_seconds_total 69.099206',
  ])
  expect(await series('pressure_memory_stalled_seconds_total')).toEqual([
    'watchpost_host_pressure_memory_stalled_seconds_total 0.000001',
  ])
  expect(await series('pressure_irq_stalled_seconds_total')).toEqual([])
})

test('file systems that hold files are found, with blanks in their names', async () => {
  const labels = '{device="/dev/vdb",mountpoint="/srv/my data",fstype="ext4"}'
  expect(await series('filesystem_readonly')).toEqual([
    'watchpost_host_filesystem_readonly{device="/dev/vda",mountpoint="/",fstype="ext4"} 0',
    `watchpost_host_filesystem_readonly${labels} 1`,
  ])
  const [usage] = await series('filesystem_usage_ratio', { filesystems: ['/srv/my data'] })
  expect(usage).toMatch(/^watchpost_host_filesystem_usage_ratio\{mountpoint="\/srv\/my data"\} 0\.\d+$/)
})

test('a file system that is not there is an error of its own and costs nothing else', async () => {
  const section = { filesystems: ['/', '/nowhere'] }
  expect(await series('filesystem_device_error', section)).toEqual([
    'watchpost_host_filesystem_device_error{device="/dev/vda",mountpoint="/",fstype="ext4"} 0',
    'watchpost_host_filesystem_device_error{device="",mountpoint="/nowhere",fstype=""} 1',
  ])
  expect(await series('filesystem_usage_ratio', section)).toHaveLength(1)
})

test('the usage of processors needs two looks, and idle and waiting for disks are not use', async () => {
  const at = (user: number, idle: number, iowait: number) => [{ cpu: '0', seconds: { user, idle, iowait } }]
  expect(cpuUsage(sampleCpu(at(10, 80, 10), 0), sampleCpu(at(15, 93, 12), 20))).toBe(0.25)
  expect(await series('cpu_usage_ratio')).toEqual([])
})

test('numbers that step back or are absurd give no usage outside 0 to 1', () => {
  const sample = (busy: number, total: number) => ({ at: 0, busy, total })
  expect(cpuUsage(sample(10, 20), sample(5, 30))).toBe(0)
  expect(cpuUsage(sample(10, 20), sample(10, 20))).toBeUndefined()
  expect(cpuUsage(sample(10, 20), sample(0, 0))).toBeUndefined()
})

test('files that are missing or garbled cost their own series only', async () => {
  const broken = join(root, 'broken')
  await mkdir(broken)
  await writeFile(join(broken, 'stat'), await readFile(join(procfs, 'stat')))
  await writeFile(join(broken, 'meminfo'), 'MemTotal: a lot kB\n')
  await writeFile(join(broken, 'diskstats'), '\u0000\u0001 nonsense\n')
  const section = { procfs: broken }
  expect(await series('memory_total_bytes', section)).toEqual([])
  expect(await series('memory_usage_ratio', section)).toEqual([])
  expect(await series('load1', section)).toEqual([])
  expect(await series('boot_time_seconds', section)).toHaveLength(1)
  expect(await series('source_info', section)).toEqual(['watchpost_host_source_info{source="procfs"} 1'])
})

test('next to node_exporter only what the alert rules compare is exported', async () => {
  const origin = await serveHttp((_request, response) =>
    response.end('# HELP go_x\ngo_x 1\nnode_load1 0.5\n'),
  )
  const section = { node_exporter: `${origin}/metrics` }
  expect(await series('source_info', section)).toEqual([
    'watchpost_host_source_info{source="node_exporter"} 1',
  ])
  expect(await series('memory_usage_ratio', section)).toHaveLength(1)
  expect(await series('memory_total_bytes', section)).toEqual([])
  expect(await series('load1', section)).toEqual([])
})

test('another program at the place of node_exporter changes nothing', async () => {
  const origin = await serveHttp((_request, response) => response.end('<html>node_modules</html>'))
  const section = { node_exporter: `${origin}/metrics` }
  expect(await series('source_info', section)).toEqual(['watchpost_host_source_info{source="procfs"} 1'])
})

test('switched off it says nothing', async () => {
  expect(host.families(await collect({ enabled: false }))).toEqual([])
})

test('without /proc systeminformation answers, and the page says so', async () => {
  expect(await series('source_info', { procfs: '/nowhere' })).toEqual([
    'watchpost_host_source_info{source="systeminformation"} 1',
  ])
  const facts = await readPortable(['/'], 1_000_000)
  expect(facts.memory['MemTotal']).toBeGreaterThan(1e6)
  expect(facts.cpus.length).toBeGreaterThan(0)
  expect(facts.bootTime).toBeLessThan(1_000_000)
  expect(facts.filesystems.map(({ mountpoint }) => mountpoint)).toEqual(['/'])
})

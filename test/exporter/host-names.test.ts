// Dashboards of node_exporter fit: under its names our series are series that it has, with the same labels.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requireProgram } from '../../demo/programs/find.ts'
import { freePort } from '../../demo/programs/ports.ts'
import { startProcess } from '../../demo/programs/process.ts'
import type { RunningProcess } from '../../demo/programs/process.ts'
import { startExporter } from '../../demo/stack/exporter.ts'
import { queryPrometheus } from '../../demo/stack/query.ts'

const log = (): void => {}
const running: RunningProcess[] = []
let directory: string
let prometheus: string
let peer: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-names-'))
  const [own, other, store] = [await freePort(), await freePort(), await freePort()]
  // It must not notice the other, next to which it would hold its tongue. / is named because that of a container is
  // an overlay, which both leave out by themselves.
  const config = 'host: { node_exporter: "http://127.0.0.1:1/metrics", filesystems: [/] }\n'
  running.push(await startExporter({ directory, port: own, config }))
  peer = `http://127.0.0.1:${other}/metrics`
  const nodeExporter = await requireProgram('node_exporter', { log })
  running.push(
    await startProcess({
      name: 'node_exporter',
      command: nodeExporter.path,
      arguments: [`--web.listen-address=127.0.0.1:${other}`],
      readyUrl: peer,
    }),
  )
  const example = await readFile('examples/node-exporter-dashboards/prometheus.yml', 'utf8')
  const file = join(directory, 'prometheus.yml')
  await writeFile(
    file,
    `global: { scrape_interval: 1s }\n${example.replace('127.0.0.1:8007', `127.0.0.1:${own}`)}`,
  )
  prometheus = `http://127.0.0.1:${store}`
  running.push(
    await startProcess({
      name: 'prometheus',
      command: (await requireProgram('prometheus', { log })).path,
      arguments: [
        `--config.file=${file}`,
        `--storage.tsdb.path=${join(directory, 'data')}`,
        `--web.listen-address=127.0.0.1:${store}`,
      ],
      readyUrl: `${prometheus}/-/ready`,
    }),
  )
})
afterAll(async () => {
  for (const process of running.toReversed()) await process.stop()
  await rm(directory, { recursive: true, force: true })
})

/** What its page has, by name: the labels of a series. */
function readShapes(page: string): Map<string, Set<string>> {
  const shapes = new Map<string, Set<string>>()
  for (const [, name = '', labels = ''] of page.matchAll(/^(node_\w+)(?:\{(.*)\})? /gm)) {
    shapes.set(name, new Set([...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label)))
  }
  return shapes
}

test('every series is one that node_exporter has, with labels that it has', async () => {
  const series = (): ReturnType<typeof queryPrometheus> =>
    queryPrometheus(prometheus, '{__name__=~"node_.+"}')
  await expect.poll(async () => (await series()).length, { timeout: 30_000 }).toBeGreaterThan(50)
  const shapes = readShapes(await (await fetch(peer)).text())
  const strangers = (await series()).flatMap(
    ({ labels: { __name__: name = '', job: _job, instance: _instance, ...labels } }) => {
      const theirs = shapes.get(name)
      const unknown = Object.keys(labels).filter((label) => !theirs?.has(label))
      return theirs && unknown.length === 0 ? [] : [`${name} ${unknown.join()}`]
    },
  )
  expect(strangers).toEqual([])
})

test.each([
  'node_memory_MemTotal_bytes',
  'node_memory_MemTotal_bytes - node_memory_MemAvailable_bytes',
  'sum by (mode) (node_cpu_seconds_total{mode="idle"})',
  'node_filesystem_size_bytes{mountpoint="/"} - node_filesystem_avail_bytes{mountpoint="/"}',
  'node_time_seconds - node_boot_time_seconds',
  'sum(node_network_receive_bytes_total)',
  'node_load1',
  'node_uname_info',
])('a panel that asks for %s has data', async (query) => {
  const found = async (): Promise<number> => (await queryPrometheus(prometheus, query))[0]?.value ?? NaN
  await expect.poll(found, { timeout: 30_000 }).toBeGreaterThan(0)
})

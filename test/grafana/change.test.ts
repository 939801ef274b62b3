// The dashboards where a fleet is small or changes: one target alone, a service under a new name, restarts.
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { TestContext } from 'vitest'
import { stringify } from 'yaml'
import { configFileIn } from '../../demo/stack/exporter.ts'
import { queryPrometheus } from '../../demo/stack/query.ts'
import type { Sample } from '../../demo/stack/query.ts'
import { annotationQueries } from '../../grafana/annotations.ts'
import { all } from '../../grafana/interpolation.ts'
import type { Destination } from '../../grafana/links.ts'
import type { Series } from '../../grafana/proof/ask.ts'
import { seriesOf } from '../../grafana/proof/paths.ts'
import { walk } from '../../grafana/proof/walk.ts'
import type { Server } from '../../grafana/proof/walk.ts'
import { count, named, openWatch, problemsOf } from '../harness/dashboards.ts'
import type { Watch } from '../harness/dashboards.ts'
import { waitFor } from '../harness/wait.ts'

/** Of a test alone: they mostly wait, and so all of them run at once. */
async function open({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): Promise<Opened> {
  const watch = await openWatch()
  const service = await openService()
  onTestFinished(async () => {
    await watch.close()
    service.close()
  })
  return { watch, service }
}

interface Opened {
  readonly watch: Watch
  readonly service: Service
}

interface Service {
  readonly url: string
  /** As if its process began anew: it has been up for no time and has served nothing. */
  readonly restart: () => void
  readonly close: () => void
}

/** Speaks the platform's health contract, with ten requests a second. */
async function openService(): Promise<Service> {
  // Long enough ago that a restart is seen as such on the first reading after it.
  let startedAt = Date.now() - 3_600_000
  const server = createServer((_, response) => {
    const uptime = (Date.now() - startedAt) / 1000
    const counts = { request_count: Math.floor(uptime * 10), error_count: Math.floor(uptime / 10) }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ status: 'healthy', uptime, cpu_usage: 20, memory_usage: 30, ...counts }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const restart = (): void => void (startedAt = Date.now())
  return { url: `http://127.0.0.1:${port}/health`, restart, close: () => server.close() }
}

const patienceSeconds = 60

function isUp(server: Server, target: string): Promise<unknown> {
  const up = `target:watchpost_target_up:min{target="${target}"} == 1`
  return waitFor(`${target} is up`, async () => (await count(server, up)) === 1, patienceSeconds)
}

function labelsOf(series: readonly Series[], label: string): string[] {
  return series.map(({ labels }) => labels[label] ?? '').toSorted((one, other) => (one < other ? -1 : 1))
}

/** What the annotation whose query begins so marks now. */
async function marks({ prometheusUrl }: Server, beginning: string): Promise<readonly Sample[]> {
  const query = annotationQueries.find((one) => one.startsWith(beginning))
  return queryPrometheus(prometheusUrl, query ?? beginning)
}

function valuesOf(series: readonly Series[]): number[] {
  return series.flatMap(({ points }) => points.map(([, value]) => value))
}

test.concurrent('one target alone is shown, and what is not watched is not called good', async (context) => {
  const { watch, service } = await open(context)
  await watch.startExporter({ services: [{ name: 'only', url: service.url }], host: { enabled: false } })
  const server = await watch.startPrometheus()
  await isUp(server, 'only')
  const verdicts = await walk(server, () => true)
  expect(problemsOf(verdicts)).toEqual([])
  const unwatched = new Set(['data_sources', 'databases', 'tasks', 'host'])
  const claims = verdicts.filter(({ isEmpty, dashboard }) => !isEmpty && unwatched.has(dashboard))
  // The line of a limit, or a count of nothing, is no claim about a target.
  expect(named(claims)).toEqual([])
  const stats = await Promise.all([1, 3, 4, 5].map((id) => seriesOf(server, ['overview', id], {})))
  expect(stats.map(valuesOf)).toEqual([[0], [1], [], []])
})

test.concurrent(
  'a service under a new name is one service, and its past keeps the old name',
  async (context) => {
    const { watch, service } = await open(context)
    const as = (name: string) => ({ services: [{ name, url: service.url }] })
    const exporter = await watch.startExporter(as('before'))
    const server = await watch.startPrometheus()
    await isUp(server, 'before')
    await writeFile(configFileIn(join(watch.directory, 'exporter')), stringify(as('after')))
    await fetch(`${exporter.url}/-/reload`, { method: 'POST' })
    await isUp(server, 'after')
    expect(problemsOf(await walk(server, () => true))).toEqual([])
    expect(await marks(server, 'changes(')).toHaveLength(1)
    const now = async (panel: readonly [Destination, number]): Promise<string[]> => [
      ...new Set(labelsOf(await seriesOf(server, panel, {}), 'target')),
    ]
    expect(await now(['overview', 6])).toEqual(['after'])
    expect(await now(['overview', 7])).toEqual(['after', 'before'])
    expect(valuesOf(await seriesOf(server, ['overview', 1], {}))).toEqual([0])
    expect(valuesOf(await seriesOf(server, ['watchpost', 5], {}))).toEqual([1])
    // Whoever still has a link to the old name reads that nothing is known of it, not that it is down.
    expect(await seriesOf(server, ['service', 1], { target: 'before' })).toEqual([])
  },
)

const requestsOf = (server: Server): Promise<readonly Series[]> =>
  seriesOf(server, ['service', 13], { target: 'only' })

/** Until the graph of requests has a point some rounds later than now. */
async function wait(server: Server): Promise<void> {
  const end = Date.now() / 1000 + 8
  const reaches = async (): Promise<boolean> =>
    (await requestsOf(server)).some(({ points }) => (points.at(-1)?.[0] ?? 0) > end)
  await waitFor('the graph goes on', reaches, patienceSeconds)
}

test.concurrent(
  'rates neither fall nor leap at a restart; that of a service is counted and marked, that of Watchpost is none',
  async (context) => {
    const { watch, service } = await open(context)
    const config = { services: [{ name: 'only', url: service.url }] }
    const exporter = await watch.startExporter(config)
    const server = await watch.startPrometheus()
    const isBusy = async (): Promise<boolean> =>
      valuesOf(await requestsOf(server)).filter((value) => value > 5).length > 3
    await waitFor('the graph shows its pace', isBusy, patienceSeconds)
    service.restart()
    await wait(server)
    expect((await marks(server, 'resets(')).map(({ labels }) => labels['target'])).toEqual(['only'])
    await exporter.stop()
    await watch.startExporter(config)
    await wait(server)
    expect(problemsOf(await walk(server, () => true))).toEqual([])
    const rates = valuesOf(await requestsOf(server))
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...rates)).toBeLessThan(25)
    expect(valuesOf(await seriesOf(server, ['services', 9], { target: all }))).toEqual([1])
    const probes = valuesOf(await seriesOf(server, ['watchpost', 9], {}))
    expect(Math.min(...probes)).toBeGreaterThanOrEqual(0)
  },
)

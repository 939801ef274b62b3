// Two of everything on one fleet: a fault is one page, and stays one whatever ends meanwhile.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { renderConfig } from '../../demo/config.ts'
import { startFleet } from '../../demo/fleet.ts'
import type { Fleet } from '../../demo/fleet.ts'
import { freePort } from '../../demo/programs/ports.ts'
import type { RunningProcess } from '../../demo/programs/process.ts'
import { queryPrometheus } from '../../demo/stack/query.ts'
import { startPair } from '../harness/pair.ts'
import type { Pair, Replica } from '../harness/pair.ts'
import { startPart } from '../harness/victoria-metrics.ts'
import { waitFor } from '../harness/wait.ts'
import { startWebhook } from '../harness/webhook.ts'
import type { Webhook } from '../harness/webhook.ts'

const scrapeIntervalSeconds = 2
const pace = 15
const peerTimeoutSeconds = 2
/** All turns have come by then: those of the first Alertmanager, of the second, and of the group's next interval. */
const turnsSeconds = peerTimeoutSeconds + 4
const both: readonly Replica[] = ['a', 'b']

let directory: string
let fleet: Fleet
let webhook: Webhook
let pair: Pair
/** What both Prometheus hand on to, and its address. */
let store: RunningProcess
let storeUrl: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-pair-'))
  webhook = await startWebhook()
  fleet = await startFleet({ ports: 'ephemeral', dataDirectory: join(directory, 'fleet'), speed: 30 })
  const storePort = await freePort()
  storeUrl = `http://127.0.0.1:${storePort}`
  store = await startPart('victoria-metrics', {
    port: storePort,
    factor: 1 / pace,
    replacements: new Map([
      ['/storage', join(directory, 'store')],
      ['dedup.minScrapeInterval=0s', `dedup.minScrapeInterval=${scrapeIntervalSeconds}s`],
    ]),
  })
  pair = await startPair({
    directory,
    config: renderConfig(fleet),
    webhookPort: webhook.port,
    storeAddress: `127.0.0.1:${storePort}`,
    scrapeIntervalSeconds,
    pace,
    peerTimeoutSeconds,
  })
  await fleet.break('trending_api', 'down')
})
afterAll(async () => {
  await pair.stop()
  await store.stop()
  await fleet.stop()
  await webhook.close()
  await rm(directory, { recursive: true })
})

/** What was sent of ServiceDown for the target, in order. */
function sent(target: string): string[] {
  return webhook.alerts
    .filter(({ labels }) => labels['alertname'] === 'ServiceDown' && labels['target'] === target)
    .map(({ status }) => status)
}

/** For as long as anybody could still send. */
async function staysSo(check: () => void, seconds = turnsSeconds): Promise<void> {
  const until = Date.now() + seconds * 1000
  while (Date.now() < until) {
    check()
    await delay(200)
  }
}

const query = (replica: Replica, promql: string) => queryPrometheus(pair.url('prometheus', replica), promql)

async function value(replica: Replica, promql: string): Promise<number | undefined> {
  return (await query(replica, promql))[0]?.value
}

test('each Prometheus has every target once', async () => {
  for (const replica of both) {
    await waitFor('as many series as targets, and both exporters seen', async () => {
      const [series, targets, thresholds, exporters] = await Promise.all([
        value(replica, 'count(watchpost_target_up)'),
        value(replica, 'count(count by (target) (watchpost_target_up))'),
        value(replica, 'count(watchpost_threshold{name="cpu"})'),
        value(replica, 'sum(up{job="watchpost-exporter"})'),
      ])
      expect(series).toBeGreaterThan(0)
      expect({ series, thresholds, exporters }).toEqual({ series: targets, thresholds: 1, exporters: 2 })
      return true
    })
  }
})

test('behind one store the two are one: a target once, a sample an interval, a probe once', async () => {
  const stored = (promql: string) => queryPrometheus(storeUrl, promql)
  const targets = await value('a', 'count(count by (target) (watchpost_target_up))')
  const services = (await value('a', 'count(watchpost_target_up{kind="service"})')) ?? 0
  await waitFor('as one Prometheus has it', async () => {
    expect((await stored('count(watchpost_target_up)'))[0]?.value).toBe(targets)
    const [samples] = await stored('count_over_time(up{job="watchpost"}[10s])')
    // Five in ten seconds, of which an edge may be in or out; two replicas give ten.
    expect(samples?.value).toBeGreaterThanOrEqual(4)
    expect(samples?.value).toBeLessThanOrEqual(6)
    expect(samples?.labels).not.toHaveProperty('replica')
    const probes = `sum(rate(watchpost_target_probes_total{kind="service"}[10s])) * ${scrapeIntervalSeconds}`
    const [probed] = await stored(probes)
    expect(Math.abs((probed?.value ?? 0) / services - 1)).toBeLessThan(0.25)
    return true
  })
})

test('both exporters count the same runs of tasks', async () => {
  await waitFor('the same counts', async () => {
    const [one, other] = await Promise.all(both.map(runsOf))
    expect(one?.length).toBeGreaterThan(5)
    expect(other).toEqual(one)
    return true
  })
})

async function runsOf(replica: Replica): Promise<readonly string[]> {
  const page = await (await fetch(`${pair.url('exporter', replica)}/metrics?collect[]=tasks`)).text()
  return page.split('\n').filter((line) => /^watchpost_task_run(?:s|_failures|_retries)_total\{/.test(line))
}

test('a fault that both see is one page', async () => {
  for (const replica of both) {
    const firing = 'ALERTS{alertname="ServiceDown",alertstate="firing",target="trending_api"}'
    await waitFor('it fires', async () => (await query(replica, firing)).length === 1, 60)
    await waitFor('the Alertmanager knows it, and its peer', async () => {
      const [alerts, status] = await Promise.all([
        ask(replica, 'alerts?filter=alertname=ServiceDown'),
        ask(replica, 'status'),
      ])
      expect(alerts).toMatchObject([{ labels: { target: 'trending_api', cluster: 'test' } }])
      expect(status).toMatchObject({ cluster: { status: 'ready', peers: [{}, {}] } })
      return true
    })
  }
  await waitFor('the page', () => sent('trending_api').length > 0)
  await staysSo(() => expect(sent('trending_api')).toEqual(['firing']))
  expect(webhook.alerts.filter(({ labels }) => labels['replica'] !== undefined)).toEqual([])
}, 120_000)

async function ask(replica: Replica, path: string): Promise<unknown> {
  return (await fetch(`${pair.url('alertmanager', replica)}/api/v2/${path}`)).json()
}

test('an exporter and the Alertmanager that sent end: nothing is sent again, and the next fault is one page', async () => {
  await pair.kill('alertmanager', await whoSent())
  await pair.kill('exporter', 'a')
  const endedAt = Date.now() / 1000
  await fleet.break('ohlc_api', 'down')
  await waitFor('the page', () => sent('ohlc_api').length > 0, 60)
  await staysSo(() => {
    expect(sent('ohlc_api')).toEqual(['firing'])
    expect(sent('trending_api')).toEqual(['firing'])
  })
  // Prometheus a goes on with what the other exporter sees, under the same names and without a gap.
  expect(await value('a', `up{instance="${pair.address('exporter', 'a')}"}`)).toBe(0)
  expect(await value('a', 'min_over_time(up{job="watchpost"}[1m])')).toBe(1)
  expect(await value('a', 'min(timestamp(watchpost_target_up))')).toBeGreaterThan(endedAt)
  expect(await value('a', 'count(count by (instance) (watchpost_target_up))')).toBe(1)
}, 120_000)

test('a Prometheus ends as well: the repair is told once', async () => {
  await pair.kill('prometheus', 'b')
  await fleet.heal('ohlc_api')
  await fleet.heal('trending_api')
  for (const target of ['ohlc_api', 'trending_api']) {
    await waitFor('the repair', () => sent(target).length > 1, 60)
    await staysSo(() => expect(sent(target)).toEqual(['firing', 'resolved']), turnsSeconds / 2)
  }
}, 120_000)

async function whoSent(): Promise<Replica> {
  for (const replica of both) {
    const metrics = await (await fetch(`${pair.url('alertmanager', replica)}/metrics`)).text()
    const count = /^alertmanager_notifications_total\{integration="webhook"[^}]*\} (\d+)/m.exec(metrics)?.[1]
    if (Number(count) > 0) return replica
  }
  throw new Error('expected one of them to have sent')
}

// Two machines as ha/compose.yml describes them, on one: each has an address of its own, to which its ports are
// published, and they reach each other by these alone. Scrapes and rules run faster.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { stringify } from 'yaml'
import { writeConfiguration } from '../../demo/stack/prometheus.ts'
import { queryPrometheus } from '../../demo/stack/query.ts'
import { waitFor } from '../harness/wait.ts'
import { startWebhook } from '../harness/webhook.ts'
import type { Webhook } from '../harness/webhook.ts'
import { startStack } from './compose-stack.ts'
import type { Stack } from './compose-stack.ts'

const run = promisify(execFile)
const replicas = ['a', 'b'] as const
type Replica = (typeof replicas)[number]
const otherOf = { a: 'b', b: 'a' } as const
const scrapeIntervalSeconds = 2
const services = ['exporter', 'exporters', 'prometheus', 'alertmanager']
const project = `watchpost-pair-${process.pid}`

let directory: string
let webhook: Webhook
/** Those that are watched, which answer 500 where they are broken. */
const broken = new Set<string>()
let fleet: Server
let addresses: Readonly<Record<Replica, string>>
const machines = {} as Record<Replica, Stack>

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-pair-'))
  webhook = await startWebhook()
  fleet = createServer(({ url = '' }, response) =>
    response.writeHead(broken.has(url) ? 500 : 200).end('{"status": "healthy"}'),
  )
  fleet.listen(0)
  await once(fleet, 'listening')
  const [a, b] = [await createAddress('a'), await createAddress('b')]
  addresses = { a, b }
  // In folders of their own, which others may read.
  await mkdir(join(directory, 'exporter'))
  const fleetOfTwo = stringify({ services: ['shop', 'store'].map(watched) })
  await writeFile(join(directory, 'exporter/watchpost.yml'), fleetOfTwo)
  await writePrometheus(join(directory, 'prometheus'))
  await Promise.all(replicas.map(async (replica) => (machines[replica] = await startMachine(replica))))
})
afterAll(async () => {
  await Promise.all(Object.values(machines).map((machine) => machine.remove()))
  for (const replica of replicas) await run('docker', ['network', 'rm', `${project}-${replica}`])
  fleet.close()
  fleet.closeAllConnections()
  await webhook.close()
  await rm(directory, { recursive: true })
})

/** This machine's own in a network in which nobody is. */
async function createAddress(replica: Replica): Promise<string> {
  const name = `${project}-${replica}`
  await run('docker', ['network', 'create', name])
  const format = '{{(index .IPAM.Config 0).Gateway}}'
  return (await run('docker', ['network', 'inspect', '--format', format, name])).stdout.trim()
}

function watched(name: string): object {
  const { port } = fleet.address() as AddressInfo
  return { name, url: `http://${addresses.a}:${port}/${name}` }
}

async function writePrometheus(folder: string): Promise<void> {
  const everybody = ['exporters:8007', ...replicas.flatMap((each) => portsOf(`watchpost-${each}`))]
  await writeConfiguration({
    directory: folder,
    file: 'ha.yml',
    scrapeIntervalSeconds,
    pace: 15,
    addresses: new Map(everybody.map((address) => [address, address])),
  })
  await rename(join(folder, 'prometheus.yml'), join(folder, 'ha.yml'))
}

const portsOf = (host: string): string[] => [8007, 9090, 9093].map((port) => `${host}:${port}`)

function startMachine(replica: Replica): Promise<Stack> {
  return startStack({
    project: `${project}-${replica}`,
    services,
    overlays: ['ha/compose.yml', 'test/containers/pair.override.yml'],
    settings: {
      WATCHPOST_CLUSTER: 'test',
      WATCHPOST_REPLICA: replica,
      HA_OTHER_REPLICA: otherOf[replica],
      HA_OWN_ADDRESS: addresses[replica],
      HA_ADDRESS_A: addresses.a,
      HA_ADDRESS_B: addresses.b,
      WATCHPOST_CONFIG_DIRECTORY: join(directory, 'exporter'),
      PROMETHEUS_DIRECTORY: join(directory, 'prometheus'),
      ALERT_CHANNELS: 'webhook',
      ALERT_GROUP_WAIT: '1s',
      ALERT_WEBHOOK_URL: `http://${addresses.a}:${webhook.port}/`,
    },
  })
}

const query = (replica: Replica, promql: string) =>
  queryPrometheus(`http://${addresses[replica]}:9090`, promql)

/** What was sent for the target, in order. */
const sent = (target: string): string[] =>
  webhook.alerts
    .filter(({ labels }) => labels['alertname'] === 'ServiceDown' && labels['target'] === target)
    .map(({ status }) => status)

test('each machine sees its own exporter, and all of the other', async () => {
  for (const replica of replicas) {
    await waitFor(
      'everybody answers',
      async () => {
        const up = await query(replica, 'sum by (job) (up)')
        expect(Object.fromEntries(up.map(({ labels, value }) => [labels['job'], value]))).toEqual({
          watchpost: 1,
          'watchpost-exporter': 2,
          prometheus: 2,
          alertmanager: 2,
        })
        expect(await clusterOf(replica)).toMatchObject({ cluster: { status: 'ready', peers: [{}, {}] } })
        expect(await query(replica, 'watchpost_target_up == 1')).toHaveLength(2)
        return true
      },
      90,
    )
  }
}, 120_000)

async function clusterOf(replica: Replica): Promise<unknown> {
  return (await fetch(`http://${addresses[replica]}:9093/api/v2/status`)).json()
}

test('a fault that both see is one page, also when an exporter and the Alertmanager that sent it end', async () => {
  broken.add('/shop')
  await waitFor('the page', () => sent('shop').length > 0, 60)
  await machines[await whoSent()].compose('kill', 'alertmanager')
  await machines.a.compose('kill', 'exporter')
  broken.add('/store')
  await waitFor('the page of the next fault', () => sent('store').length > 0, 90)
  expect(sent('shop')).toEqual(['firing'])
  expect(sent('store')).toEqual(['firing'])
  expect(webhook.alerts.filter(({ labels }) => labels['replica'] !== undefined)).toEqual([])
}, 180_000)

async function whoSent(): Promise<Replica> {
  for (const replica of replicas) {
    const metrics = await (await fetch(`http://${addresses[replica]}:9093/metrics`)).text()
    const count = /^alertmanager_notifications_total\{integration="webhook"[^}]*\} (\d+)/m.exec(metrics)?.[1]
    if (Number(count) > 0) return replica
  }
  throw new Error('expected one of them to have sent')
}

test('Prometheus a goes on with what the other exporter sees', async () => {
  const [own] = await query('a', 'up{job="watchpost-exporter",instance="watchpost-a:8007"}')
  const [through] = await query('a', 'min_over_time(up{job="watchpost"}[30s])')
  expect({ own: own?.value, through: through?.value }).toEqual({ own: 0, through: 1 })
})

test('an exporter that is made anew, under another address, is found again', async () => {
  await machines.a.compose('rm', '--force', 'exporter')
  // Takes the addresses that are free now.
  const taker = `${project}-taker`
  const network = (name: string): string => `${project}-a_${name}`
  const flags = ['--detach', '--rm', '--name', taker, '--network', network('monitoring')]
  await run('docker', ['run', ...flags, 'haproxy:3.2', 'sleep', '300'])
  onTestFinished(async () => void (await run('docker', ['rm', '--force', taker])))
  await run('docker', ['network', 'connect', network('egress'), taker])
  await machines.a.compose('up', '--detach', '--no-deps', 'exporter')
  await machines.b.compose('kill', 'exporter')
  await waitFor(
    'both have its page',
    async () => {
      for (const replica of replicas) {
        const [other] = await query(replica, 'up{job="watchpost-exporter",instance="watchpost-b:8007"}')
        const [age] = await query(replica, 'time() - timestamp(up{job="watchpost"} == 1)')
        expect(other?.value).toBe(0)
        expect(age?.value).toBeLessThan(2 * scrapeIntervalSeconds)
      }
      return true
    },
    60,
  )
}, 90_000)

test('after the turns of all, each fault is still one page', async () => {
  const [first] = webhook.alerts
  await waitFor('their turns have come', () => Date.now() > (first?.at ?? Infinity) + 20_000)
  expect({ shop: sent('shop'), store: sent('store') }).toEqual({ shop: ['firing'], store: ['firing'] })
})

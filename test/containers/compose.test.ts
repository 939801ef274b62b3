// docker-compose.yml as it is, with the demo's fleet, and without Grafana.
import { beforeAll, describe, expect, test } from 'vitest'
import { servicesOf, startStack } from './compose-stack.ts'
import type { Stack } from './compose-stack.ts'
import { linesOf } from '../harness/documents.ts'
import { startWebhook } from '../harness/webhook.ts'
import type { Webhook } from '../harness/webhook.ts'

const services = ['exporter', 'prometheus', 'alertmanager', 'postgres', 'postgres-standby', 'redis', 'demo']

let webhook: Webhook
let stack: Stack

beforeAll(async () => {
  webhook = await startWebhook()
  stack = await startStack({
    project: `watchpost-test-${process.pid}`,
    services,
    settings: {
      ALERT_CHANNELS: 'webhook',
      ALERT_GROUP_WAIT: '1s',
      ALERT_WEBHOOK_URL: `http://host.docker.internal:${webhook.port}/alerts`,
    },
  })
  return async () => {
    await webhook.close()
    const left = await stack.remove()
    if (left.length > 0) throw new Error(`left behind by the compose stack: ${left.join(' ')}`)
  }
})

interface Series {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [number, string]
}

async function query(expression: string): Promise<readonly Series[]> {
  const url = new URL('/api/v1/query', await stack.url('prometheus', 9090))
  url.searchParams.set('query', expression)
  const body = (await (await fetch(url)).json()) as { data: { result: readonly Series[] } }
  return body.data.result
}

/** The values of `expression` by one label, as text. */
async function valuesBy(label: string, expression: string): Promise<Readonly<Record<string, string>>> {
  const result = await query(expression)
  return Object.fromEntries(result.map(({ metric, value }) => [metric[label] ?? '', value[1]]))
}

test('Prometheus reaches everything it scrapes', async () => {
  await expect
    .poll(() => valuesBy('job', 'up'), { timeout: 60_000, interval: 1000 })
    .toEqual({ watchpost: '1', prometheus: '1', alertmanager: '1' })
})

test('all six services of the demo are up in Prometheus', async () => {
  await expect
    .poll(() => valuesBy('target', 'watchpost_target_up{kind="service"}'), {
      timeout: 60_000,
      interval: 1000,
    })
    .toEqual({
      posting_service: '1',
      ohlc_api: '1',
      analyze_api: '1',
      summary_api: '1',
      trending_api: '1',
      trainer: '1',
    })
})

test('a service of the demo is broken by its own command', async () => {
  const words = ['demo', 'node', 'demo/control.ts', 'break', 'ohlc_api', 'down']
  expect(await stack.compose('exec', '-T', ...words)).toContain('ohlc_api')
})

test('the standby of the demo follows its primary, and its cache is used', async () => {
  await expect
    .poll(() => valuesBy('target', 'watchpost_target_up{kind="database"}'), {
      timeout: 60_000,
      interval: 1000,
    })
    .toEqual({ platform_db: '1', platform_db_standby: '1', cache: '1' })
  const lag = 'watchpost_database_replication_lag_seconds{target="platform_db_standby"}'
  await expect
    .poll(async () => Number((await valuesBy('target', lag))['platform_db_standby']), {
      timeout: 60_000,
      interval: 1000,
    })
    .toBeLessThan(60)
  await expect
    .poll(() => valuesBy('target', 'watchpost_database_cache_hits_total{target="cache"} > 0'), {
      timeout: 60_000,
      interval: 1000,
    })
    .toHaveProperty('cache')
})

test('what Prometheus stores is kept for the days of the settings', async () => {
  const answer = await fetch(new URL('/api/v1/status/flags', await stack.url('prometheus', 9090)))
  const { data } = (await answer.json()) as { data: Readonly<Record<string, string>> }
  expect(data['storage.tsdb.retention.time']).toBe('30d')
})

describe.each(services)('the container of %s', (service) => {
  test('runs without root, on a read-only disk, with no capability and within limits', async () => {
    const container = (await stack.containers()).get(service)
    expect(container?.HostConfig).toMatchObject({
      ReadonlyRootfs: true,
      Privileged: false,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      Memory: expect.toSatisfy((bytes: number) => bytes > 0),
      NanoCpus: expect.toSatisfy((cpus: number) => cpus > 0),
      PidsLimit: expect.toSatisfy((pids: number) => pids > 0),
    })
    expect(await stack.compose('exec', '-T', service, 'id', '-u')).not.toBe('0')
    await expect(stack.compose('exec', '-T', service, 'touch', '/written')).rejects.toThrow(
      'Read-only file system',
    )
  })

  test('listens on this machine alone', async () => {
    const container = (await stack.containers()).get(service)
    const bindings = Object.values(container?.NetworkSettings.Ports ?? {}).flatMap((list) => list ?? [])
    expect(new Set(bindings.map(({ HostIp }) => HostIp)).difference(new Set(['127.0.0.1']))).toEqual(
      new Set(),
    )
  })
})

test('the role that watches the database may read everything and change nothing', async () => {
  const asRole = (sql: string): Promise<string> => {
    const script = `PGPASSWORD=$(cat /run/secrets/monitoring_db_password) psql -qtA -h 127.0.0.1 -U monitoring_user -d monitoring -c "$0"`
    return stack.compose('exec', '-T', 'postgres', 'sh', '-c', script, sql)
  }
  expect(await asRole('SELECT count(*) > 0 FROM posts')).toBe('t')
  await expect(asRole('CREATE TABLE written ()')).rejects.toThrow('read-only transaction')
  await expect(asRole('BEGIN READ WRITE; CREATE TABLE written ()')).rejects.toThrow('permission denied')
})

const verbs = new Set(['up', 'exec', 'logs', 'ps'])
const commands = linesOf('compose').map((line) => {
  const words = line.split(' ').slice(2)
  const at = words.findIndex((word) => verbs.has(word))
  return { line, flags: words.slice(0, at), verb: words[at] ?? '', words: words.slice(at + 1) }
})
// What is added in a file of its own is read by Compose, and not started: its images are not all to be had.
const isRun = ({ flags, verb }: (typeof commands)[number]): boolean => flags.length === 0 && verb !== 'up'

test.each(commands.filter((one) => !isRun(one)))(
  'is understood by Compose: $line',
  async ({ flags, words }) => {
    const known = await servicesOf(flags)
    const named = words.filter((word) => !word.startsWith('-'))
    expect(new Set(named).difference(known)).toEqual(new Set())
    expect(known.has('exporter')).toBe(true)
  },
)

test.each(commands.filter(isRun))('does what it says here: $line', async ({ verb, words }) => {
  const { code, output } = await stack.attempt(verb, ...(verb === 'exec' ? ['-T'] : []), ...words)
  expect(output).not.toBe('')
  // Doctor ends with 1 where there is something to repair: a service is broken.
  expect(words.includes('doctor') ? [0, 1] : [0]).toContain(code)
})

test('what `docker compose up` starts runs here, but for Grafana and the proxy of the Docker socket', async () => {
  const all = await servicesOf([])
  const demo = ['demo', 'redis', 'postgres-standby']
  const running = new Set((await stack.containers()).keys())
  expect(all.difference(running)).toEqual(new Set(['alertmanager-config', 'docker-proxy', 'grafana']))
  expect(running.difference(all)).toEqual(new Set(demo))
})

test('the service that was broken reaches the webhook as one page for the root cause', async () => {
  const pages = (): readonly unknown[] =>
    webhook.alerts
      .filter(({ labels }) => labels['alertname'] === 'ServiceDown')
      .map(({ status, labels }) => [status, labels['target'], labels['severity']])
  await expect
    .poll(pages, { timeout: 240_000, interval: 1000 })
    .toContainEqual(['firing', 'ohlc_api', 'critical'])
  // Those that need it are down too, and nobody is paged for them.
  expect(await valuesBy('target', 'ALERTS{alertname="ServiceDown",alertstate="firing"}')).toEqual({
    ohlc_api: '1',
  })
  expect(await valuesBy('target', 'watchpost_target_up{target="analyze_api"}')).toEqual({ analyze_api: '0' })
})

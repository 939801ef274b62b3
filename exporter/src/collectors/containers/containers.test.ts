import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { collectorContext, renderSeries, startRound } from '../../../../test/harness/collector.ts'
import { listen } from '../../probes/testing/servers.ts'
import { containers } from './containers.ts'

type Answers = Readonly<Record<string, unknown>>

const version = { '/version': { ApiVersion: '1.43', MinAPIVersion: '1.24' } }
const listed = {
  Id: 'abc',
  Names: ['/platform-ohlc-api-1', '/other/linked'],
  Image: 'ohlc:1.8.0',
  State: 'running',
  Labels: { 'com.docker.compose.service': 'ohlc-api' },
}
const inspected = {
  RestartCount: 3,
  State: {
    Status: 'running',
    OOMKilled: false,
    ExitCode: 0,
    StartedAt: '2026-01-02T03:04:05.5Z',
    Health: { Status: 'healthy' },
  },
  HostConfig: { Memory: 1000, NanoCpus: 500_000_000 },
}
const stats = {
  cpu_stats: { cpu_usage: { total_usage: 2_500_000_000 }, online_cpus: 2 },
  memory_stats: { usage: 700, limit: 8000, stats: { inactive_file: 200 } },
}
const one: Answers = {
  ...version,
  '/v1.43/containers/json': [listed],
  '/v1.43/containers/abc/json': inspected,
  '/v1.43/containers/abc/stats': stats,
  '/v1.43/events': '',
}

/** An engine that answers by path; what is not there is 404, and `null` never answers. */
function engine(answers: Answers): { server: Server; asked: string[] } {
  const asked: string[] = []
  const server = createServer(({ url = '' }, response) => {
    asked.push(url)
    const found = answers[url.replace(/\?.*/, '')]
    if (found === null) return
    response.statusCode = found === undefined ? 404 : 200
    response.end(typeof found === 'string' ? found : JSON.stringify(found ?? { message: 'no such thing' }))
  })
  return { server, asked }
}

async function serveEngine(answers: Answers): Promise<{ docker: string; asked: string[] }> {
  const { server, asked } = engine(answers)
  return { docker: `http://127.0.0.1:${await listen(server)}`, asked }
}

const context = () => collectorContext({ services: ['ohlc_api', 'trainer'] })

function open(section: object, within = context()) {
  const watch = containers.create(containers.schema.parse(section), within)
  onTestFinished(() => watch.close?.())
  return async (metric: string, now = 1_000): Promise<string[]> =>
    renderSeries(containers.families(await watch.collect(startRound({ now }))), metric)
}

test('the API is asked in the version that both sides speak', async () => {
  const { docker, asked } = await serveEngine(one)
  const series = open({ docker })
  await series('watchpost_container_engine_up')
  await series('watchpost_container_engine_up')
  expect(asked.filter((path) => path === '/version')).toHaveLength(1)
  expect(asked).toContain('/v1.43/containers/json?all=1')
})

test('an engine newer than us is asked in our version, one that speaks it no more in its oldest', async () => {
  const newer = await serveEngine({
    '/version': { ApiVersion: '1.99', MinAPIVersion: '1.44' },
    '/v1.47/containers/json': [],
  })
  expect(await open({ docker: newer.docker })('watchpost_container_engine_up')).toEqual([
    'watchpost_container_engine_up 1',
  ])
  const newest = await serveEngine({
    '/version': { ApiVersion: '2.1', MinAPIVersion: '2.0' },
    '/v2.0/containers/json': [],
  })
  expect(await open({ docker: newest.docker })('watchpost_container_engine_up')).toEqual([
    'watchpost_container_engine_up 1',
  ])
})

test('state, health, restarts and use are told of each container', async () => {
  const { docker } = await serveEngine(one)
  const series = open({ docker })
  const own = '{container="platform-ohlc-api-1"}'
  expect(await series('watchpost_container_info')).toEqual([
    'watchpost_container_info{container="platform-ohlc-api-1",image="ohlc:1.8.0",target="ohlc_api"} 1',
  ])
  expect(await series('watchpost_container_state')).toContain(
    'watchpost_container_state{container="platform-ohlc-api-1",state="running"} 1',
  )
  expect(await series('watchpost_container_health')).toContain(
    'watchpost_container_health{container="platform-ohlc-api-1",health="healthy"} 1',
  )
  expect(await series('watchpost_container_restarts_total')).toEqual([
    `watchpost_container_restarts_total${own} 3`,
  ])
  expect(await series('watchpost_container_start_timestamp_seconds')).toEqual([
    `watchpost_container_start_timestamp_seconds${own} 1767323045.5`,
  ])
  expect(await series('watchpost_container_cpu_seconds_total')).toEqual([
    `watchpost_container_cpu_seconds_total${own} 2.5`,
  ])
  expect(await series('watchpost_container_cpu_limit_cores')).toEqual([
    `watchpost_container_cpu_limit_cores${own} 0.5`,
  ])
  expect(await series('watchpost_container_memory_bytes')).toEqual([
    `watchpost_container_memory_bytes${own} 500`,
  ])
  expect(await series('watchpost_container_memory_usage_ratio')).toEqual([
    `watchpost_container_memory_usage_ratio${own} 0.5`,
  ])
  expect(await series('watchpost_container_exit_code')).toEqual([])
})

test('a container gives its service memory and processor use', async () => {
  const used = { ...stats, cpu_stats: { ...stats.cpu_stats } }
  const { docker } = await serveEngine({ ...one, '/v1.43/containers/abc/stats': used })
  const series = open({ docker })
  expect(await series('watchpost_service_memory_usage_ratio')).toEqual([
    'watchpost_service_memory_usage_ratio{target="ohlc_api"} 0.5',
  ])
  used.cpu_stats.cpu_usage = { total_usage: 2_600_000_000 }
  const [cpu] = await series('watchpost_service_cpu_usage_ratio')
  expect(cpu).toMatch(/^watchpost_service_cpu_usage_ratio\{target="ohlc_api"\} \d/)
})

test('one that was killed for want of memory says so, and each kill is counted once', async () => {
  const ended = {
    ...inspected,
    State: { Status: 'exited', OOMKilled: true, ExitCode: 137, StartedAt: '0001-01-01T00:00:00Z' },
  }
  const event = JSON.stringify({
    Type: 'container',
    Action: 'oom',
    Actor: { Attributes: { name: 'platform-ohlc-api-1' } },
  })
  const { docker, asked } = await serveEngine({
    ...one,
    '/v1.43/containers/json': [{ ...listed, State: 'exited' }],
    '/v1.43/containers/abc/json': ended,
    '/v1.43/events': `${event}\n`,
  })
  const series = open({ docker })
  const own = '{container="platform-ohlc-api-1"}'
  expect(await series('watchpost_container_oom_kills_total', 1_000)).toEqual([
    `watchpost_container_oom_kills_total${own} 0`,
  ])
  const atOnce = [1, 2].map(() => series('watchpost_container_oom_kills_total', 1_015))
  for (const lines of await Promise.all(atOnce)) {
    expect(lines).toEqual([`watchpost_container_oom_kills_total${own} 1`])
  }
  expect(asked.find((path) => path.startsWith('/v1.43/events'))).toMatch(/since=1000\.0+&until=1015\.0+&/)
  expect(await series('watchpost_container_oom_killed', 1_015)).toEqual([
    `watchpost_container_oom_killed${own} 1`,
  ])
  expect(await series('watchpost_container_exit_code', 1_015)).toEqual([
    `watchpost_container_exit_code${own} 137`,
  ])
  expect(await series('watchpost_container_start_timestamp_seconds', 1_015)).toEqual([])
  expect(await series('watchpost_service_memory_usage_ratio', 1_015)).toEqual([])
})

test('a proxy that keeps events to itself, and a container that goes while we look, cost their own series', async () => {
  const { docker } = await serveEngine({
    ...version,
    '/v1.43/containers/json': [listed, { ...listed, Id: 'gone', Names: ['/gone'] }],
  })
  const series = open({ docker })
  await series('watchpost_container_engine_up')
  expect(await series('watchpost_container_oom_kills_total', 1_015)).toEqual([])
  expect(await series('watchpost_container_memory_bytes')).toEqual([])
  expect(await series('watchpost_container_info')).toHaveLength(2)
})

test('containers are chosen by name, and there are never more than were asked for', async () => {
  const many = Array.from({ length: 5 }, (_, index) => ({
    ...listed,
    Id: `c${index}`,
    Names: [`/c${index}`],
  }))
  const { docker } = await serveEngine({ ...version, '/v1.43/containers/json': many })
  const series = open({ docker, exclude: '^c0$', max_containers: 3 })
  expect(await series('watchpost_container_info')).toHaveLength(3)
  expect(await series('watchpost_container_left_out')).toEqual(['watchpost_container_left_out 1'])
})

test.each([
  ['that is not there', async () => 'http://127.0.0.1:1', /ECONNREFUSED/],
  ['whose socket is not there', async () => 'unix:///nowhere/docker.sock', /ENOENT/],
  [
    'that is something else',
    async () => (await serveEngine({ '/version': '<html>' })).docker,
    /expected JSON/,
  ],
  ['that never answers', async () => (await serveEngine({ '/version': null })).docker, /timeout|aborted/i],
])('an engine %s is down, and that is said once', async (_case, place, expected) => {
  const within = context()
  const series = open({ docker: await place(), timeout: '200ms' }, within)
  expect(await series('watchpost_container_engine_up')).toEqual(['watchpost_container_engine_up 0'])
  await series('watchpost_container_engine_up')
  expect(within.logged.map(({ fields }) => fields['detail'])).toEqual([expect.stringMatching(expected)])
})

test('a socket is as good as a port', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'watchpost-docker-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const { server } = engine(one)
  await new Promise<void>((resolve) => server.listen(join(folder, 'docker.sock'), resolve))
  const series = open({ docker: `unix://${folder}/docker.sock` })
  expect(await series('watchpost_container_engine_up')).toEqual(['watchpost_container_engine_up 1'])
})

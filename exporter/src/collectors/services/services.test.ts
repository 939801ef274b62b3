import type { RequestListener } from 'node:http'
import { expect, test } from 'vitest'
import type { Context } from '../collector.ts'
import { renderPage } from '../../metrics/exposition.ts'
import { serveHttp } from '../../probes/testing/servers.ts'
import { services } from './services.ts'
import type { ServicesReading } from './services.ts'
import { collectorContext } from '../../../../test/harness/collector.ts'

async function listen(answer: RequestListener): Promise<string> {
  return `${await serveHttp(answer)}/health`
}

const context = (): Context => collectorContext({ timeoutSeconds: 0.5 })

async function collect(section: object[], within = context()): Promise<ServicesReading> {
  const watch = services.create(services.schema.parse(section), within)
  return watch.collect({ signal: AbortSignal.timeout(2_000), timeoutSeconds: 2, now: 1_000 })
}

async function verdict(answer: RequestListener, fields: object = {}): Promise<unknown[]> {
  const url = await listen(answer)
  const { targets } = await collect([{ name: 'a', url, ...fields }])
  return targets.map(({ status, reason, detail }) => [status, reason, detail])
}

const send =
  (status: number, body: string): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  }

test('a healthy body gives its numbers in base units', async () => {
  const body = {
    status: 'healthy',
    uptime: 12,
    memory_usage: 45.5,
    cpu_usage: 20,
    request_count: 7,
    error_count: 1,
  }
  const url = await listen(send(200, JSON.stringify(body)))
  const { targets } = await collect([{ name: 'a', url }])
  expect(targets[0]?.health).toMatchObject({
    uptimeSeconds: 12,
    memoryUsageRatio: 0.455,
    cpuUsageRatio: 0.2,
    requests: 7,
    errors: 1,
  })
  expect(targets[0]).toMatchObject({ status: 'healthy', reason: 'none', httpStatus: 200, probedAt: 1_000 })
})

test('a 503 with JSON is an error by its status, and its numbers are still read', async () => {
  const url = await listen(send(503, '{"status":"error","uptime":5}'))
  const { targets } = await collect([{ name: 'a', url }])
  expect(targets[0]).toMatchObject({ status: 'error', reason: 'status', httpStatus: 503 })
  expect(targets[0]?.detail).toBe('expected HTTP status 200 to 299, got 503')
  expect(targets[0]?.health?.uptimeSeconds).toBe(5)
})

test('a service that blames a dependency is told apart', async () => {
  const body = '{"status":"error","dependencies":{"db":"down","cache":"ok"}}'
  expect(await verdict(send(503, body))).toEqual([
    ['error', 'unreachable_dependency', 'the service says that db cannot be used'],
  ])
})

test('HTML instead of JSON is an error of the kind json', async () => {
  expect(await verdict(send(200, '<!doctype html><p>Welcome'))).toEqual([
    ['error', 'json', 'expected a JSON object in the body, got a page of HTML'],
  ])
})

test('an empty body is an error of the kind json', async () => {
  expect(await verdict(send(200, ''))).toEqual([
    ['error', 'json', 'expected a JSON object in the body, got nothing'],
  ])
})

test('NaN is no JSON, so nothing of it is believed', async () => {
  expect(await verdict(send(200, '{"uptime": NaN}'))).toEqual([
    ['error', 'json', 'expected a JSON object in the body, got text that is not JSON'],
  ])
})

test('numbers that cannot be are left out, the others stay', async () => {
  const url = await listen(
    send(200, '{"uptime":"NaN","memory_usage":-3,"cpu_usage":1e999,"request_count":4}'),
  )
  const { targets } = await collect([{ name: 'a', url }])
  expect(targets[0]?.status).toBe('healthy')
  expect(targets[0]?.health).toMatchObject({ requests: 4 })
  expect(targets[0]?.health?.uptimeSeconds).toBeUndefined()
  expect(targets[0]?.health?.memoryUsageRatio).toBeUndefined()
  expect(targets[0]?.health?.cpuUsageRatio).toBeUndefined()
})

test('a body without end is cut off at the limit', async () => {
  const endless: RequestListener = (_request, response) => {
    const chunk = Buffer.alloc(65_536, 0x20)
    const push = (): void => {
      while (!response.destroyed && response.write(chunk));
    }
    response.on('drain', push)
    push()
  }
  const found = await verdict(endless)
  expect(found[0]).toEqual(['error', 'size', expect.stringContaining('larger than 1048576 bytes')])
})

test('a service that never answers is a timeout, and the healthy one beside it is untouched', async () => {
  const hung = await listen(() => {})
  const well = await listen(send(200, '{"status":"ok"}'))
  const { targets } = await collect([
    { name: 'hung', url: hung },
    { name: 'well', url: well },
  ])
  expect(targets.map(({ status, reason }) => [status, reason])).toEqual([
    ['error', 'timeout'],
    ['healthy', 'none'],
  ])
  expect(targets[1]?.durationSeconds).toBeLessThan(0.4)
})

test('a closed port is an error of the kind connect', async () => {
  const { targets } = await collect([{ name: 'a', url: 'http://127.0.0.1:1/' }])
  expect(targets[0]).toMatchObject({ status: 'error', reason: 'connect', httpStatus: undefined })
})

test.each([
  [401, 'auth'],
  [403, 'auth'],
  [429, 'quota'],
  [302, 'redirect'],
  [500, 'status'],
])('HTTP status %i is an error of the kind %s', async (status, reason) => {
  const found = await verdict(send(status, '{}'))
  expect(found[0]).toEqual(['error', reason, `expected HTTP status 200 to 299, got ${status}`])
})

test('a status that the configuration expects is well', async () => {
  expect(await verdict(send(404, '{}'), { expected_status: [404] })).toEqual([['healthy', 'none', undefined]])
})

test('a redirect that is not followed says where it leads, and no value of its query', async () => {
  const redirect: RequestListener = (_request, response) => {
    response.writeHead(302, { location: 'https://login.example/start?token=hunter2' }).end()
  }
  expect(await verdict(redirect)).toEqual([
    [
      'error',
      'redirect',
      'expected HTTP status 200 to 299, got 302, a redirect to https://login.example/start?token=<secret>',
    ],
  ])
})

test.each(['constructor', '__proto__', 'valueOf'])(
  'a service that calls itself %s says a word like any other that is not known',
  async (word) => {
    const found = await verdict(send(200, JSON.stringify({ status: word, dependencies: { db: word } })))
    expect(found).toEqual([['warning', 'body', expect.stringContaining(`got "${word}"`)]])
  },
)

test('degraded is a warning, and a word that is not known is one too', async () => {
  expect(await verdict(send(200, '{"status":"degraded"}'))).toEqual([
    ['warning', 'body', 'the service calls itself degraded'],
  ])
  expect(await verdict(send(200, '{"status":"purple"}'))).toEqual([
    ['warning', 'body', 'expected a status such as healthy, warning or error in the body, got "purple"'],
  ])
})

test('probes add up over rounds and over a reload', async () => {
  const within = context()
  const url = await listen(send(500, '{}'))
  await collect([{ name: 'a', url }], within)
  const { targets } = await collect([{ name: 'a', url }], within)
  expect(targets[0]?.totals).toMatchObject({ probes: 2, failures: 2 })
})

test('dependencies that the service reports become edges, those of the configuration win', async () => {
  const within = {
    ...context(),
    dependencies: new Map([['a', [{ dependency: 'db', strength: 'soft', depth: 'direct' } as const]]]),
  }
  const url = await listen(send(200, '{"dependencies":["db","cache","a"]}'))
  const { targets } = await collect([{ name: 'a', url }], within)
  expect(targets[0]?.dependencies).toEqual([
    { dependency: 'db', strength: 'soft', depth: 'direct' },
    { dependency: 'cache', strength: 'hard', depth: 'direct' },
  ])
})

test('assertions are judged one by one, and the worst of them decides', async () => {
  const url = await listen(send(200, '{"status":"ok","queue":{"length":1200},"lag":3}'))
  const assert = [
    { name: 'queue_is_short', path: '$.queue.length', below: 1000, severity: 'warning' },
    { name: 'lag_is_small', path: '$.lag', below: 5 },
  ]
  const { targets } = await collect([{ name: 'a', url, assert }])
  expect(targets[0]).toMatchObject({ status: 'warning', reason: 'assertion' })
  expect(targets[0]?.assertions.map(({ name, passed }) => [name, passed])).toEqual([
    ['queue_is_short', false],
    ['lag_is_small', true],
  ])
})

test('values of a body become metrics, those of the contract in their own place', async () => {
  const url = await listen(send(200, '{"mem":{"pct":50},"jobs":7,"mode":"busy","at":"2026-01-01T00:00:00Z"}'))
  const values = {
    memory: '$.mem.pct',
    jobs: '$.jobs',
    mode: { path: '$.mode', states: ['idle', 'busy'] },
    last_job: { path: '$.at', type: 'timestamp' },
  }
  const reading = await collect([{ name: 'a', url, values }])
  const page = renderPage(services.families(reading), 'text').toString()
  expect(page).toContain('watchpost_service_memory_usage_ratio{target="a"} 0.5\n')
  expect(page).toContain('watchpost_target_value{target="a",kind="service",name="jobs"} 7\n')
  expect(page).toContain(
    'watchpost_target_value_state{target="a",kind="service",name="mode",state="busy"} 1\n',
  )
  expect(page).toContain(
    'watchpost_target_value_timestamp_seconds{target="a",kind="service",name="last_job"} 1767225600\n',
  )
})

test('a service that is judged by its status may answer with anything', async () => {
  expect(await verdict(send(200, 'OK'), { judge_by: 'status' })).toEqual([['healthy', 'none', undefined]])
})

test('a failure that must be confirmed is a warning until it is', async () => {
  const within = context()
  const url = await listen(send(500, '{}'))
  const section = [{ name: 'a', url, confirm: '2 of 3' }]
  const first = await collect(section, within)
  const second = await collect(section, within)
  expect([first, second].map(({ targets }) => targets[0]?.status)).toEqual(['warning', 'error'])
  expect(first.targets[0]?.detail).toBe(
    'expected HTTP status 200 to 299, got 500 (an error once 2 of 3 probes find it)',
  )
})

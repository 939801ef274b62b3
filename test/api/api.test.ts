// The JSON API over a real exporter process, with upstreams that answer well, wrongly, and not at all.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hash as bcrypt } from 'bcryptjs'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { endpoints } from '../../exporter/src/http/api/endpoints.ts'
import { alertmanager, prometheus } from '../harness/api.ts'
import { listen } from '../harness/listen.ts'
import type { Running } from '../harness/listen.ts'
import { startExporter } from '../harness/exporter.ts'

const running: Running[] = []

let url: string
let service: string

async function use(starting: Promise<Running>): Promise<string> {
  const one = await starting
  running.push(one)
  return one.url
}

beforeAll(async () => {
  const body =
    '{"status":"healthy","uptime":90061,"memory_usage":40,"cpu_usage":12,"request_count":5,"error_count":1,"dependencies":["db"]}'
  service = await use(listen((_request, response) => response.end(body)))
  const upstream = `upstream: { prometheus: "${await use(listen(prometheus))}", alertmanager: "${await use(listen(alertmanager))}" }`
  url = await use(startExporter(`services: [{ name: ohlc_api, url: "${service}" }]\nhost: {}\n${upstream}\n`))
})

afterAll(async () => {
  for (const { stop } of running) await stop()
})

const getJson = async (path: string): Promise<unknown> => (await fetch(url + path)).json()

test.each(endpoints.map(({ path, answer }) => [path, answer] as const))(
  '%s answers as it says it does',
  async (path, answer) => {
    const response = await fetch(url + path)
    expect(response.status).toBe(200)
    expect(answer.safeParse(await response.json()).error).toBeUndefined()
  },
)

test('a service is told in the units of the data model', async () => {
  expect(await getJson('/api/microservices/status')).toMatchObject({
    ohlc_api: {
      service_name: 'ohlc_api',
      status: 'healthy',
      uptime: 90_061,
      memory_usage: 40,
      cpu_usage: 12,
      request_count: 5,
      error_count: 1,
      dependencies: ['db'],
      health_endpoint: `${service}/`,
    },
  })
  expect(await getJson('/api/dashboard/system-monitoring')).toMatchObject({
    microservices: { ohlc_api: { status: 'healthy', uptime: '1d 1h 1m' } },
    system_overview: { total_kols: null, memory_usage: expect.any(Number) },
  })
})

test('the dashboard has history, alerts and what they mean', async () => {
  const dashboard = await getJson('/api/monitoring/dashboard?days=7')
  expect(dashboard).toMatchObject({
    missing: [],
    active_alerts: [{ alertname: 'ServiceDown', severity: 'critical', state: 'active' }],
    performance_analysis: {
      trends: {
        cpu_trend: [
          { target: 'ohlc_api', direction: 'rising', average_before: expect.any(Number) as unknown },
        ],
      },
      anomalies: [{ target: 'ohlc_api', kind: 'unusual', is_active: true }],
    },
  })
})

test.each<[string, RequestListener, string]>([
  ['HTML', (_request, response) => response.end('<html>'), 'expected JSON, got something else'],
  [
    'half an answer',
    (_request, response) => response.end('{"status":"success","data":'),
    'expected JSON, got something else',
  ],
  [
    'another version',
    (_request, response) => response.end('{"status":"success","data":{"result":[{"stream":{}}]}}'),
    'expected the answer of its API',
  ],
  [
    'an error',
    (_request, response) => void response.writeHead(503).end(),
    'expected HTTP status 200, got 503',
  ],
  ['nothing', (request) => void request.socket.destroy(), 'it could not be asked'],
  ['nothing for ever', () => {}, 'it could not be asked'],
  [
    'a part, and hangs up',
    (request, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write('{"status":')
      setTimeout(() => request.socket.destroy(), 100)
    },
    'its answer broke off',
  ],
  [
    'a part, and no more for ever',
    (_request, response) => void response.writeHead(200, { 'content-length': 1000 }).write('{"status":'),
    'its answer broke off',
  ],
])('an upstream that answers %s costs its part, and it is said', async (_what, answer, why) => {
  const { url: base, stop } = await listen(answer)
  onTestFinished(stop)
  const exporter = await startExporter(
    `services: [{ name: a, url: "${service}" }]\nupstream: { prometheus: "${base}", alertmanager: "${base}" }\n`,
  )
  onTestFinished(exporter.stop)
  const dashboard: unknown = await (await fetch(`${exporter.url}/api/monitoring/dashboard`)).json()
  expect(dashboard).toMatchObject({
    historical_trends: null,
    active_alerts: null,
    performance_analysis: null,
    current_status: { microservices: { a: { status: 'healthy' } } },
  })
  const parts = ['active_alerts', 'anomalies', 'average_before', 'historical_trends']
  const { missing } = dashboard as { readonly missing: readonly { readonly part: string }[] }
  expect(missing.toSorted((a, b) => a.part.localeCompare(b.part))).toEqual(
    parts.map((part) => ({
      type: 'about:blank',
      title: 'Bad Gateway',
      status: 502,
      detail: expect.stringContaining(why) as unknown,
      instance: '/api/monitoring/dashboard?days=7',
      part,
    })),
  )
})

const refusals: readonly [method: string, path: string, status: number, detail: string][] = [
  ['GET', '/api/nothing', 404, 'see /api/openapi.json for what there is'],
  ['GET', '/nothing', 404, 'there is no page /nothing; see / for those there are'],
  ...['9000', '0', '-1', '1e9', '999999999999999999999', 'NaN', '', '7&days=8', '7.0', '%00'].map(
    (days): [string, string, number, string] => [
      'GET',
      `/api/monitoring/dashboard?days=${days}`,
      400,
      'days: expected a whole number from 1 to 30',
    ],
  ),
  ['GET', '/api/diagnosis?lang=fr', 400, 'lang: expected one of en, zh-TW'],
  ['GET', '/api/diagnosis?target=a&target=b', 400, 'target: expected one name'],
  ['GET', '/ping/%ZZ', 400, "Failed to decode param '%ZZ'"],
  ['GET', '/-/reload', 405, 'expected POST, got GET'],
  ...[...endpoints.map(({ path }) => path), '/api/openapi.json', '/metrics'].flatMap((path) =>
    ['POST', 'PUT', 'PATCH', 'DELETE'].map((method): [string, string, number, string] => [
      method,
      path,
      405,
      `expected GET or HEAD, got ${method}`,
    ]),
  ),
]

test.each(refusals)(
  '%s %s is answered with the problem document %d',
  async (method, path, status, detail) => {
    const response = await fetch(url + path, { method })
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    const document: unknown = await response.json()
    const [, allowed] = /^expected (.*), got/.exec(status === 405 ? detail : '') ?? []
    expect(response.headers.get('allow') ?? undefined).toBe(allowed?.replace(' or ', ', '))
    expect([response.status, document]).toEqual([
      status,
      { type: 'about:blank', title: expect.any(String) as unknown, status, detail, instance: path },
    ])
  },
)

test('an answer may be kept until the next scrape is due, and no longer', async () => {
  const [first, second] = [
    await fetch(`${url}/api/microservices/status`),
    await fetch(`${url}/api/diagnosis`),
  ]
  const age = (response: Response): number => {
    const [, seconds] =
      /^(?:private, max-age=(\d+)|no-store)$/.exec(response.headers.get('cache-control') ?? '') ?? []
    return Number(seconds ?? 0)
  }
  const services = (await first.json()) as { ohlc_api: { last_check: string } }
  const old = (Date.now() - Date.parse(services.ohlc_api.last_check)) / 1000
  expect(age(first) + Math.floor(old)).toBeLessThanOrEqual(15)
  expect(age(second)).toBeLessThanOrEqual(15)
})

test('many who ask for the dashboard at once ask Prometheus once', async () => {
  let questions = 0
  const { url: base, stop } = await listen((request, response) => {
    questions += 1
    prometheus(request, response)
  })
  onTestFinished(stop)
  const exporter = await startExporter(
    `services: [{ name: a, url: "${service}" }]\nupstream: { prometheus: "${base}" }\n`,
  )
  onTestFinished(exporter.stop)
  const ask = (): Promise<Response> => fetch(`${exporter.url}/api/monitoring/dashboard`)
  await ask()
  const once = questions
  expect(once).toBeGreaterThan(5)
  await Promise.all(Array.from({ length: 10 }, ask))
  // A newer round may have been due meanwhile.
  expect(questions).toBeLessThanOrEqual(2 * once)
})

test('the API asks for the same password as the metrics', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-api-users-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const hash = await bcrypt('secret', 4)
  await writeFile(join(directory, 'web.yml'), `basic_auth_users: { prometheus: '${hash}' }\n`)
  const guarded = await startExporter(`services: [{ name: a, url: "${service}" }]\n`, [
    `--web.config.file=${directory}/web.yml`,
  ])
  onTestFinished(guarded.stop)
  const statuses = async (headers: Record<string, string>): Promise<number[]> =>
    Promise.all(
      ['/metrics', ...endpoints.map(({ path }) => path), '/api/openapi.json'].map(
        async (path) => (await fetch(guarded.url + path, { headers })).status,
      ),
    )
  const strangers = await statuses({})
  expect(strangers).toEqual(strangers.map(() => 401))
  const authorization = `Basic ${Buffer.from('prometheus:secret').toString('base64')}`
  const users = await statuses({ authorization })
  expect(users).toEqual(users.map(() => 200))
})

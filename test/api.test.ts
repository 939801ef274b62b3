// The JSON API over a real exporter process, with upstreams that answer well, wrongly, and not at all.
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { endpoints } from '../exporter/src/http/api/routes.ts'

const closers: (() => void)[] = []

async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function startExporter(config: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-api-'))
  await writeFile(join(directory, 'watchpost.yml'), config)
  const args = [
    'exporter/src/main.ts',
    'serve',
    `--config.file=${directory}/watchpost.yml`,
    '--web.listen-address=127.0.0.1:0',
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const address = await new Promise<string>((resolve, reject) => {
    child.on('exit', () => reject(new Error('the exporter ended')))
    child.stderr.on('data', (chunk: Buffer) => {
      const found = /"address":"([^"]+)"/.exec(chunk.toString())
      if (found?.[1]) resolve(found[1])
    })
  })
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await rm(directory, { recursive: true })
  }
  return { url: `http://${address}`, stop }
}

const week = Array.from({ length: 169 }, (_, hour) => [
  1_800_000_000 + hour * 3600,
  String(0.4 + hour / 1_000),
])
const prometheus: RequestListener = (_request, response) => {
  response.end(
    JSON.stringify({
      status: 'success',
      data: { resultType: 'matrix', result: [{ metric: { target: 'ohlc_api' }, values: week }] },
    }),
  )
}
const alertmanager: RequestListener = (_request, response) => {
  const alert = {
    labels: { alertname: 'ServiceDown', severity: 'critical', target: 'ohlc_api' },
    annotations: { summary: 'Down.' },
    startsAt: '2026-11-23T20:00:00.000Z',
    endsAt: '2026-11-23T20:05:00.000Z',
    status: { state: 'active', inhibitedBy: [], silencedBy: [] },
  }
  response.end(JSON.stringify([alert]))
}

let url: string
let service: string

beforeAll(async () => {
  const body =
    '{"status":"healthy","uptime":90061,"memory_usage":40,"cpu_usage":12,"request_count":5,"error_count":1,"dependencies":["db"]}'
  service = await listen((_request, response) => response.end(body))
  const upstream = `upstream: { prometheus: "${await listen(prometheus)}", alertmanager: "${await listen(alertmanager)}" }`
  const exporter = await startExporter(
    `services: [{ name: ohlc_api, url: "${service}" }]\nhost: {}\n${upstream}\n`,
  )
  url = exporter.url
  closers.push(() => void exporter.stop())
})

afterAll(() => {
  for (const close of closers) close()
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
      slopes: expect.arrayContaining([expect.objectContaining({ target: 'ohlc_api', direction: 'rising' })]),
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
])('an upstream that answers %s costs its part, and it is said', async (_what, answer, why) => {
  const base = await listen(answer)
  const exporter = await startExporter(
    `services: [{ name: a, url: "${service}" }]\nupstream: { prometheus: "${base}", alertmanager: "${base}" }\n`,
  )
  onTestFinished(exporter.stop)
  const dashboard = (await (await fetch(`${exporter.url}/api/monitoring/dashboard`)).json()) as {
    missing: string[]
  }
  expect(dashboard).toMatchObject({
    historical_trends: null,
    active_alerts: null,
    performance_analysis: null,
    current_status: { microservices: { a: { status: 'healthy' } } },
  })
  expect(dashboard.missing).toHaveLength(3)
  for (const line of dashboard.missing) expect(line).toContain(why)
})

test('an unknown route, a wrong method and an absurd range are problem documents', async () => {
  const ask = async (path: string, method = 'GET'): Promise<unknown> => {
    const response = await fetch(url + path, { method })
    return [response.headers.get('content-type')?.split(';')[0], await response.json()]
  }
  expect(await ask('/api/nothing')).toEqual([
    'application/problem+json',
    expect.objectContaining({ status: 404 }),
  ])
  expect(await ask('/api/microservices/status', 'POST')).toEqual([
    'application/problem+json',
    expect.objectContaining({ status: 405, detail: 'expected GET, got POST' }),
  ])
  expect(await ask('/api/monitoring/dashboard?days=9000')).toEqual([
    'application/problem+json',
    expect.objectContaining({ status: 400, detail: 'days: expected a whole number from 1 to 30' }),
  ])
})

test(
  'the description names every route, and nothing sent to them is answered with a 500',
  { timeout: 120_000 },
  async () => {
    const { paths } = (await getJson('/api/openapi.json')) as {
      paths: Record<string, { get: { parameters: { name: string }[] } }>
    }
    expect(Object.keys(paths)).toEqual(endpoints.map(({ path }) => path))
    const names = Object.values(paths).flatMap(({ get }) => get.parameters.map(({ name }) => name))
    const request = fc.record({
      path: fc.constantFrom(...Object.keys(paths)),
      tail: fc.oneof(fc.constant(''), fc.webPath()),
      method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'),
      query: fc.dictionary(
        fc.oneof(fc.constantFrom(...names), fc.string({ maxLength: 5 })),
        fc.oneof(fc.string({ unit: 'binary' }), fc.integer().map(String)),
        { maxKeys: 3 },
      ),
    })
    await fc.assert(
      fc.asyncProperty(request, async ({ path, tail, method, query }) => {
        const wellFormed = Object.entries(query).map(([key, value]): [string, string] => [
          key.toWellFormed(),
          value.toWellFormed(),
        ])
        const response = await fetch(`${url}${path}${tail}?${new URLSearchParams(wellFormed).toString()}`, {
          method,
        })
        await response.arrayBuffer()
        expect(response.status).toBeLessThan(500)
      }),
      { numRuns: 300 },
    )
  },
)

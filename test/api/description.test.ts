// The description of the API, held against a validator of OpenAPI, against what is answered, and against nonsense.
import { createConnection } from 'node:net'
import { text as readAll } from 'node:stream/consumers'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { renderConfig } from '../../demo/config.ts'
import { describeApi } from '../../exporter/src/http/api/openapi.ts'
import { endpoints } from '../../exporter/src/http/api/endpoints.ts'
import { alertmanager, prometheus } from '../harness/api.ts'
import { listen } from '../harness/listen.ts'
import type { Running } from '../harness/listen.ts'
import { startExporter } from '../harness/exporter.ts'
import { useFleet } from '../harness/fleet.ts'

interface Parameter {
  readonly name: string
  readonly schema: { readonly type: string; readonly enum?: readonly string[] }
}

interface Description {
  readonly info: { readonly version: string }
  readonly paths: Readonly<Record<string, { readonly get: { readonly parameters: readonly Parameter[] } }>>
}

const world = useFleet(30)
const running: Running[] = []
let url: string
let description: Description

async function use(starting: Promise<Running>): Promise<string> {
  const one = await starting
  running.push(one)
  return one.url
}

beforeAll(async () => {
  const upstream = {
    prometheus: await use(listen(prometheus)),
    alertmanager: await use(listen(alertmanager)),
  }
  url = await use(startExporter(renderConfig(world.fleet, upstream)))
  description = (await (await fetch(`${url}/api/openapi.json`)).json()) as Description
})
afterAll(async () => {
  for (const { stop } of running) await stop()
})

test('it is OpenAPI 3.1, and says of every path what there is', async () => {
  const validator = new Validator()
  expect(await validator.validate({ ...description })).toEqual({ valid: true })
  expect(validator.version).toBe('3.1')
  expect(Object.keys(description.paths)).toEqual(endpoints.map(({ path }) => path))
  expect(description).toEqual(describeApi(description.info.version))
})

test('every reference in it leads to a schema that is there', () => {
  const references = [...JSON.stringify(description).matchAll(/"\$ref":"#([^"]*)"/g)].map(([, at = '']) => at)
  expect(references.length).toBeGreaterThan(10)
  const find = (path: string): unknown =>
    path
      .split('/')
      .slice(1)
      .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], description)
  expect(references.filter((path) => find(path) === undefined)).toEqual([])
})

/** What of an answer is not as the description says; nothing is an answer of which it says nothing. */
function createCheck(): (pointer: string, answer: unknown) => unknown {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema(description, 'api')
  return (pointer, answer) => {
    const validate = ajv.getSchema(`api#${pointer}`)
    if (!validate) return `there is no ${pointer}`
    return validate(answer) === true ? [] : validate.errors
  }
}

const aProblem = { type: 'about:blank', title: '', status: 400, detail: '', instance: '' }

const answerOf = (path: string): string =>
  `/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}/get/responses/200/content/application~1json/schema`

test('what a fleet of every kind answers is as the description says, with a fault in it and without', async () => {
  const check = createCheck()
  const problemsOf = async (path: string): Promise<unknown> =>
    check(answerOf(path), await (await fetch(url + path)).json())
  await world.spoil('ohlc_api', 'down')
  await fetch(`${url}/metrics`)
  for (const path of Object.keys(description.paths))
    expect([path, await problemsOf(path)]).toEqual([path, []])
  const { diagnoses } = (await (await fetch(`${url}/api/diagnosis?lang=zh-TW`)).json()) as {
    readonly diagnoses: readonly unknown[]
  }
  expect(diagnoses.length).toBeGreaterThan(0)
})

test('the stats of tasks say what each task needs', async () => {
  expect(await (await fetch(`${url}/api/tasks/execution-stats`)).json()).toMatchObject({
    hourly: {
      depends_on: {
        fetch_ohlc: ['platform_db', 'finlab_api'],
        fetch_trending: ['platform_db', 'cmoney_api'],
      },
    },
  })
})

test(
  'nothing that is sent to its paths is answered with a 500, nor refused but by a problem document',
  { timeout: 120_000 },
  async () => {
    const check = createCheck()
    const paths = Object.keys(description.paths)
    const parameters = Object.values(description.paths).flatMap(({ get }) => get.parameters)
    const values = parameters.flatMap(({ schema }) => schema.enum ?? [])
    const request = fc.record({
      path: fc.constantFrom(...paths, '/api/openapi.json', '/metrics', '/probe', '/ping/a', '/-/reload'),
      tail: fc.oneof(fc.constant(''), fc.webPath()),
      method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
      query: fc.array(
        fc.tuple(
          fc.oneof(
            fc.constantFrom(...parameters.map(({ name }) => name), 'collect[]'),
            fc.string({ maxLength: 5 }),
          ),
          fc.oneof(
            fc.string({ unit: 'binary' }),
            fc.integer().map(String),
            fc.double().map(String),
            fc.bigInt().map(String),
            fc.constantFrom(...values),
          ),
        ),
        { maxLength: 4 },
      ),
    })
    await fc.assert(
      fc.asyncProperty(request, async ({ path, tail, method, query }) => {
        const wellFormed = query.map(([key, value]): [string, string] => [
          key.toWellFormed(),
          value.toWellFormed(),
        ])
        const asked = new URLSearchParams(wellFormed).toString()
        const headers = { accept: 'application/json' }
        const response = await fetch(`${url}${path}${tail}?${asked}`, { method, headers })
        const body = await response.text()
        expect(response.status).toBeLessThan(500)
        const isRefused = response.status >= 400
        expect(response.headers.get('content-type')?.startsWith('application/problem+json')).toBe(isRefused)
        const document: unknown = isRefused && method !== 'HEAD' ? JSON.parse(body) : aProblem
        expect(check('/components/schemas/Problem', document)).toEqual([])
      }),
      { numRuns: 300 },
    )
  },
)

test('nor is any text in the place of a path, which no client would send', { timeout: 60_000 }, async () => {
  const { hostname, port } = new URL(url)
  const target = fc.string({ unit: fc.constantFrom(...'% / ? & = . ; # [ ] @ a Z 0 é ~ " \\'.split(' ')) })
  await fc.assert(
    fc.asyncProperty(target, async (rest) => {
      const socket = createConnection(Number(port), hostname)
      // Not ended: the server takes a client that ends for one that no longer waits.
      socket.write(
        `GET /api/diagnosis${rest.replaceAll(/\s/g, '')} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`,
      )
      const answer = await readAll(socket)
      expect(answer).toMatch(/^HTTP\/1\.1 [24]\d\d /)
      expect(answer).not.toMatch(/ at \S+ \(|node_modules/)
    }),
    { numRuns: 200 },
  )
})

test(
  'whatever the programs behind it answer, the dashboard is as described',
  { timeout: 60_000 },
  async () => {
    let said = { status: 200, body: '' }
    const behind = await listen((_request, response) => {
      response.writeHead(said.status, { 'content-type': 'application/json' }).end(said.body)
    })
    running.push(behind)
    const exporter = await startExporter(
      `services: [{ name: a, url: "${behind.url}" }]\nupstream: { prometheus: "${behind.url}", alertmanager: "${behind.url}" }\n`,
    )
    running.push(exporter)
    const check = createCheck()
    const right = JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [] } })
    const odd = JSON.stringify({
      status: 'success',
      data: {
        result: [
          {
            metric: {},
            values: [
              [1e300, 'NaN'],
              [-1, '1e999'],
              [0, ''],
            ],
          },
        ],
      },
    })
    const answers = fc.record({
      status: fc.constantFrom(200, 200, 200, 204, 301, 404, 500, 503),
      body: fc.oneof(
        fc.constantFrom('', '<html>', '[]', '[{}]', 'null', odd, right),
        fc.nat({ max: right.length }).map((length) => right.slice(0, length)),
        fc.json(),
        fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
      ),
    })
    // An answer is kept for its round, by the days asked for: so many can be had of one.
    let days = 0
    await fc.assert(
      fc.asyncProperty(answers, async (answer) => {
        said = answer
        days += 1
        const response = await fetch(`${exporter.url}/api/monitoring/dashboard?days=${days}`)
        expect(response.status).toBe(200)
        expect(check(answerOf('/api/monitoring/dashboard'), await response.json())).toEqual([])
      }),
      { numRuns: 30 },
    )
  },
)

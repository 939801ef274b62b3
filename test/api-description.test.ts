// The description of the API, held against a validator of OpenAPI, against what is answered, and against nonsense.
import { createConnection } from 'node:net'
import { text } from 'node:stream/consumers'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { renderConfig } from '../demo/config.ts'
import { describeApi } from '../exporter/src/http/api/openapi.ts'
import { endpoints } from '../exporter/src/http/api/endpoints.ts'
import { alertmanager, listen, prometheus } from './harness/api.ts'
import type { Running } from './harness/api.ts'
import { startExporter } from './harness/exporter.ts'
import { useFleet } from './harness/fleet.ts'

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

test('what a fleet of every kind answers is as the description says, with a fault in it and without', async () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema(description, 'api')
  const problemsOf = async (path: string): Promise<unknown> => {
    const pointer = path.replaceAll('~', '~0').replaceAll('/', '~1')
    const validate = ajv.getSchema(`api#/paths/${pointer}/get/responses/200/content/application~1json/schema`)
    const answer: unknown = await (await fetch(url + path)).json()
    expect(validate).toBeDefined()
    return validate?.(answer) === true ? [] : validate?.errors
  }
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

test('nothing that is sent to its paths is answered with a 500', { timeout: 120_000 }, async () => {
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
        fc.oneof(fc.string({ unit: 'binary' }), fc.integer().map(String), fc.constantFrom(...values)),
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
      const response = await fetch(`${url}${path}${tail}?${asked}`, { method })
      await response.arrayBuffer()
      expect(response.status).toBeLessThan(500)
    }),
    { numRuns: 300 },
  )
})

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
      const answer = await text(socket)
      expect(answer).toMatch(/^HTTP\/1\.1 [24]\d\d /)
      expect(answer).not.toMatch(/ at \S+ \(|node_modules/)
    }),
    { numRuns: 200 },
  )
})

// What is said of other shards when Prometheus does not answer as it should; test/scaling/sharding.test.ts asks a real one.
import type { RequestListener } from 'node:http'
import { expect, test } from 'vitest'
import { collectorContext } from '../../test/harness/collector.ts'
import { collectors } from './collectors/all.ts'
import { parseConfig } from './config/load.ts'
import { ownerOf, takeShare } from './config/shard.ts'
import type { Shard } from './config/shard.ts'
import { askOtherShards } from './other-shards.ts'
import { serveHttp } from './probes/testing/servers.ts'

const names = ['a', 'b', 'c', 'd'] as const
const services = names.map((name) => `  - { name: ${name}, url: 'http://127.0.0.1:1/' }`).join('\n')
const context = collectorContext()

function askAt(prometheus: string | undefined, shard: Shard | undefined) {
  const upstream = prometheus === undefined ? '' : `upstream: { prometheus: '${prometheus}' }\n`
  const text = `${upstream}services:\n${services}\n`
  const { config } = parseConfig({ file: 'watchpost.yml', text, environment: {}, collectors })
  if (!config) throw new Error('expected a configuration that is valid')
  return askOtherShards(takeShare(config, shard), context.log)
}

const first = { number: 1, count: 2 }

test('there is nobody to ask without other shards, and nobody to be asked without Prometheus', () => {
  expect(askAt('http://127.0.0.1:1', undefined)).toBeUndefined()
  expect(askAt('http://127.0.0.1:1', { number: 1, count: 1 })).toBeUndefined()
  expect(askAt(undefined, first)).toBeUndefined()
})

test('only targets of other shards are taken, with labels as we write them', async () => {
  const failing = [...names, 'stranger'].map((target) => ({ target, kind: 'service', reason: 'connect' }))
  const labels = [...failing, { target: 'b', kind: 'planet', reason: 'connect' }, { kind: 'service' }]
  const result = labels.map((metric) => ({ metric, value: [1, '1'] }))
  const url = await serveHttp((_request, response) =>
    response.end(JSON.stringify({ status: 'success', data: { result } })),
  )
  const found = await askAt(url, first)?.(AbortSignal.timeout(5_000))
  const foreign = names.filter((name) => ownerOf(name, 2) === 2)
  expect(foreign.length).toBeGreaterThan(0)
  expect(found?.map(({ target, status, reason }) => [target, status, reason])).toEqual(
    foreign.map((name) => [name, 'error', 'connect']),
  )
})

test.each<[string, RequestListener]>([
  ['a page', (_request, response) => response.end('<html>')],
  ['an error', (_request, response) => response.writeHead(503).end()],
  ['silence', () => {}],
])('%s is no answer: it is logged once, and nothing is known', async (_name, answer) => {
  const before = context.logged.length
  const ask = askAt(await serveHttp(answer), first)
  for (let round = 0; round < 2; round++) expect(await ask?.(AbortSignal.timeout(300))).toEqual([])
  expect(context.logged.slice(before).map(({ message }) => message)).toEqual([
    'what other shards found is not known',
  ])
})

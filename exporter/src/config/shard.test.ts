import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseConfig } from './load.ts'
import type { Config } from './load.ts'
import { formatShard, ownerOf, parseShard, takeShare } from './shard.ts'
import { collectors } from '../collectors/all.ts'

const text = `
connectivity: { anchors: ['127.0.0.1:53'] }
services:
${Array.from({ length: 40 }, (_, index) => `  - { name: service_${index}, url: http://a/, depends_on: [orders_db] }`).join('\n')}
databases:
  - { name: orders_db, url: postgres://me@a/orders, depends_on: [store_db] }
  - { name: store_db, url: postgres://me@a/store }
data_sources:
  - { name: rates, kind: http, url: http://a/, last_sync: { database: orders_db, query: SELECT now() } }
tasks:
  - { name: nightly, kind: table, database: orders_db, table: runs }
statistics:
  - { name: orders, help: Orders., database: orders_db, query: SELECT 1 }
host: {}
`

const whole = load()

function load(): Config {
  const { config, problems } = parseConfig({ collectors, file: 'watchpost.yml', text, environment: {} })
  if (problems) throw new Error(JSON.stringify(problems))
  return config
}

const shares = (count: number): Config[] =>
  Array.from({ length: count }, (_, index) => takeShare(whole, { number: index + 1, count }))

function targetsOf({ settings }: Config): string[] {
  const lists = [settings.services, settings.databases, settings.data_sources]
  return lists.flatMap((list) => (list ?? []).map(({ name }) => name))
}

test.each([1, 2, 3, 7])('%i shards have every target once', (count) => {
  expect(shares(count).flatMap(targetsOf).toSorted()).toEqual(targetsOf(whole).toSorted())
})

test('what there is one of is with the first shard, and each looks at its own network', () => {
  const sections = ['tasks', 'statistics', 'host', 'connectivity', 'thresholds'] as const
  const has = shares(3).map(({ settings }) => sections.filter((name) => settings[name] !== undefined))
  expect(has).toEqual([sections, ['connectivity', 'thresholds'], ['connectivity', 'thresholds']])
})

test('a shard knows what the whole fleet declares and what depends on what', () => {
  for (const { declared, dependencies } of shares(3)) {
    expect(declared).toBe(whole.settings)
    expect(dependencies).toBe(whole.dependencies)
  }
})

test('a shard more takes targets over, and none goes from one of the others to another', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 20 }), (name, count) => {
      expect([ownerOf(name, count), count + 1]).toContain(ownerOf(name, count + 1))
    }),
  )
})

test('shards have about as much to do as each other', () => {
  const owners = Array.from({ length: 3_000 }, (_, index) => ownerOf(`target_${index}`, 3))
  const sizes = [1, 2, 3].map((number) => owners.filter((owner) => owner === number).length)
  expect(Math.min(...sizes)).toBeGreaterThan(900)
})

// A target that changed hands with a version would begin all its counters anew.
test('an owner is the same in every version', () => {
  const names = ['posting_service', 'ohlc_api', 'platform_db', 'google_sheets', '郵件']
  expect(names.map((name) => ownerOf(name, 5))).toEqual([1, 5, 1, 4, 4])
})

test.each([
  ['2/3', { number: 2, count: 3 }],
  ['1/1', { number: 1, count: 1 }],
])('%s is a shard', (given, shard) => {
  expect(parseShard(given)).toEqual(shard)
  expect(formatShard(shard)).toBe(given)
})

test.each(['', '3', '0/3', '4/3', '1/0', '-1/3', '1/2/3', '1.5/3', 'a/b', ' 1/3', '1/99999', '1/1001'])(
  '%j is no shard',
  (given) => {
    expect(parseShard(given)).toBe(
      `expected NUMBER/COUNT with the number from 1 to the count, such as 2/3, got ${JSON.stringify(given)}`,
    )
  },
)

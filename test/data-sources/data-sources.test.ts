// Data sources as they are found behind real servers that speak their protocols, and a real Postgres.
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { cmoneyApi } from '../../demo/sources/cmoney.ts'
import { finlabApi } from '../../demo/sources/finlab.ts'
import { dataSources } from '../../exporter/src/collectors/data-sources/data-sources.ts'
import { openDatabase } from '../../exporter/src/probes/postgres/postgres.ts'
import type { Database } from '../../exporter/src/probes/postgres/postgres.ts'
import { collectorContext, renderSeries, startRound } from '../harness/collector.ts'
import { look, openDouble, probeSource, send, serve, watchSource } from '../harness/data-sources.ts'
import { startPostgres } from '../harness/postgres.ts'
import type { TestPostgres } from '../harness/postgres.ts'

let server: TestPostgres
let database: Database

beforeAll(async () => {
  server = await startPostgres()
  database = openDatabase('db', server.url)
})
afterAll(async () => {
  await database.close()
  await server.remove()
})

const context = () => collectorContext({ databases: new Map([['db', database]]) })

test('FinLab tells megabytes in the body, full again at eight in Taipei', async () => {
  const source = await openDouble(finlabApi())
  const found = await probeSource({
    kind: 'finlab',
    url: `${source.url}/api/usage`,
    last_sync: { path: '$.updated_at' },
  })
  expect(found.status).toBe('healthy')
  expect(found.quota).toMatchObject({ limit: 500, unit: 'megabytes', source: 'body' })
  expect(found.quota?.resetAt).toBe(Math.ceil(Date.now() / 1000 / 86_400) * 86_400)
  expect(found.lastSyncAt).toBeGreaterThan(Date.now() / 1000 - 120)
  await source.breakable.break('quota')
  const spent = await probeSource({ kind: 'finlab', url: `${source.url}/api/usage` })
  expect(spent).toMatchObject({ reason: 'quota', quota: { used: 500, limit: 500 } })
})

test('a source can be looked at alone, and one that must not be asked yet shows what it said last', async () => {
  let asked = 0
  const url = await serve((_request, response) => void response.end(JSON.stringify({ asked: (asked += 1) })))
  const section = dataSources.schema.parse([{ name: 'prices', kind: 'http', url, min_interval: '1h' }])
  const probe = dataSources.create(section, context()).targets?.get('prices')
  const first = await probe?.(startRound())
  expect(await probe?.(startRound())).toMatchObject({ status: 'healthy', probedAt: first?.probedAt })
  expect(asked).toBe(1)
})

test('CMoney tells requests in headers', async () => {
  const source = await openDouble(cmoneyApi())
  const found = await probeSource({ kind: 'cmoney', url: `${source.url}/api/trending` })
  expect(found).toMatchObject({ status: 'healthy', quota: { limit: 300, source: 'x-ratelimit' } })
  await source.breakable.break('quota')
  expect(await probeSource({ kind: 'cmoney', url: `${source.url}/api/trending` })).toMatchObject({
    reason: 'quota',
    quota: { used: 300 },
  })
})

test.each([
  ['a login page with status 200', send(200, '<html>Please sign in</html>'), 'json', 'error'],
  ['expired credentials', send(401, '{}'), 'auth', 'error'],
  ['a redirect to a login page', send(302, '', { location: '/login' }), 'redirect', 'error'],
  ['a server in error', send(500, '{}'), 'status', 'error'],
  ['a text of quota with status 200', send(200, '{"error":"Usage exceed 500 MB/day"}'), 'quota', 'error'],
  ['a broken promise', send(200, '{"count":0}'), 'assertion', 'error'],
  ['silence', () => {}, 'timeout', 'disconnected'],
] as const)('%s has a reason of its own', async (_case, answer, reason, connection) => {
  const url = await serve(answer)
  const assert = [{ name: 'has_rows', path: '$.count', above: 0 }]
  const found = await probeSource({ kind: 'finlab', url, assert, timeout: '300ms' })
  expect([found.status, found.reason, found.connection]).toEqual(['error', reason, connection])
})

test('a server that is not there is disconnected, and every failure is counted and logged once', async () => {
  const within = context()
  const watched = watchSource({ kind: 'http', url: 'http://127.0.0.1:1/' }, within)
  await look(watched)
  const found = await look(watched)
  expect(found).toMatchObject({ reason: 'connect', connection: 'disconnected', errors: 2 })
  expect(within.logged.map(({ message }) => message)).toEqual(['target changed'])
})

test('429 without Retry-After is met with longer and longer patience', async () => {
  let asked = 0
  const url = await serve((_request, response) => {
    asked += 1
    response.writeHead(429).end('{}')
  })
  const watched = watchSource({ kind: 'http', url })
  const first = (await look(watched, 1_000)).backoffUntil ?? 0
  expect(first - 1_000).toBeGreaterThanOrEqual(30)
  await look(watched, 1_029)
  expect(asked).toBe(1)
  const second = (await look(watched, 1_100)).backoffUntil ?? 0
  expect(second - 1_100).toBeGreaterThanOrEqual(60)
  expect(asked).toBe(2)
})

test('when nothing is left the source is not asked before the reset, and a reload does not forget it', async () => {
  let asked = 0
  const url = await serve((_request, response) => {
    asked += 1
    response
      .writeHead(200, { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '90' })
      .end('{}')
  })
  const within = context()
  expect(await look(watchSource({ kind: 'http', url }, within), 1_000)).toMatchObject({
    status: 'healthy',
    backoffUntil: 1_090,
  })
  await look(watchSource({ kind: 'http', url }, within), 1_089)
  expect(asked).toBe(1)
  await look(watchSource({ kind: 'http', url }, within), 1_091)
  expect(asked).toBe(2)
})

test('a quota that is full again while nobody looks is not told as used up', async () => {
  const url = await serve(send(200, '{"used":10,"limit":10,"full_at":60}'))
  const quota = { used: '$.used', limit: '$.limit', resets: '$.full_at' }
  const watched = watchSource({ kind: 'http', url, quota, min_interval: '5m' })
  expect((await look(watched, 1_000)).quota).toMatchObject({ used: 10, limit: 10, resetAt: 1_060 })
  expect((await look(watched, 1_061)).quota).toMatchObject({ used: undefined, limit: 10 })
})

test('a clock that was set back does not keep a source from being asked', async () => {
  let asked = 0
  const url = await serve((_request, response) => {
    asked += 1
    response.end('{}')
  })
  const watched = watchSource({ kind: 'http', url, min_interval: '5m' })
  for (const now of [100_000, 100_010, 1_000, 1_010, 999]) await look(watched, now)
  expect(asked).toBe(2)
})

test('rounds that overlap share one request', async () => {
  let asked = 0
  const url = await serve((_request, response) => {
    asked += 1
    setTimeout(() => response.end('{}'), 50)
  })
  const watched = watchSource({ kind: 'http', url })
  await Promise.all([watched.collect(startRound()), watched.collect(startRound())])
  expect(asked).toBe(1)
})

test('a round with little time does not wait for the request of another round, and tells what is known', async () => {
  let asked = 0
  const url = await serve((_request, response) => {
    asked += 1
    if (asked === 1) response.end('{}')
  })
  const watched = watchSource({ kind: 'http', url, timeout: '2s' })
  await look(watched)
  const patient = watched.collect(startRound())
  const hasty = watched.collect(startRound({ signal: AbortSignal.timeout(100), timeoutSeconds: 0.1 }))
  const found = await Promise.race([hasty, patient.then(() => 'waited')])
  expect(found).toMatchObject({ targets: [{ status: 'healthy', totals: { probes: 1 } }] })
  expect((await patient).targets[0]).toMatchObject({ reason: 'timeout', totals: { probes: 2 } })
})

test('the quality of a table is counted in one statement over a bounded part of it', async () => {
  await server.run(`
    CREATE TABLE ohlc (symbol text, ts timestamptz, close numeric, note text, synced_at timestamptz);
    INSERT INTO ohlc SELECT 'S' || n, '2026-01-01', CASE WHEN n <= 10 THEN NULL ELSE n END, n::text, now() - interval '30 minutes'
    FROM generate_series(1, 100) AS n;
    INSERT INTO ohlc SELECT symbol, ts, -1, 'n/a', synced_at FROM ohlc WHERE symbol IN ('S50', 'S51');
    INSERT INTO ohlc VALUES ('old', '2020-01-01', NULL, NULL, '2020-01-01')`)
  const quality = {
    database: 'db',
    table: 'public.ohlc',
    window: '1d',
    freshness: { column: 'synced_at', warn: '10m', error: '50m' },
    completeness: ['close'],
    uniqueness: ['symbol', 'ts'],
    validity: [
      { column: 'close', min: 0 },
      { column: 'note', min: 0, matches: '^[0-9]+$' },
    ],
    volume: { min: 51 },
  }
  const source = {
    kind: 'sql',
    sync_every: '1h',
    last_sync: { database: 'db', query: 'SELECT max(synced_at) FROM ohlc;' },
  }
  const found = await probeSource({ ...source, quality }, context())
  expect(found.quality?.rows).toBe(102)
  expect(found.quality?.measures).toMatchObject({
    completeness: { passed: 92, checked: 102 },
    uniqueness: { passed: 100, checked: 102 },
    validity: { passed: 100, checked: 102 },
    volume: { ratio: 1 },
  })
  expect(found.quality?.measures.freshness?.ratio).toBeCloseTo(0.5, 1)
  expect(found.lastSyncAt).toBeCloseTo(Date.now() / 1000 - 1_800, -2)
})

test('numbers of any size are valid or not, and no fault of the reading', async () => {
  await server.run(`
    CREATE TABLE sizes (text text);
    INSERT INTO sizes VALUES ('1e400'), ('-1e400'), ('1e-400'), ('1e99999'), ('NaN'), ('5'), (repeat('9', 400)), (NULL)`)
  const validity = [{ column: 'text', min: 0, max: 1e300 }]
  const source = { kind: 'sql', sync_every: '1h', last_sync: { database: 'db', query: 'SELECT now()' } }
  const found = await probeSource(
    { ...source, quality: { database: 'db', table: 'sizes', validity } },
    context(),
  )
  expect(found.quality?.measures.validity).toMatchObject({ passed: 3, checked: 8 })
})

test('a source that is seen only by its sync table is in error when that stalls, and unknown when it cannot be asked', async () => {
  await server.run(
    `CREATE TABLE syncs (at timestamptz); INSERT INTO syncs VALUES (now() - interval '3 hours')`,
  )
  const source = (query: string) => ({ kind: 'sql', sync_every: '1h', last_sync: { database: 'db', query } })
  const stalled = await probeSource(source('SELECT max(at) FROM syncs'), context())
  expect(stalled).toMatchObject({ status: 'error', reason: 'assertion', isStale: true, connection: 'error' })
  expect(await probeSource(source('SELECT at FROM syncs WHERE false'), context())).toMatchObject({
    reason: 'body',
  })
  expect(await probeSource(source('SELECT at FROM nowhere'), context())).toMatchObject({
    status: 'error',
    reason: 'error',
  })
  const text = await probeSource(source("SELECT 'yesterday'"), context())
  expect(text).toMatchObject({
    status: 'error',
    reason: 'body',
    detail: expect.stringContaining('expected a time') as string,
  })
  const absent = openDatabase('db', 'postgres://nobody:hunter2@127.0.0.1:1/none')
  onTestFinished(() => absent.close())
  const within = collectorContext({ databases: new Map([['db', absent]]) })
  const unknown = await probeSource(source('SELECT max(at) FROM syncs'), within)
  expect(unknown).toMatchObject({
    status: 'unknown',
    reason: 'unreachable_dependency',
    connection: undefined,
  })
})

test('a statement about quality that cannot be run costs the quality alone', async () => {
  const url = await serve(send(200, '{}'))
  const quality = { database: 'db', table: 'nowhere', completeness: ['a'] }
  const within = context()
  const watched = watchSource({ kind: 'http', url, quality }, within)
  await look(watched)
  const found = await look(watched)
  expect(found).toMatchObject({ status: 'healthy', quality: undefined, qualitySuccess: false })
  expect(within.logged.map(({ message, fields }) => [message, fields['detail']])).toEqual([
    ['target changed', undefined],
    ['quality not read', 'relation "nowhere" does not exist'],
  ])
})

test('the observed interval is the middle one of those seen', async () => {
  let updated = 1_000
  const url = await serve((_request, response) => void response.end(JSON.stringify({ updated })))
  const watched = watchSource({ kind: 'http', url, last_sync: { path: '$.updated' }, sync_every: '1m' })
  for (const step of [60, 60, 600, 70, 0]) {
    await look(watched, updated + 5)
    updated += step
  }
  expect(await look(watched, updated + 5)).toMatchObject({
    observedSyncSeconds: 70,
    syncSeconds: 60,
    isStale: false,
  })
  expect(await look(watched, updated + 500)).toMatchObject({
    status: 'warning',
    reason: 'assertion',
    isStale: true,
  })
})

test('all of it becomes series of one target', async () => {
  const url = await serve(
    send(200, '{"used":25}', { ratelimit: '"day";r=75;t=3600', 'ratelimit-policy': '"day";q=100;w=86400' }),
  )
  const families = dataSources.families({
    targets: [await probeSource({ kind: 'http', url, values: { used: '$.used' } })],
  })
  const lines = (metric: string): string[] => renderSeries(families, metric)
  expect(lines('watchpost_data_source_status')).toEqual([
    'watchpost_data_source_status{target="it",status="connected"} 1',
    'watchpost_data_source_status{target="it",status="disconnected"} 0',
    'watchpost_data_source_status{target="it",status="error"} 0',
  ])
  expect(lines('watchpost_data_source_quota_used')).toEqual([
    'watchpost_data_source_quota_used{target="it"} 25',
  ])
  expect(lines('watchpost_data_source_quota_limit')).toEqual([
    'watchpost_data_source_quota_limit{target="it"} 100',
  ])
  expect(lines('watchpost_data_source_quota_info')).toEqual([
    'watchpost_data_source_quota_info{target="it",unit="requests",source="ratelimit",policy="day"} 1',
  ])
  expect(lines('watchpost_data_source_errors_total')).toEqual([
    'watchpost_data_source_errors_total{target="it"} 0',
  ])
  expect(lines('watchpost_target_value')).toEqual([
    'watchpost_target_value{target="it",kind="data_source",name="used"} 25',
  ])
})

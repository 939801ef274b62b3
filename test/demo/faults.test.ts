// What goes wrong with data and database in the demo's fleet, as it shows in the metrics by the demo's configuration.
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { renderConfig } from '../../demo/config.ts'
import type { Context, Round } from '../../exporter/src/collectors/collector.ts'
import { dataSources } from '../../exporter/src/collectors/data-sources/data-sources.ts'
import { databases } from '../../exporter/src/collectors/databases/databases.ts'
import { parseConfig } from '../../exporter/src/config/load.ts'
import type { Config } from '../../exporter/src/config/load.ts'
import type { Family } from '../../exporter/src/metrics/metric.ts'
import { openDatabase } from '../../exporter/src/probes/postgres/postgres.ts'
import { collectorContext, renderSeries, startRound } from '../harness/collector.ts'
import { useFleet } from '../harness/fleet.ts'
import { collectors } from '../../exporter/src/collectors/all.ts'

const demo = useFleet(30)
let settings: Config['settings']

beforeAll(() => {
  const { config, problems } = parseConfig({
    collectors,
    file: 'watchpost.yml',
    text: renderConfig(demo.fleet),
    environment: {},
  })
  if (problems) throw new Error(problems.map(({ message }) => message).join('\n'))
  settings = config.settings
})

function context(): Context {
  const pool = openDatabase('platform_db', demo.fleet.databaseUrl)
  onTestFinished(() => pool.close())
  return collectorContext({ databases: new Map([['platform_db', pool]]) })
}

type Values = (metric: string, now?: number) => Promise<Readonly<Record<string, number>>>

/** The series of one metric by their labels, looked at again each time. */
function values(look: (round: Round) => Promise<readonly Family[]>): Values {
  return async (metric, now) => {
    const families = await look(startRound(now === undefined ? {} : { now }))
    const lines = renderSeries(families, `watchpost_${metric}`)
    return Object.fromEntries(
      lines.map((line) => [
        line.slice(line.indexOf('{'), line.lastIndexOf(' ')),
        Number(line.split(' ').at(-1)),
      ]),
    )
  }
}

function ofSources(): Values {
  if (!settings.data_sources) throw new Error('expected data sources in the configuration of the demo')
  const watch = dataSources.create(settings.data_sources, context())
  return values(async (round) => dataSources.families(await watch.collect(round)))
}

function ofDatabases(within = context()): Values {
  if (!settings.databases) throw new Error('expected databases in the configuration of the demo')
  const watch = databases.create(settings.databases, within)
  return values(async (round) => databases.families(await watch.collect(round)))
}

test('all three sources are connected, with quota, last sync and quality', async () => {
  const see = ofSources()
  expect(await see('data_source_status')).toMatchObject({
    '{target="google_sheets",status="connected"}': 1,
    '{target="cmoney_api",status="connected"}': 1,
    '{target="finlab_api",status="connected"}': 1,
  })
  for (const fact of [
    'quota_used',
    'quota_limit',
    'quota_reset_timestamp_seconds',
    'last_sync_timestamp_seconds',
  ]) {
    expect(Object.keys(await see(`data_source_${fact}`))).toHaveLength(3)
  }
  expect(await see('data_source_quality_score_ratio')).toEqual({
    '{target="google_sheets"}': 1,
    '{target="finlab_api"}': 1,
  })
})

test.each(['google_sheets', 'cmoney_api', 'finlab_api'])('a quota of %s that is used up', async (name) => {
  await demo.spoil(name, 'quota')
  const see = ofSources()
  const used = await see('data_source_quota_used')
  const limit = await see('data_source_quota_limit')
  expect(used[`{target="${name}"}`]).toBe(limit[`{target="${name}"}`])
  expect(await see('data_source_rate_limited_total')).toMatchObject({ [`{target="${name}"}`]: 1 })
  expect(await see('data_source_backoff_until_timestamp_seconds')).toHaveProperty([`{target="${name}"}`])
})

test('a sync that stalls', async () => {
  await demo.spoil('cmoney_api', 'stall')
  const see = ofSources()
  expect(await see('data_source_stale')).toMatchObject({ '{target="cmoney_api"}': 0 })
  const later = Date.now() / 1000 + 240
  expect(await see('data_source_stale', later)).toMatchObject({ '{target="cmoney_api"}': 1 })
})

test.each([
  ['nulls', 'completeness'],
  ['duplicates', 'uniqueness'],
])('%s that creep in cost %s', async (fault, dimension) => {
  await demo.spoil('platform_db', fault)
  const ratios = await ofSources()('data_source_quality_ratio')
  expect(ratios[`{target="finlab_api",dimension="${dimension}"}`]).toBeLessThan(1)
  expect(ratios['{target="finlab_api",dimension="validity"}']).toBe(1)
})

test('a transaction that blocks others, and who they are', async () => {
  await demo.spoil('platform_db', 'block')
  const see = ofDatabases()
  await expect.poll(async () => Object.values(await see('database_blocked_sessions'))[0]).toBeGreaterThan(0)
  const blockers = Object.keys(await see('database_lock_waits')).map(
    (labels) => /blocker="([^"]+)"/.exec(labels)?.[1],
  )
  expect(new Set(blockers)).toEqual(new Set(['migration']))
  expect(Object.values(await see('database_longest_transaction_seconds'))[0]).toBeGreaterThan(0)
})

test('a server that is full, with the sessions that fill it', async () => {
  const within = context()
  // Watchpost has a connection from before, as it has in life.
  const limits = { signal: AbortSignal.timeout(2_000), timeoutSeconds: 2 }
  await within.databases.get('platform_db')?.read(limits, (client) => client.query('SELECT 1'))
  await demo.spoil('platform_db', 'pool-full')
  const see = ofDatabases(within)
  const connections = async (): Promise<number> =>
    Object.values(await see('database_connections')).reduce((sum, count) => sum + count, 0)
  await expect.poll(connections).toBeGreaterThanOrEqual(37)
  expect(await see('database_connections_max')).toMatchObject({ '{target="platform_db"}': 40 })
})

test('a standby that stands still falls behind, and follows again', async () => {
  const see = ofDatabases()
  const lag = async (): Promise<number> =>
    (await see('database_replication_lag_seconds'))['{target="platform_db_standby"}'] ?? NaN
  await expect.poll(lag, { timeout: 10_000 }).toBeLessThan(1)
  expect(await see('database_replicas')).toMatchObject({ '{target="platform_db"}': 1 })
  await demo.spoil('platform_db_standby', 'lag')
  await expect.poll(lag, { timeout: 20_000 }).toBeGreaterThan(1)
  await demo.fleet.heal('platform_db_standby')
  await expect.poll(lag, { timeout: 10_000 }).toBeLessThan(1)
})

test('a cache that is full throws values out', async () => {
  const see = ofDatabases()
  const evictions = async (): Promise<number> =>
    Object.values(await see('database_evictions_total'))[0] ?? NaN
  expect(await evictions()).toBe(0)
  await demo.spoil('cache', 'full')
  await expect.poll(evictions).toBeGreaterThan(0)
  const [memory = 0] = Object.values(await see('database_memory_bytes'))
  const [most = 0] = Object.values(await see('database_memory_max_bytes'))
  expect(memory / most).toBeGreaterThan(0.8)
})

test.each([
  ['certificate-expired', 0],
  ['certificate-wrong-host', 0],
  ['certificate-expiring', 1],
])('a source with %s', async (fault, verified) => {
  await demo.spoil('cmoney_api', fault)
  const see = ofSources()
  expect(await see('data_source_status')).toMatchObject({
    '{target="cmoney_api",status="connected"}': verified,
  })
})

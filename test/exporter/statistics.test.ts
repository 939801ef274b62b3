// Statistics on a real Postgres: every type, and every way in which SQL can be wrong.
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { statistics } from '../../exporter/src/collectors/statistics/statistics.ts'
import { openDatabase } from '../../exporter/src/probes/postgres/postgres.ts'
import type { Database } from '../../exporter/src/probes/postgres/postgres.ts'
import { collectorContext, renderSeries, renderText, startRound } from '../harness/collector.ts'
import type { TestContext } from '../harness/collector.ts'
import { startPostgres } from '../harness/postgres.ts'
import type { TestPostgres } from '../harness/postgres.ts'

let server: TestPostgres
let database: Database

beforeAll(async () => {
  server = await startPostgres()
  await server.run(`
    CREATE TABLE kols (id int, state text);
    INSERT INTO kols SELECT n, CASE WHEN n <= 7 THEN 'active' ELSE 'paused' END FROM generate_series(1, 10) AS n;
    CREATE TABLE posts (id int, state text, seconds float8);
    INSERT INTO posts SELECT n, CASE WHEN n % 5 = 0 THEN 'failed' ELSE 'published' END, n FROM generate_series(1, 100) AS n`)
  database = openDatabase('db', server.url)
})
afterAll(async () => {
  await database.close()
  await server.remove()
})

const one = (fields: object): object => ({ name: 'it', help: 'Of a test.', database: 'db', ...fields })

function context(given: Database = database): TestContext {
  return collectorContext({ databases: new Map([['db', given]]) })
}

async function page(section: readonly object[], within = context(), round = startRound()): Promise<string> {
  const watch = statistics.create(statistics.schema.parse(section), within)
  return renderText(statistics.families(await watch.collect(round)))
}

async function series(fields: object, metric: string, within = context()): Promise<string[]> {
  const watch = statistics.create(statistics.schema.parse([one(fields)]), within)
  return renderSeries(statistics.families(await watch.collect(startRound())), metric)
}

test('a gauge has one series a row, with all other columns as labels', async () => {
  const query = 'SELECT state, count(*) AS value FROM kols GROUP BY state ORDER BY state;'
  expect(await series({ query }, 'watchpost_statistic')).toEqual([
    'watchpost_statistic{name="it",state="active"} 7',
    'watchpost_statistic{name="it",state="paused"} 3',
  ])
  expect(await series({ query }, 'watchpost_statistic_info')).toEqual([
    'watchpost_statistic_info{name="it",help="Of a test.",database="db"} 1',
  ])
})

test('the share of posts that were published is a ratio', async () => {
  const query = `SELECT count(*) FILTER (WHERE state = 'published')::float8 / nullif(count(*), 0) AS value FROM posts`
  expect(await series({ query }, 'watchpost_statistic')).toEqual(['watchpost_statistic{name="it"} 0.8'])
  const none = `${query} WHERE false`
  expect(await series({ query: none }, 'watchpost_statistic')).toEqual([])
  expect(await series({ query: none }, 'watchpost_statistic_success')).toEqual([
    'watchpost_statistic_success{name="it"} 1',
  ])
})

test('a counter and a timestamp have metrics of their own', async () => {
  const counted = { query: 'SELECT 9007199254740991::bigint AS value', type: 'counter' }
  expect(await series(counted, 'watchpost_statistic_increments_total')).toEqual([
    'watchpost_statistic_increments_total{name="it"} 9007199254740991',
  ])
  const moment = { query: "SELECT timestamptz '2026-01-02 03:04:05.5+00' AS value", type: 'timestamp' }
  expect(await series(moment, 'watchpost_statistic_timestamp_seconds')).toEqual([
    'watchpost_statistic_timestamp_seconds{name="it"} 1767323045.5',
  ])
})

test('a time without a zone is one of UTC, wherever Watchpost runs', async () => {
  vi.stubEnv('TZ', 'Asia/Taipei')
  onTestFinished(() => void vi.unstubAllEnvs())
  const at = async (value: string): Promise<string[]> => {
    const lines = await series(
      { query: `SELECT ${value} AS value, ${value} AS label`, type: 'timestamp' },
      timed,
    )
    return lines.map((line) => line.replace(/^.*label="(.*)"} /, '$1 '))
  }
  const timed = 'watchpost_statistic_timestamp_seconds'
  expect(await at("timestamp '2026-01-02 03:04:05'")).toEqual(['2026-01-02T03:04:05.000Z 1767323045'])
  expect(await at("date '2026-01-02'")).toEqual(['2026-01-02T00:00:00.000Z 1767312000'])
  expect(await at("timestamptz '2026-01-02 11:04:05+08'")).toEqual(['2026-01-02T03:04:05.000Z 1767323045'])
})

test('a time is read whatever style of dates the role has', async () => {
  await server.run(`CREATE ROLE german LOGIN PASSWORD 'german'; ALTER ROLE german SET datestyle = 'German'`)
  const german = openDatabase('db', server.urlFor('german', 'german'))
  onTestFinished(() => german.close())
  const moment = { query: "SELECT timestamptz '2026-01-02 03:04:05+00' AS value", type: 'timestamp' }
  expect(await series(moment, 'watchpost_statistic_timestamp_seconds', context(german))).toEqual([
    'watchpost_statistic_timestamp_seconds{name="it"} 1767323045',
  ])
})

test('a time that no calendar of ours has costs its own series', async () => {
  const times =
    "(VALUES (1, timestamp '294276-01-01'), (2, 'infinity'), (3, '2026-01-02')) AS times (value, at)"
  expect(await series({ query: `SELECT value, at FROM ${times}` }, 'watchpost_statistic')).toEqual([
    'watchpost_statistic{name="it",at=""} 1',
    'watchpost_statistic{name="it",at="Infinity"} 2',
    'watchpost_statistic{name="it",at="2026-01-02T00:00:00.000Z"} 3',
  ])
})

test('a state is one series for each there is', async () => {
  const fields = { type: 'state', states: ['open', 'closed'], labels: ['desk'] }
  const query = "SELECT 'a' AS desk, 'open' AS value UNION ALL SELECT 'b', 'on fire'"
  expect(await series({ ...fields, query }, 'watchpost_statistic')).toEqual([
    'watchpost_statistic{name="it",desk="a",state="open"} 1',
    'watchpost_statistic{name="it",desk="a",state="closed"} 0',
  ])
  expect(await series({ ...fields, query }, 'watchpost_statistic_rows_dropped')).toContain(
    'watchpost_statistic_rows_dropped{name="it",reason="unknown_state"} 1',
  )
})

test('a histogram is sorted into buckets by the database, its bounds included', async () => {
  const query = 'SELECT state, seconds AS value FROM posts'
  const lines = await page([one({ query, type: 'histogram', labels: ['state'], buckets: [10, 50] })])
  const labels = 'name="it",state="published"'
  expect(lines).toContain(`watchpost_statistic_distribution_bucket{${labels},le="10.0"} 8\n`)
  expect(lines).toContain(`watchpost_statistic_distribution_bucket{${labels},le="50.0"} 40\n`)
  expect(lines).toContain(`watchpost_statistic_distribution_bucket{${labels},le="+Inf"} 80\n`)
  expect(lines).toContain(`watchpost_statistic_distribution_count{${labels}} 80\n`)
  expect(lines).toContain(`watchpost_statistic_distribution_sum{${labels}} 4000\n`)
})

test.each([
  ['duplicate', "SELECT 'a' AS label, 1 AS value UNION ALL SELECT 'a', 2", 1],
  ['not_a_number', "SELECT 'a' AS label, 'many' AS value UNION ALL SELECT 'b', '3'", 1],
  ['not_a_number', "SELECT 'NaN'::float8 AS value", 1],
  ['excess', 'SELECT n AS label, n AS value FROM generate_series(1, 1000000) AS n', 1],
])('rows that are %s are dropped, counted, and named in the log once', async (reason, query, count) => {
  const within = context()
  const watch = statistics.create(statistics.schema.parse([one({ query, max_series: 20 })]), within)
  const reading = await watch.collect(startRound())
  await watch.collect(startRound())
  expect(renderSeries(statistics.families(reading), 'watchpost_statistic_rows_dropped')).toContain(
    `watchpost_statistic_rows_dropped{name="it",reason="${reason}"} ${count}`,
  )
  expect(renderSeries(statistics.families(reading), 'watchpost_statistic').length).toBeLessThanOrEqual(20)
  expect(within.logged.map(({ message }) => message)).toEqual(['rows of a statistic dropped'])
})

test.each([
  [
    'no value column',
    'SELECT state, count(*) AS n FROM kols GROUP BY state',
    /expected a column value, got state, n/,
  ],
  ['a column without a name', "SELECT 1 AS value, 'a'", /can be labels, got "\?column\?": name it with AS/],
  ['a column whose name is a text', `SELECT 1 AS value, 'a' AS "The state"`, /got "The state"/],
  ['a column called like the statistic is', "SELECT 1 AS value, 'a' AS name", /got "name"/],
  ['a column that is gone', 'SELECT sate AS value FROM kols', /column "sate" does not exist/],
  ['two statements', 'SELECT 1 AS value; DROP TABLE kols', /syntax error/],
  ['a statement that writes', 'DELETE FROM kols RETURNING id AS value', /syntax error/],
  ['a function that writes', "SELECT nextval('forbidden') AS value", /nextval|does not exist/],
  ['a query that runs for ever', 'SELECT pg_sleep(60), 1 AS value', /timeout/],
])('%s costs its own series and is named in the log', async (_case, query, expected) => {
  const within = context()
  const section = [one({ query, timeout: '300ms' }), one({ name: 'other', query: 'SELECT 1 AS value' })]
  const text = await page(section, within)
  expect(text).toContain('watchpost_statistic{name="other"} 1\n')
  expect(text).toContain('watchpost_statistic_success{name="it"} 0\n')
  const warnings = within.logged.filter(({ message }) => message === 'statistic not read')
  expect(warnings.map(({ fields }) => fields['detail'])).toEqual([expect.stringMatching(expected)])
})

test('a query that is refused is named at load, before anybody scrapes', async () => {
  const within = context()
  statistics.create(statistics.schema.parse([one({ query: 'SELECT nothing AS value' })]), within)
  await expect
    .poll(() => within.logged.map(({ message }) => message))
    .toEqual(['statistic refused by its database'])
})

test('a database that cannot be reached is no fault of the query', async () => {
  const absent = openDatabase('db', 'postgres://nobody:hunter2@127.0.0.1:1/none')
  onTestFinished(() => absent.close())
  const within = context(absent)
  const text = await page([one({ query: 'SELECT 1 AS value' })], within)
  expect(text).toContain('watchpost_statistic_success{name="it"} 0\n')
  expect(within.logged.map(({ message }) => message)).toEqual(['statistic not read'])
  expect(JSON.stringify(within.logged)).not.toContain('hunter2')
})

test('within min_interval the last reading is served, with its time', async () => {
  await server.run('CREATE SEQUENCE IF NOT EXISTS reads')
  const query = 'SELECT count(*) AS value FROM kols'
  const section = statistics.schema.parse([one({ query, min_interval: '1m' })])
  const watch = statistics.create(section, context())
  const valueAt = async (now: number): Promise<string[]> => {
    const families = statistics.families(await watch.collect(startRound({ now })))
    return ['watchpost_statistic', 'watchpost_statistic_last_success_timestamp_seconds'].flatMap((metric) =>
      renderSeries(families, metric).map((line) => line.split(' ').at(-1) ?? ''),
    )
  }
  expect(await valueAt(1_000)).toEqual(['10', '1000'])
  await server.run('INSERT INTO kols VALUES (11)')
  expect(await valueAt(1_030)).toEqual(['10', '1000'])
  expect(await valueAt(1_061)).toEqual(['11', '1061'])
  await server.run('DELETE FROM kols WHERE id = 11')
})

test('one that failed is asked last, so it cannot keep the others from their turn', async () => {
  const section = statistics.schema.parse([
    one({ name: 'slow', query: 'SELECT pg_sleep(60), 1 AS value' }),
    one({ name: 'quick', query: 'SELECT 1 AS value' }),
  ])
  const watch = statistics.create(section, context())
  const succeeded = async (): Promise<boolean[]> => {
    const round = startRound({ signal: AbortSignal.timeout(400), timeoutSeconds: 0.4 })
    return (await watch.collect(round)).statistics.map(({ success }) => success)
  }
  expect(await succeeded()).toEqual([false, false])
  expect(await succeeded()).toEqual([false, true])
})

test('a query that is too slow is left alone for ten times as long as it took', async () => {
  const section = statistics.schema.parse([
    one({ query: 'SELECT pg_sleep(60), 1 AS value', timeout: '100ms' }),
  ])
  const watch = statistics.create(section, context())
  const duration = async (now: number): Promise<number | undefined> =>
    (await watch.collect(startRound({ now }))).statistics[0]?.durationSeconds
  const first = await duration(1_000)
  expect(await duration(1_000.9)).toBe(first)
  expect(await duration(1_001.1)).not.toBe(first)
})

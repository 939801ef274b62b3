// Databases as they are found on a real Postgres, healthy and with each of the faults that the mission knows.
import type { Client } from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Context } from '../../exporter/src/collectors/collector.ts'
import { databases } from '../../exporter/src/collectors/databases/databases.ts'
import type { DatabasesReading } from '../../exporter/src/collectors/databases/databases.ts'
import type { DatabaseReading } from '../../exporter/src/collectors/databases/watch.ts'
import { openDatabase } from '../../exporter/src/probes/postgres/postgres.ts'
import { serveTcp } from '../../exporter/src/probes/testing/servers.ts'
import { collectorContext, renderSeries, renderText, startRound } from '../harness/collector.ts'
import { startPostgres } from '../harness/postgres.ts'
import type { TestPostgres } from '../harness/postgres.ts'

let server: TestPostgres
let monitor: string

beforeAll(async () => {
  server = await startPostgres()
  await server.run(`
    CREATE ROLE monitor LOGIN PASSWORD 'hunter2' IN ROLE pg_monitor;
    CREATE ROLE plain LOGIN PASSWORD 'hunter2';
    CREATE TABLE accounts (id int PRIMARY KEY, balance int);
    INSERT INTO accounts VALUES (1, 10), (2, 20);
    GRANT SELECT, UPDATE ON accounts TO plain`)
  monitor = server.urlFor('monitor', 'hunter2')
})
afterAll(() => server.remove())

async function collect(section: object, context: Context = collectorContext()): Promise<DatabasesReading> {
  const watch = databases.create(databases.schema.parse([{ name: 'db', ...section }]), context)
  return watch.collect(startRound())
}

async function probe(section: object): Promise<DatabaseReading> {
  const { targets } = await collect(section)
  const [target] = targets
  if (!target) throw new Error('expected one target')
  return target
}

/** The page's lines about one metric. */
async function lines(url: string, metric: string): Promise<string[]> {
  return renderSeries(databases.families(await collect({ url })), metric)
}

async function open(
  options: { url?: string; application?: string } = {},
): ReturnType<TestPostgres['connect']> {
  const client = await server.connect(options)
  onTestFinished(() => client.end())
  return client
}

test('looking on is not counted among the rollbacks', async () => {
  const transactions = async (): Promise<Readonly<Record<string, number>>> =>
    (await probe({ url: monitor })).facts.transactions ?? {}
  const before = await transactions()
  // What a session did is told to the statistics some time after it has ended.
  const commits = async (): Promise<number> => (await transactions())['commit'] ?? 0
  await expect.poll(commits, { timeout: 10_000 }).toBeGreaterThan((before['commit'] ?? Infinity) + 5)
  expect((await transactions())['rollback']).toBe(before['rollback'])
})

test('pg_monitor alone answers every question', async () => {
  const { status, facts, problems, phases } = await probe({ url: monitor })
  expect(status).toBe('healthy')
  expect(Object.values(problems).filter(Boolean)).toEqual([])
  expect(facts).toMatchObject({
    role: 'primary',
    connectionsMax: 40,
    deadlocks: 0,
    blockedSessions: 0,
    replicas: 0,
  })
  expect(facts.version).toMatch(/^\d+\.\d+/)
  expect(facts.sizeBytes).toBeGreaterThan(1_000_000)
  expect(facts.connections).toMatchObject({ active: 1, hidden: 0 })
  expect(phases.connect).toBeGreaterThan(0)
  expect(phases.processing).toBeGreaterThan(0)
  // Before version 15 the server publishes its counters with a delay.
  await expect
    .poll(async () => (await probe({ url: monitor })).facts.cacheHits, { timeout: 5_000 })
    .toBeGreaterThan(0)
})

test('without pg_monitor the numbers that would lie are left out, and it is said which', async () => {
  const idle = await open()
  await idle.query('SELECT 1')
  const { status, facts, problems } = await probe({ url: server.urlFor('plain', 'hunter2') })
  expect(status).toBe('healthy')
  expect(facts.connections?.['hidden']).toBeGreaterThanOrEqual(1)
  expect(facts.longestTransactionSeconds).toBeUndefined()
  expect(facts.blockedSessions).toBeUndefined()
  expect(facts.sizeBytes).toBeGreaterThan(0)
  expect(problems['locks']).toBe('expected the role to be a member of pg_monitor')
  const answered = await lines(server.urlFor('plain', 'hunter2'), 'watchpost_database_query_success')
  expect(answered).toContain('watchpost_database_query_success{target="db",query="locks"} 0')
  expect(answered).toContain('watchpost_database_query_success{target="db",query="size"} 1')
})

test('a blocking transaction shows with who blocks whom and how long it has been open', async () => {
  const blocker = await open({ application: 'trainer' })
  const blocked = await open({ application: 'posting_service' })
  await blocker.query('BEGIN; UPDATE accounts SET balance = 0 WHERE id = 1')
  const waiting = blocked.query('UPDATE accounts SET balance = 1 WHERE id = 1')
  await expect.poll(async () => (await probe({ url: monitor })).facts.blockedSessions).toBe(1)
  const { facts } = await probe({ url: monitor })
  expect(facts.lockWaits).toMatchObject([
    {
      blocker: 'trainer',
      blocked: 'posting_service',
      sessions: 1,
      root: true,
      blockerState: 'idle in transaction',
    },
  ])
  expect(facts.longestTransactionSeconds).toBeGreaterThan(0)
  expect(facts.connections).toMatchObject({ idle_in_transaction: 1 })
  expect(await lines(monitor, 'watchpost_database_lock_waits')).toEqual([
    'watchpost_database_lock_waits{target="db",blocker="trainer",blocked="posting_service"} 1',
  ])
  await blocker.query('ROLLBACK')
  await waiting
})

test('a deadlock is counted', async () => {
  const first = await server.connect()
  const second = await server.connect()
  await first.query("SET deadlock_timeout = '10ms'; BEGIN; UPDATE accounts SET balance = 0 WHERE id = 1")
  await second.query("SET deadlock_timeout = '10ms'; BEGIN; UPDATE accounts SET balance = 0 WHERE id = 2")
  const before = (await probe({ url: monitor })).facts
  const results = await Promise.allSettled([
    first.query('UPDATE accounts SET balance = 0 WHERE id = 2'),
    second.query('UPDATE accounts SET balance = 0 WHERE id = 1'),
  ])
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1)
  // A session hands in its statistics at its end, or when it has been idle for ten seconds.
  await Promise.all([first.end(), second.end()])
  const now = async (): Promise<number> => (await probe({ url: monitor })).facts.deadlocks ?? 0
  await expect.poll(now, { timeout: 5_000 }).toBe((before.deadlocks ?? 0) + 1)
})

test('a full server is refused entry by reason quota, and who fills it is asked through the pool', async () => {
  const pool = openDatabase('db', monitor)
  onTestFinished(() => pool.close())
  await pool.read({ signal: AbortSignal.timeout(1_000), timeoutSeconds: 1 }, (client) =>
    client.query('SELECT 1'),
  )
  const plain = server.urlFor('plain', 'hunter2')
  const held: Client[] = []
  onTestFinished(async () => void (await Promise.all(held.map((client) => client.end()))))
  // Superusers have three places of their own, and the pool has one; the probe has none.
  for (let index = 0; index < 36; index += 1) held.push(await server.connect({ url: plain }))
  const alone = await probe({ url: monitor })
  expect([alone.status, alone.reason, alone.facts]).toEqual(['error', 'quota', {}])
  expect(alone.detail).toContain('53300')
  const context = collectorContext({ databases: new Map([['db', pool]]) })
  const [helped] = (await collect({ url: monitor }, context)).targets
  expect([helped?.status, helped?.reason]).toEqual(['error', 'quota'])
  expect(helped?.facts).toMatchObject({ connectionsMax: 40, connections: { idle: 36, active: 1 } })
})

test('a nearly full server shows its sessions against the most it admits', async () => {
  const held = await Promise.all(Array.from({ length: 20 }, () => server.connect()))
  try {
    const { facts } = await probe({ url: monitor })
    expect(Object.values(facts.connections ?? {}).reduce((a, b) => a + b)).toBeGreaterThanOrEqual(21)
    expect([facts.connectionsMax, facts.connectionsReserved]).toEqual([40, 3])
  } finally {
    await Promise.all(held.map((client) => client.end()))
  }
})

test('wrong credentials are told apart from a server that is not there, and neither shows the password', async () => {
  const wrong = await probe({ url: server.urlFor('monitor', 'swordfish') })
  expect([wrong.status, wrong.reason]).toEqual(['error', 'auth'])
  const absent = await probe({ url: 'postgres://monitor:swordfish@127.0.0.1:1/postgres' })
  expect([absent.status, absent.reason]).toEqual(['error', 'connect'])
  const unknown = await probe({ url: 'postgres://monitor:swordfish@nowhere.invalid/postgres' })
  expect([unknown.status, unknown.reason]).toEqual(['error', 'dns'])
  const noDatabase = await probe({ url: server.urlFor('monitor', 'hunter2', 'nowhere') })
  expect([noDatabase.status, noDatabase.reason]).toEqual(['error', 'error'])
  const noTls = await probe({ url: `${monitor}?sslmode=require` })
  expect([noTls.status, noTls.reason]).toEqual(['error', 'tls'])
  expect(JSON.stringify([wrong, absent, unknown, noDatabase, noTls])).not.toMatch(/swordfish|hunter2/)
})

test('a server that accepts and says nothing is given up at its own timeout', async () => {
  const port = await serveTcp(() => {})
  const { status, reason, durationSeconds } = await probe({
    url: `postgres://monitor@127.0.0.1:${port}/postgres`,
    timeout: '200ms',
  })
  expect([status, reason]).toEqual(['error', 'timeout'])
  expect(durationSeconds).toBeLessThan(1)
})

test('the use of our own pool is on the page, and one database down leaves the others their series', async () => {
  const pool = openDatabase('db', monitor)
  onTestFinished(() => pool.close())
  await pool.read({ signal: AbortSignal.timeout(1_000), timeoutSeconds: 1 }, (client) =>
    client.query('SELECT 1'),
  )
  const context = { ...collectorContext(), databases: new Map([['db', pool]]) }
  const section = [
    { name: 'db', url: monitor },
    { name: 'gone', url: 'postgres://monitor@127.0.0.1:1/postgres' },
  ]
  const watch = databases.create(databases.schema.parse(section), context)
  const reading = await watch.collect(startRound())
  const text = renderText(databases.families(reading))
  expect(text).toContain('watchpost_database_pool_connections{target="db",state="idle"} 1\n')
  expect(text).toContain('watchpost_database_connections_max{target="db"} 40\n')
  expect(text).not.toContain('gone')
  expect(reading.targets.map(({ target, status }) => [target, status])).toEqual([
    ['db', 'healthy'],
    ['gone', 'error'],
  ])
})

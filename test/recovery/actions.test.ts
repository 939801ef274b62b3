// reconnect_database on a real Postgres, with every kind of session that must live.
import type { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { reconnectPostgres } from '../../recovery/src/actions/reconnect-postgres.ts'
import { startPostgres } from '../harness/postgres.ts'
import type { TestPostgres } from '../harness/postgres.ts'
import { waitFor } from '../harness/wait.ts'

let server: TestPostgres
beforeAll(async () => {
  server = await startPostgres()
  await server.run(`
    CREATE ROLE healer LOGIN PASSWORD 'one' IN ROLE pg_signal_backend, pg_read_all_stats;
    CREATE ROLE app LOGIN PASSWORD 'two';
    CREATE ROLE colleague LOGIN PASSWORD 'three';
    CREATE TABLE accounts (id int PRIMARY KEY, balance int);
    GRANT ALL ON accounts TO app, colleague`)
})
beforeEach(() =>
  server.run('TRUNCATE accounts; INSERT INTO accounts SELECT id, 0 FROM generate_series(1, 9) id'),
)
afterAll(() => server.remove())

const passwords = { app: 'two', colleague: 'three' }

async function open(user: keyof typeof passwords, application = 'app'): Promise<Client> {
  const client = await server.connect({ url: server.urlFor(user, passwords[user]), application })
  onTestFinished(() => client.end())
  return client
}

const update = (id: number): string => `UPDATE accounts SET balance = balance + 1 WHERE id = ${id}`

/** Holds a row in a transaction that nobody goes on with, and lets somebody wait for it. */
async function block(id: number, holder: Client): Promise<{ readonly freed: Promise<boolean> }> {
  await holder.query(`BEGIN; ${update(id)}`)
  const waiter = await open('app', 'waiter')
  const freed = waiter.query(update(id)).then(
    () => true,
    () => false,
  )
  const watcher = await server.connect()
  onTestFinished(() => watcher.end())
  await waitFor('somebody waits', async () => {
    const sql =
      "SELECT 1 FROM pg_stat_activity WHERE application_name = 'waiter' AND wait_event_type = 'Lock'"
    return (await watcher.query(sql)).rows.length > 0
  })
  return { freed }
}

function bind(change: object = {}) {
  const fields = { url: server.urlFor('healer', 'one'), users: ['app'], idle_for: '0s', ...change }
  return reconnectPostgres.bind(reconnectPostgres.fields.parse(fields))
}

const moment = () => ({ now: 0, signal: AbortSignal.timeout(10_000), idempotencyKey: 'k' })

const isAlive = (client: Client): Promise<boolean> =>
  client.query('SELECT 1').then(
    () => true,
    () => false,
  )

test('who sleeps in a transaction and holds up others is ended, and they go on', async () => {
  const holder = await open('app')
  const { freed } = await block(1, holder)
  const plan = await bind().plan(moment())
  expect(plan.steps).toEqual([expect.stringMatching(/^end session \d+ of app \(app\), idle in transaction/)])
  expect(await isAlive(holder)).toBe(true)
  expect(await bind().run(moment())).toEqual([expect.stringMatching(/^ended session/)])
  expect(await freed).toBe(true)
  expect(await isAlive(holder)).toBe(false)
})

test.each([
  ['of somebody who is not in the list', 'colleague', 'app', {}],
  ['of a backup', 'app', 'pg_dump', {}],
  ['of a migration', 'app', 'Flyway 10', {}],
  ['of an application that is not in the list', 'app', 'worker', { applications: ['app'] }],
  ['that has not slept for long', 'app', 'app', { idle_for: '1h' }],
] as const)('a session %s lives, though it holds up others', async (_what, user, application, change) => {
  const holder = await open(user, application)
  await block(1, holder)
  expect(await bind(change).plan(moment())).toEqual({
    refusal: 'no session that may be ended blocks others',
  })
  await expect(bind(change).run(moment())).rejects.toThrow('no session that may be ended blocks others')
  expect(await isAlive(holder)).toBe(true)
})

test('who sleeps and holds up nobody lives, and so does who works', async () => {
  const sleeper = await open('app')
  await sleeper.query(`BEGIN; ${update(1)}`)
  expect((await bind().plan(moment())).refusal).toBeDefined()
  expect(await isAlive(sleeper)).toBe(true)
})

test('at most as many as the limit are ended at a time', async () => {
  const holders = await Promise.all([open('app'), open('app')])
  for (const [index, holder] of holders.entries()) await block(index + 1, holder)
  expect(await bind({ max_sessions: 1 }).run(moment())).toHaveLength(1)
  expect((await Promise.all(holders.map(isAlive))).filter(Boolean)).toHaveLength(1)
})

test('a role without the grant is an error that says so', async () => {
  await server.run("CREATE ROLE reader LOGIN PASSWORD 'four' IN ROLE pg_read_all_stats")
  await block(1, await open('app'))
  await expect(bind({ url: server.urlFor('reader', 'four') }).run(moment())).rejects.toThrow(
    /permission denied|must be a member/,
  )
})

// Schedulers that keep their runs in tables of their own: n8n and pg-boss on their real ones, pg_cron on its documented;
// pg-cron.test.ts has the extension itself.
import { readFile } from 'node:fs/promises'
import type { Client } from 'pg'
import { PgBoss } from 'pg-boss'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startPostgres } from '../harness/postgres.ts'
import type { TestPostgres } from '../harness/postgres.ts'
import { watchTasks } from '../harness/tasks.ts'
import type { TaskWatch } from '../harness/tasks.ts'

let server: TestPostgres
let client: Client

beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.remove())

beforeEach(async () => {
  client = await server.connect()
  await client.query(
    'DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP SCHEMA IF EXISTS cron CASCADE; DROP SCHEMA IF EXISTS pgboss CASCADE',
  )
  onTestFinished(() => client.end())
})

function watch(source: object): TaskWatch {
  const opened = watchTasks({ url: server.url, source: { margin: '0s', ...source } })
  onTestFinished(() => opened.close())
  return opened
}

describe('n8n', () => {
  beforeEach(async () => {
    await client.query(await readFile('test/fixtures/n8n-schema.sql', 'utf8'))
    await client.query(`
      INSERT INTO workflow_entity (id, name, active, nodes, connections, "versionId")
      VALUES ('w1', 'Fetch prices', true, '[]', '{}', 'v1'), ('w2', 'Report', true, '[]', '{}', 'v1');
      INSERT INTO scheduled_job (name, "taskType", kind, "cronExpression", timezone, "ownerType", "ownerId")
      VALUES ('w1', 'workflow:schedule-trigger', 'cron', '0 5 * * * *', 'Asia/Taipei', 'workflow', 'w1')`)
  })

  async function execute(
    status: string,
    rest: { readonly mode?: string; readonly retryOf?: string; readonly stopped?: boolean } = {},
  ): Promise<string> {
    const { mode = 'trigger', retryOf = null, stopped = true } = rest
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO execution_entity (finished, mode, status, "startedAt", "stoppedAt", "workflowId", "retryOf")
      VALUES ($1 = 'success', $2, $1, now() - interval '3 s', CASE WHEN $3 THEN now() END, 'w1', $4) RETURNING id::text`,
      [status, mode, stopped, retryOf],
    )
    return rows[0]?.id ?? ''
  }

  /** As n8n does it: the outcome is counted in the delta, and rolled up later. */
  async function count(name: string, times = 1): Promise<void> {
    await client.query(
      `INSERT INTO workflow_statistics_delta ("workflowId", name, "rootCountDelta") SELECT 'w1', $1, 1 FROM generate_series(1, $2::int)`,
      [name, times],
    )
  }

  const rollUp = `
    BEGIN;
    INSERT INTO workflow_statistics ("workflowId", name, count) SELECT "workflowId", name, count(*) FROM workflow_statistics_delta GROUP BY 1, 2
      ON CONFLICT ("workflowId", name) DO UPDATE SET count = workflow_statistics.count + excluded.count;
    DELETE FROM workflow_statistics_delta;
    COMMIT`

  test('totals come from the statistics, across a roll-up, pruning and a workflow that is deleted', async () => {
    const tasks = watch({ kind: 'n8n' })
    await count('production_success', 40)
    await client.query(rollUp)
    expect((await tasks.task('Fetch prices')).totals).toMatchObject({ runs: 40, failures: 0 })
    await count('production_error', 2)
    await count('manual_success', 5)
    expect((await tasks.task('Fetch prices')).totals).toMatchObject({ runs: 42, failures: 2 })
    await client.query(rollUp)
    expect((await tasks.task('Fetch prices')).totals).toMatchObject({ runs: 42, failures: 2 })
    await client.query('DELETE FROM workflow_statistics')
    await count('production_success', 3)
    expect((await tasks.task('Fetch prices')).totals).toMatchObject({ runs: 45, failures: 2 })
  })

  test('a waiting run has not ended though it has an end, and is known by its start', async () => {
    const tasks = watch({ kind: 'n8n' })
    await tasks.collect()
    const id = await execute('waiting')
    expect(await tasks.task('Fetch prices')).toMatchObject({ running: 1, totals: { durationSum: 0 } })
    await client.query(`UPDATE execution_entity SET status = 'success', "stoppedAt" = now() WHERE id = ${id}`)
    const found = await tasks.task('Fetch prices')
    expect(found).toMatchObject({ running: 0, verdict: 'ok' })
    expect(found.totals.durationSum).toBeGreaterThanOrEqual(3)
  })

  test('a run that is not saved is neither running for ever nor a failure', async () => {
    const tasks = watch({ kind: 'n8n' })
    await tasks.collect()
    const id = await execute('running', { stopped: false })
    expect((await tasks.task('Fetch prices')).running).toBe(1)
    await client.query(`UPDATE execution_entity SET "deletedAt" = now() WHERE id = ${id}`)
    await count('production_success')
    expect(await tasks.task('Fetch prices')).toMatchObject({ running: 0, totals: { runs: 1, failures: 0 } })
  })

  test('retries, crashes and runs by hand are told apart, and history that is pruned is not forgotten', async () => {
    const tasks = watch({ kind: 'n8n' })
    await tasks.collect()
    const failed = await execute('error')
    await execute('success', { mode: 'retry', retryOf: failed })
    await execute('crashed')
    await execute('canceled')
    await execute('error', { mode: 'manual' })
    await tasks.collect()
    await client.query('DELETE FROM execution_entity')
    const { totals, verdict } = await tasks.task('Fetch prices')
    expect(totals).toMatchObject({
      retries: 1,
      retrySuccesses: 1,
      canceled: 1,
      consecutiveFailures: 1,
      errors: { other: 1, crashed: 1 },
    })
    expect(verdict).toBe('failing')
  })

  test('the schedule comes from the durable scheduler, where there is one', async () => {
    const tasks = watch({ kind: 'n8n' })
    await execute('success')
    const { schedule, nextRun = 0 } = await tasks.task('Fetch prices')
    expect(schedule).toMatchObject({ cron: '0 5 * * * *', timezone: 'Asia/Taipei' })
    expect(new Date(nextRun * 1000).getUTCMinutes()).toBe(5)
  })

  test('slots of an interval are as the scheduler tells, and those that it skipped are missed', async () => {
    await client.query(`
      INSERT INTO scheduled_job (name, "taskType", kind, "intervalSeconds", "ownerType", "ownerId", "nextRunAt")
      VALUES ('w2', 'workflow:schedule-trigger', 'interval', 900, 'workflow', 'w2', now() + interval '20 min')`)
    const occur = (minutes: number, status: string, error: string | null = null): Promise<unknown> =>
      client.query(
        `INSERT INTO scheduled_task ("jobId", "taskType", "scheduledFor", "runAt", status, "finishedAt", "errorMessage")
        SELECT id, "taskType", now() + $1 * interval '1 min', now(), $2::text, CASE $2::text WHEN 'pending' THEN NULL ELSE now() END, $3
        FROM scheduled_job WHERE name = 'w2'`,
        [minutes, status, error],
      )
    await occur(-40, 'missed')
    await occur(-10, 'succeeded')
    await occur(5, 'pending')
    const tasks = watch({ kind: 'n8n' })
    const { nextRun = 0, due = 0, ...report } = await tasks.task('Report')
    expect(report).toMatchObject({ missed: 0, isOverdue: false, schedule: undefined })
    expect(nextRun - due).toBeCloseTo(900, -1)
    await occur(-8, 'missed')
    await occur(-6, 'failed', 'no published version (SQLSTATE 57P03)')
    expect(await tasks.task('Report')).toMatchObject({ missed: 2, isOverdue: true, verdict: 'overdue' })
    const { missed, notes } = await tasks.task('Report')
    expect(missed).toBe(2)
    expect(notes.at(-1)).toMatchObject({ class: 'cannot_connect_now' })
    expect(notes.at(-1)?.message).toMatch(/^no run for the slot of .+Z: no published version/)
    await client.query('DELETE FROM scheduled_task')
    await occur(-1, 'succeeded')
    expect(await tasks.task('Report')).toMatchObject({ missed: 2, isOverdue: false })
    await client.query(`UPDATE scheduled_job SET "nextRunAt" = now() - interval '5 min' WHERE name = 'w2'`)
    expect((await tasks.task('Report')).isOverdue).toBe(true)
  })

  test('a poll trigger is no schedule, and a workflow without a time zone has that of n8n', async () => {
    await client.query(`
      UPDATE scheduled_job SET timezone = NULL;
      INSERT INTO scheduled_job (name, "taskType", kind, "cronExpression", "ownerType", "ownerId")
      VALUES ('w2', 'workflow:poll-trigger', 'cron', '* * * * *', 'workflow', 'w2')`)
    const tasks = watch({ kind: 'n8n', timezone: 'Asia/Tokyo' })
    await execute('success')
    expect((await tasks.task('Fetch prices')).schedule).toMatchObject({ timezone: 'Asia/Tokyo' })
    expect((await tasks.collect()).tasks.map(({ task }) => task)).toEqual(['Fetch prices'])
  })

  test('an older n8n without delta, statistics and scheduler is counted run by run', async () => {
    await client.query(
      'DROP TABLE workflow_statistics, workflow_statistics_delta, scheduled_task, scheduled_job',
    )
    const tasks = watch({ kind: 'n8n' })
    await tasks.collect()
    await execute('success')
    await execute('error')
    expect((await tasks.task('Fetch prices')).totals).toMatchObject({ runs: 2, failures: 1 })
  })

  test('the role that is shipped may read what is needed and no more', async () => {
    const sql = (await readFile('docs/sql/n8n.sql', 'utf8'))
      .replaceAll(':role', 'n8n_reader')
      .replaceAll(':password', "'hunter2'")
    await client.query(`${sql}; GRANT USAGE ON SCHEMA public TO n8n_reader`)
    onTestFinished(() => server.run('DROP OWNED BY n8n_reader; DROP ROLE n8n_reader'))
    const tasks = watchTasks({ url: server.urlFor('n8n_reader', 'hunter2'), source: { kind: 'n8n' } })
    onTestFinished(() => tasks.close())
    await execute('success')
    await count('production_success')
    expect(await tasks.task('Fetch prices')).toMatchObject({ totals: { runs: 1 }, missed: 0 })
    // A role that was made before this column was read: the schedule is lost, and nothing else.
    await client.query(
      'REVOKE SELECT ON scheduled_job FROM n8n_reader; GRANT SELECT (id) ON scheduled_job TO n8n_reader',
    )
    const poorer = watchTasks({ url: server.urlFor('n8n_reader', 'hunter2'), source: { kind: 'n8n' } })
    onTestFinished(() => poorer.close())
    expect(await poorer.task('Fetch prices')).toMatchObject({ totals: { runs: 1 }, missed: undefined })
  })
})

describe('pg-boss', () => {
  test('jobs that it has worked off are counted, retries and errors included', async () => {
    const boss = new PgBoss({ connectionString: server.url, schema: 'pgboss' })
    boss.on('error', () => {})
    await boss.start()
    onTestFinished(() => boss.stop({ graceful: false }))
    await boss.createQueue('prices')
    await boss.schedule('prices', '*/5 * * * *', null, { tz: 'Asia/Taipei' })
    const tasks = watch({ kind: 'pg_boss' })
    await tasks.collect()
    await boss.send('prices', {}, { retryLimit: 0 })
    const [first] = await boss.fetch('prices')
    expect((await tasks.task('prices')).running).toBe(1)
    await boss.complete('prices', first?.id ?? '')
    await boss.send('prices', {}, { retryLimit: 1, retryDelay: 0 })
    for (const attempt of [1, 2]) {
      const [job] = await boss.fetch('prices')
      await boss.fail('prices', job?.id ?? '', { message: `HTTP 503 at attempt ${attempt}` })
    }
    await expect.poll(async () => (await tasks.task('prices')).totals.runs, { timeout: 5_000 }).toBe(2)
    const { totals, schedule, notes, running } = await tasks.task('prices')
    expect(totals).toMatchObject({ runs: 2, failures: 1, retries: 1, errors: { http_503: 1 } })
    expect(schedule).toMatchObject({ cron: '*/5 * * * *', timezone: 'Asia/Taipei' })
    expect(notes[0]?.message).toBe('HTTP 503 at attempt 2')
    expect(running).toBe(0)
    expect((await tasks.collect()).sources[0]?.scansFully).toBe(false)
  })

  test('a database without it is a clear reason', async () => {
    const [source] = (await watch({ kind: 'pg_boss' }).collect()).sources
    expect(source).toMatchObject({
      reason: 'schema',
      detail: 'table "pgboss".job: expected the tables of pg-boss 10 or newer, found none',
    })
  })
})

describe('pg_cron', () => {
  beforeEach(async () => {
    // As the extension's 1.6 documents them; the extension itself is not in the embedded server.
    await client.query(`
      CREATE SCHEMA cron;
      CREATE TABLE cron.job (
        jobid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, schedule text NOT NULL, command text NOT NULL,
        nodename text NOT NULL DEFAULT 'localhost', nodeport int NOT NULL DEFAULT 5432,
        database text NOT NULL DEFAULT current_database(), username text NOT NULL DEFAULT current_user,
        active boolean NOT NULL DEFAULT true, jobname text);
      CREATE TABLE cron.job_run_details (
        jobid bigint, runid bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, job_pid int, database text, username text,
        command text, status text, return_message text, start_time timestamptz, end_time timestamptz);
      INSERT INTO cron.job (schedule, command, jobname) VALUES ('0 3 $ * *', 'VACUUM', 'vacuum'), ('30 seconds', 'SELECT 1', NULL)`)
  })

  test('runs are counted by the name of their job, and followed while they are open', async () => {
    const tasks = watch({ kind: 'pg_cron' })
    await tasks.collect()
    await client.query(`
      INSERT INTO cron.job_run_details (jobid, status, return_message, start_time, end_time) VALUES
        (1, 'succeeded', 'VACUUM', now() - interval '9 s', now()),
        (1, 'failed', 'ERROR:  deadlock detected', now() - interval '9 s', now()),
        (1, 'starting', NULL, NULL, NULL), (2, 'running', NULL, now(), NULL)`)
    const vacuum = await tasks.task('vacuum')
    expect(vacuum.totals).toMatchObject({ runs: 2, failures: 1 })
    expect((await tasks.task('vacuum')).totals.errors).toMatchObject({ deadlock_detected: 1 })
    expect(vacuum.schedule).toMatchObject({ cron: '0 3 L * *', timezone: 'GMT' })
    expect(await tasks.task('job 2')).toMatchObject({ running: 1, schedule: undefined })
    await client.query(
      "UPDATE cron.job_run_details SET status = 'succeeded', start_time = now(), end_time = now()",
    )
    expect((await tasks.task('vacuum')).totals).toMatchObject({ runs: 3, failures: 1 })
    expect((await tasks.task('job 2')).totals.runs).toBe(1)
    await client.query("UPDATE cron.job SET active = false WHERE jobname = 'vacuum'")
    expect(await tasks.task('vacuum')).toMatchObject({
      schedule: undefined,
      missed: undefined,
      totals: { runs: 3 },
    })
  })
})

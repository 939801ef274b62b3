// Task records that cannot be read, or not be kept: a clear reason, and nothing lost once it is put right.
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { startRound } from '../harness/collector.ts'
import { columns, success, useRuns } from '../harness/runs.ts'

const runs = useRuns()

test.each([
  {
    wrong: 'a column that is not there',
    source: { columns: { ...columns, status: 'state' } },
    sql: '',
    detail: 'columns.status: no column state among id, task_name',
  },
  {
    wrong: 'a column of numbers where a time is due',
    source: { columns: { ...columns, started: 'retry_of' } },
    sql: '',
    detail: 'columns.started: expected a timestamp, column retry_of is of type bigint',
  },
  {
    wrong: 'a text as the id to follow',
    source: { columns: { ...columns, id: 'error' } },
    sql: '',
    detail: 'columns.id: expected whole numbers for cursor: id, column error is of type text',
  },
  {
    wrong: 'a table that is not there',
    source: { table: 'walks' },
    sql: '',
    detail: 'expected it to be there',
  },
  {
    wrong: 'a right that was taken away',
    source: {},
    sql: 'REVOKE ALL ON runs FROM watcher',
    detail: 'no right to read column',
  },
  {
    wrong: 'a table that was renamed',
    source: {},
    sql: 'ALTER TABLE runs RENAME TO runs_2',
    detail: 'expected it to be there',
  },
])('$wrong is a clear reason', async ({ source, sql, detail }) => {
  const tasks = runs.watch({ cursor: 'id', ...source })
  await runs.query(sql)
  const [found] = (await tasks.collect()).sources
  expect(found).toMatchObject({ reason: 'schema', detail: expect.stringContaining(detail) })
})

test('what goes wrong while it is watched loses nothing when it is put right', async () => {
  const tasks = runs.watch({ schedules: [{ task: 'fetch', cron: '* * * * * *', grace: '1s' }] })
  await tasks.collect()
  await runs.write(success, 2)
  await tasks.collect()
  await runs.query('ALTER TABLE runs RENAME TO runs_2')
  const missed = (await tasks.task('fetch')).missed
  const away = await tasks.task('fetch')
  expect(away).toMatchObject({ running: undefined, missed, totals: { runs: 2 } })
  expect(tasks.context().logged.at(-1)?.message).toBe('task records cannot be read')
  await runs.query('ALTER TABLE runs_2 RENAME TO runs')
  await runs.write(success, 2)
  expect((await tasks.task('fetch')).totals.runs).toBe(4)
  expect((await tasks.collect()).sources[0]?.resets).toBe(0)
})

test('a round with little time does not wait for the reading of another round, and tells what is known', async () => {
  const tasks = runs.watch()
  await tasks.collect()
  await runs.write(success, 2)
  await tasks.collect()
  const locker = await runs.server.connect()
  await locker.query('BEGIN; LOCK TABLE runs')
  const patient = tasks.collect()
  const hasty = tasks.watch().collect(startRound({ signal: AbortSignal.timeout(100), timeoutSeconds: 0.1 }))
  const found = await Promise.race([hasty, patient.then(() => 'waited')])
  expect(found).toMatchObject({
    sources: [{ reason: 'timeout' }],
    tasks: [{ running: undefined, totals: { runs: 2 } }],
  })
  await locker.query('ROLLBACK')
  await locker.end()
  expect((await patient).sources[0]?.reason).toBeUndefined()
})

test('a server that restarts in the middle of a reading interrupts one round and no count', async () => {
  const tasks = runs.watch()
  await tasks.collect()
  await runs.write(success, 2)
  const locker = await runs.server.connect()
  await locker.query('BEGIN; LOCK TABLE runs')
  const reading = tasks.collect()
  await runs.server.stop()
  expect((await reading).sources[0]?.reason).toMatch(/^(?:connect|error|timeout)$/)
  await runs.server.start()
  const client = await runs.server.connect()
  await client.query(
    "INSERT INTO runs (task_name, status, started_at, finished_at) VALUES ('fetch', 'success', now(), now())",
  )
  await client.end()
  await expect.poll(async () => (await tasks.collect()).tasks[0]?.totals.runs, { timeout: 10_000 }).toBe(3)
})

test('a table that is locked ends in a timeout within the time there is, and in no loss', async () => {
  const tasks = runs.watch({}, { timeoutSeconds: 0.5 })
  await tasks.collect()
  await runs.write(success, 2)
  const locker = await runs.server.connect()
  await locker.query('BEGIN; LOCK TABLE runs')
  const began = performance.now()
  expect((await tasks.collect()).sources[0]?.reason).toBe('timeout')
  expect(performance.now() - began).toBeLessThan(2_000)
  await locker.end()
  expect((await tasks.task('fetch')).totals.runs).toBe(2)
})

test('a full disk is told of, and counting goes on from memory until there is room again', async () => {
  const tasks = runs.watch({ cursor: 'id' })
  await tasks.collect()
  // Writing the draft meets a device that is always full; the cleaning up after it makes room.
  await symlink('/dev/full', `${runs.stateFile}.draft`)
  await runs.write(success, 2)
  const full = await tasks.collect()
  expect(full.sources[0]).toMatchObject({ isPersisted: false, reason: undefined })
  expect(full.tasks[0]?.totals.runs).toBe(2)
  expect((await tasks.collect()).sources[0]?.isPersisted).toBe(true)
  await tasks.restart()
  expect((await tasks.task('fetch')).totals.runs).toBe(2)
})

test('a damaged state file falls back on the one before it, and on the table when there is none', async () => {
  const tasks = runs.watch({ cursor: 'id' })
  await tasks.collect()
  for (const _ of [1, 2]) {
    await runs.write(success, 2)
    await tasks.collect()
  }
  await writeFile(runs.stateFile, '{"version":1,"half')
  await tasks.restart()
  expect((await tasks.task('fetch')).totals.runs).toBe(4)
  await writeFile(runs.stateFile, 'x')
  await writeFile(`${runs.stateFile}.previous`, 'x')
  await tasks.restart()
  const reading = await tasks.collect()
  expect(reading.sources[0]).toMatchObject({ isPersisted: true, resets: 1 })
  expect(tasks.context().logged[0]?.message).toBe('state of tasks is lost, counting begins afresh')
  expect(await readFile(runs.stateFile, 'utf8')).toContain('"version":1')
})

test('a long way behind is caught up in steps, and totals are shown when it is done', async () => {
  await runs.query(
    "INSERT INTO runs (task_name, status, started_at, finished_at) SELECT 'fetch', 'success', now(), now() FROM generate_series(1, 60000)",
  )
  const tasks = runs.watch({ cursor: 'finished' })
  const first = await tasks.collect()
  expect(first.sources[0]).toMatchObject({ isCatchingUp: true })
  expect(first.tasks).toEqual([])
  await expect
    .poll(async () => (await tasks.collect()).tasks[0]?.totals.runs, { timeout: 10_000 })
    .toBe(60_000)
})

test('a missing index is found at the first reading, with the words to make it', async () => {
  await runs.query('DROP INDEX runs_finished_at_id_idx')
  const [source] = (await runs.watch({ cursor: 'finished' }).collect()).sources
  expect(source).toMatchObject({ scansFully: true })
  expect(source?.detail).toContain('CREATE INDEX CONCURRENTLY ON "runs" ("finished_at", "id") WHERE')
  const [other] = (await runs.watch({ cursor: 'id', name: 'other' }).collect()).sources
  expect(other?.scansFully).toBe(false)
})

test('a transaction that stays open is waited for, but not for ever, and giving up is counted', async () => {
  const tasks = runs.watch({ cursor: 'finished' })
  await tasks.collect()
  const stuck = await runs.server.connect()
  await stuck.query('BEGIN; SELECT pg_current_xact_id()')
  const old = "('old', 'success', now() - interval '1010 s', now() - interval '1000 s', NULL::text)"
  await runs.write(old)
  await tasks.collect()
  // As if it had been open for twenty minutes.
  const state = JSON.parse(await readFile(runs.stateFile, 'utf8')) as { horizonAt: number }
  await writeFile(runs.stateFile, JSON.stringify({ ...state, steps: [], horizonAt: state.horizonAt - 1200 }))
  await tasks.restart()
  const reading = await tasks.collect()
  expect(reading.sources[0]).toMatchObject({ forced: 1, lagSeconds: expect.closeTo(1200, -2) })
  expect(reading.tasks.find(({ task }) => task === 'old')?.totals.runs).toBe(1)
  await stuck.end()
  expect((await tasks.collect()).sources[0]).toMatchObject({ forced: 1, lagSeconds: expect.closeTo(0, -1) })
})

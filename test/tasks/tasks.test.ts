// Task records on a real Postgres: counted once, whatever happens to the table and to the clocks.
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { failure, success, useRuns } from '../harness/runs.ts'
import type { TaskWatch } from '../harness/tasks.ts'

const runs = useRuns()

describe.each(['id', 'finished'])('followed by %s', (cursor) => {
  test('each run is counted once, over scrapes and a restart', async () => {
    const tasks = runs.watch({ cursor })
    await tasks.collect()
    await runs.write(success, 3)
    await tasks.collect()
    expect((await tasks.task('fetch')).totals).toMatchObject({ runs: 3, failures: 0 })
    await runs.write(failure, 2)
    await tasks.restart()
    const found = await tasks.task('fetch')
    expect(found.totals).toMatchObject({
      runs: 5,
      failures: 2,
      errors: { http_502: 0, http_5xx: 0 },
      consecutiveFailures: 2,
    })
    expect((await tasks.task('fetch')).totals.errors).toMatchObject({ http_502: 2, http_5xx: 0 })
    expect(found.totals.durationCounts).toEqual([0, 0, 5, 5, 5, 5, 5, 5, 5, 5])
    expect(found.notes.map(({ message }) => message)).toEqual(['HTTP 502', 'HTTP 502'])
    expect((await tasks.collect()).sources[0]).toMatchObject({ isPersisted: true, resets: 0 })
  })

  test('a run that is committed late is counted, and others do not wait in vain', async () => {
    const tasks = runs.watch({ cursor })
    await tasks.collect()
    const slow = await runs.server.connect()
    await slow.query(
      `BEGIN; INSERT INTO runs (task_name, status, started_at, finished_at) VALUES ('slow', 'success', now(), now())`,
    )
    await runs.write(success)
    await tasks.collect()
    await slow.query('COMMIT')
    await slow.end()
    await tasks.collect()
    await tasks.collect()
    expect((await tasks.task('slow')).totals.runs).toBe(1)
    expect((await tasks.task('fetch')).totals.runs).toBe(1)
  })

  test('a run under way is told of, and counted when it ends however late its clock says that was', async () => {
    const tasks = runs.watch({ cursor })
    await tasks.collect()
    await runs.write("('long', 'running', now() - interval '1 hour', NULL::timestamptz, NULL::text)")
    expect(await tasks.task('long')).toMatchObject({ running: 1, totals: { runs: 0 } })
    await runs.write(success)
    await tasks.collect()
    await tasks.collect()
    await runs.query(
      "UPDATE runs SET status = 'success', finished_at = now() - interval '3 minutes' WHERE task_name = 'long'",
    )
    expect(await tasks.task('long')).toMatchObject({ running: 0, totals: { runs: 1 } })
    expect((await tasks.task('long')).totals.runs).toBe(1)
  })

  test('pruned records stay counted, and a run deleted before its end is told of', async () => {
    const tasks = runs.watch({ cursor })
    await tasks.collect()
    await runs.write(success, 4)
    await runs.write("('fetch', 'running', now(), NULL::timestamptz, NULL::text)")
    await tasks.collect()
    await tasks.collect()
    await runs.query('DELETE FROM runs')
    const reading = await tasks.collect()
    expect(reading.tasks[0]).toMatchObject({ running: 0, totals: { runs: 4 } })
    expect(reading.sources[0]).toMatchObject({ vanished: 1, resets: 0 })
  })

  test('an edited record is not counted again', async () => {
    const tasks = runs.watch({ cursor })
    await tasks.collect()
    await runs.write(success, 4)
    await tasks.collect()
    await tasks.collect()
    await runs.query("UPDATE runs SET error = 'a note'")
    expect((await tasks.task('fetch')).totals.runs).toBe(4)
  })

  test('a table dropped and made again, or restored, adds only what is new', async () => {
    const tasks = runs.watch({ cursor })
    await tasks.collect()
    await runs.write(success, 4)
    await tasks.collect()
    await tasks.task('fetch')
    await runs.query(`
      CREATE TABLE copy (LIKE runs INCLUDING ALL); INSERT INTO copy SELECT * FROM runs;
      DROP TABLE runs; ALTER TABLE copy RENAME TO runs; GRANT SELECT ON runs TO watcher`)
    await tasks.collect()
    await runs.query(
      "INSERT INTO runs (id, task_name, status, started_at, finished_at) VALUES (900, 'fetch', 'success', now(), now())",
    )
    await tasks.collect()
    expect((await tasks.task('fetch')).totals.runs).toBe(5)
    expect((await tasks.collect()).sources[0]?.resets).toBe(1)
  })

  test('an emptied table whose ids begin again is followed from its beginning', async () => {
    const tasks = runs.watch({ cursor })
    await tasks.collect()
    await runs.write(success, 8)
    await tasks.collect()
    await tasks.task('fetch')
    await runs.query('TRUNCATE runs RESTART IDENTITY')
    await runs.write(failure, 3)
    await tasks.collect()
    expect((await tasks.task('fetch')).totals).toMatchObject({ runs: 11, failures: 3 })
  })
})

test('a table that is given a sequence, or loses it, is followed otherwise and counted once', async () => {
  await runs.query('ALTER TABLE runs ALTER id DROP IDENTITY')
  await runs.query(
    "INSERT INTO runs SELECT n, 'fetch', 'success', now(), now() FROM generate_series(1, 9) AS n",
  )
  const tasks = runs.watch()
  await tasks.collect()
  expect((await tasks.task('fetch')).totals.runs).toBe(9)
  await runs.query('ALTER TABLE runs ALTER id ADD GENERATED BY DEFAULT AS IDENTITY (START 10)')
  await tasks.restart()
  await runs.write(success, 2)
  await tasks.collect()
  expect((await tasks.task('fetch')).totals.runs).toBe(11)
  await runs.query('ALTER TABLE runs ALTER id DROP IDENTITY')
  await tasks.restart()
  await tasks.collect()
  await runs.query("INSERT INTO runs SELECT 99, 'fetch', 'success', now(), now()")
  await tasks.collect()
  expect((await tasks.task('fetch')).totals.runs).toBe(12)
})

async function names(tasks: TaskWatch): Promise<string[]> {
  return (await tasks.collect()).tasks.filter(({ totals }) => totals.runs > 0).map(({ task }) => task)
}

test('followed by id, stamps of clocks that are minutes off and from the future lose nothing', async () => {
  const tasks = runs.watch({ cursor: 'id' })
  await tasks.collect()
  await runs.write(success)
  await tasks.collect()
  await runs.write("('late', 'success', now() - interval '6 min', now() - interval '5 min', NULL::text)")
  await runs.write("('early', 'failed', now(), now() + interval '1 year', NULL::text)")
  expect(await names(tasks)).toEqual(['fetch', 'late', 'early'])
  expect((await tasks.task('early')).totals.lastFailure).toBeLessThan(Date.now() / 1000 + 1)
  expect((await tasks.collect()).sources[0]?.futureStamps).toBe(1)
})

test('followed by ends, stamps of clocks that are behind by less than the margin lose nothing', async () => {
  const tasks = runs.watch({ cursor: 'finished', margin: '10m' })
  await tasks.collect()
  await runs.write("('early', 'success', now(), now() + interval '4 min', NULL::text)")
  expect(await names(tasks)).toEqual([])
  await runs.write("('late', 'success', now() - interval '6 min', now() - interval '5 min', NULL::text)")
  expect(await names(tasks)).toEqual([])
  // Ten minutes pass.
  await runs.query("UPDATE runs SET finished_at = finished_at - interval '15 min'")
  expect(await names(tasks)).toEqual(['late', 'early'])
})

test('ids beyond 2^53 are told apart', async () => {
  const tasks = runs.watch({ cursor: 'id' })
  await runs.query('ALTER TABLE runs ALTER id RESTART WITH 9007199254740990')
  await tasks.collect()
  await runs.write(success, 9)
  expect((await tasks.task('fetch')).totals.runs).toBe(9)
  await runs.write(success, 1)
  expect((await tasks.task('fetch')).totals.runs).toBe(10)
})

test('columns without a time zone are read in the one that is configured, whatever the server has', async () => {
  await runs.server.run(
    "ALTER ROLE watcher SET TimeZone = 'America/New_York'; ALTER ROLE watcher SET DateStyle = 'SQL, DMY'",
  )
  onTestFinished(() => runs.server.run('ALTER ROLE watcher RESET ALL'))
  await runs.query(`
    ALTER TABLE runs ALTER started_at TYPE timestamp USING started_at AT TIME ZONE 'Asia/Taipei';
    ALTER TABLE runs ALTER finished_at TYPE timestamp USING finished_at AT TIME ZONE 'Asia/Taipei'`)
  for (const cursor of ['id', 'finished']) {
    const tasks = runs.watch({ cursor, timezone: 'Asia/Taipei', name: cursor })
    await tasks.collect()
    await runs.query(
      "INSERT INTO runs (task_name, status, started_at, finished_at) SELECT $1, 'success', now() AT TIME ZONE 'Asia/Taipei', now() AT TIME ZONE 'Asia/Taipei'",
      [cursor],
    )
    await tasks.collect()
    const { lastFinish = 0 } = (await tasks.task(cursor)).totals
    expect(Math.abs(lastFinish - Date.now() / 1000)).toBeLessThan(30)
  }
})

test('two readings at once, as after a reload, count a run once', async () => {
  const tasks = runs.watch({ cursor: 'id' })
  await tasks.collect()
  await runs.write(success, 15_000)
  const locker = await runs.server.connect()
  await locker.query('BEGIN; LOCK TABLE runs')
  const both = [tasks.collect(), tasks.collect()]
  // Time for both to be at the table, if nothing kept the second back.
  await sleep(300)
  await locker.end()
  await Promise.all(both)
  expect((await tasks.task('fetch')).totals.runs).toBe(15_000)
})

test('a null status is open without an end and a failure with one, and says why', async () => {
  const tasks = runs.watch({ cursor: 'id' })
  await tasks.collect()
  await runs.write("('odd', NULL, now(), NULL::timestamptz, NULL::text), ('odd', NULL, now(), now(), NULL)")
  const found = await tasks.task('odd')
  expect(found).toMatchObject({ running: 1, totals: { runs: 1, failures: 1, errors: { unknown_status: 1 } } })
  expect(found.notes[0]?.message).toBe('status null is not mapped')
})

test('ten thousand records that were left open for good cost five thousand look-ups, and are told', async () => {
  const tasks = runs.watch({ cursor: 'id' })
  await tasks.collect()
  await runs.write("('fetch', 'running', now(), NULL::timestamptz, NULL::text)", 10_000)
  expect((await tasks.task('fetch')).running).toBe(5_000)
  expect((await tasks.collect()).sources[0]?.vanished).toBe(5_000)
})

test('ten thousand names of tasks share the series of a few, and are counted', async () => {
  const tasks = runs.watch({ cursor: 'id', max_tasks: 50 })
  await tasks.collect()
  await runs.query(
    "INSERT INTO runs (task_name, status, started_at, finished_at) SELECT 'task ' || n, 'success', now(), now() FROM generate_series(1, 10000) AS n",
  )
  await tasks.collect()
  const reading = await tasks.collect()
  expect(reading.tasks).toHaveLength(51)
  expect(reading.tasks.find(({ task }) => task === '__other__')?.totals.runs).toBe(9_950)
  expect(reading.sources[0]?.overflowed).toBe(9_950)
})

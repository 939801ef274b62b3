// Pings as a job sends them, over HTTP, to a real heartbeat source.
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { collectorContext, startRound } from '../../../test/harness/collector.ts'
import type { TaskReading } from '../collectors/tasks/reading.ts'
import { tasks } from '../collectors/tasks/tasks.ts'
import type { TasksWatch } from '../collectors/tasks/tasks.ts'
import { listen } from '../probes/testing/servers.ts'
import { pingRoutes } from './ping.ts'

const section = tasks.schema.parse([
  {
    name: 'jobs',
    kind: 'heartbeat',
    token: 'hunter2',
    schedules: [{ task: 'backup', type: 'daily', cron: '0 3 * * *', grace: '10m', max_runtime: '1h' }],
  },
])

let now: number
let watch: TasksWatch
let directory: string
let url: string

const restart = (): void => {
  watch = tasks.create(section, collectorContext({ stateDirectory: directory })) as TasksWatch
}

beforeEach(async () => {
  now = Date.parse('2026-01-10T03:00:05Z')
  directory = await mkdtemp(join(tmpdir(), 'watchpost-ping-'))
  restart()
  const server = createServer(
    express().use(
      pingRoutes(
        () => watch.receivePing,
        () => now,
      ),
    ),
  )
  url = `http://127.0.0.1:${await listen(server)}`
  onTestFinished(() => rm(directory, { recursive: true }))
})

async function ping(
  path: string,
  given: { readonly token?: string; readonly body?: string; readonly forwarded?: string } = {},
): Promise<number> {
  const { token = 'hunter2', body, forwarded } = given
  const mark = forwarded === undefined ? {} : { 'x-watchpost-ping': forwarded }
  const headers = { authorization: `Bearer ${token}`, ...mark }
  const init = body === undefined ? { headers } : { headers, method: 'POST', body }
  return (await fetch(`${url}/ping/${path}`, init)).status
}

async function backup(): Promise<TaskReading> {
  const [task] = (await watch.collect(startRound({ now: now / 1000 }))).tasks
  if (!task) throw new Error('expected a task')
  return task
}

test('a run that is begun and ended is timed and counted', async () => {
  expect(await ping('backup/start')).toBe(200)
  expect(await backup()).toMatchObject({ running: 1, totals: { runs: 0 } })
  now += 90_000
  expect(await ping('backup')).toBe(200)
  expect(await backup()).toMatchObject({
    running: 0,
    verdict: 'ok',
    totals: { runs: 1, failures: 0, durationSum: 90 },
  })
})

test('an exit code other than 0 is a failure, and what the job says is kept for people', async () => {
  expect(await ping('backup/137', { body: 'out of memory' })).toBe(200)
  const { totals, notes } = await backup()
  expect(totals).toMatchObject({ runs: 1, failures: 1, errors: { crashed: 1 } })
  expect(notes[0]?.message).toBe('exit code 137: out of memory')
})

test('beside a password for the pages the token has a header of its own', async () => {
  const headers = { authorization: 'Basic dXNlcjpwYXNz', 'x-ping-token': 'hunter2' }
  expect((await fetch(`${url}/ping/backup`, { headers })).status).toBe(200)
})

test('runs with names are told apart, and one that has ended does not end twice', async () => {
  await ping('backup/start?run_id=a')
  now += 1_000
  await ping('backup/start?run_id=b')
  now += 1_000
  expect(await ping('backup/0?run_id=a')).toBe(200)
  expect(await ping('backup/0?run_id=a')).toBe(409)
  expect(await backup()).toMatchObject({ running: 1, totals: { runs: 1, durationSum: 2 } })
  expect(await ping('backup/fail?run_id=b&duration=0.5')).toBe(200)
  expect((await backup()).totals).toMatchObject({ runs: 2, failures: 1, durationSum: 2.5 })
})

test('what was answered is remembered over a restart', async () => {
  await ping('backup/start?run_id=a')
  await ping('backup?run_id=z')
  restart()
  expect(await ping('backup?run_id=z')).toBe(409)
  now += 60_000
  await ping('backup?run_id=a')
  expect((await backup()).totals).toMatchObject({ runs: 2, durationSum: 60 })
})

test('a job that does not come is overdue after its grace, and missed once', async () => {
  await ping('backup')
  await backup()
  now = Date.parse('2026-01-11T03:10:00Z')
  expect(await backup()).toMatchObject({ isOverdue: false, missed: 0, missedSince: undefined })
  now = Date.parse('2026-01-11T03:10:01Z')
  expect(await backup()).toMatchObject({
    isOverdue: true,
    missed: 1,
    // A minute before the slot: a clock may be ahead.
    missedSince: Date.parse('2026-01-11T02:59:00Z') / 1000,
    verdict: 'overdue',
  })
  await ping('backup')
  expect(await backup()).toMatchObject({ isOverdue: false, missed: 1, missedSince: undefined })
})

test('a job that hangs is running too long', async () => {
  await ping('backup/start')
  now += 3_601_000
  expect(await backup()).toMatchObject({ isRunningTooLong: true, verdict: 'running_too_long' })
})

describe('a ping that another exporter hands on', () => {
  const forwarded = (id: string, secondsAgo = 0): { readonly forwarded: string } => ({
    forwarded: `ping-${id} ${now / 1000 - secondsAgo}`,
  })

  test('is counted once, at the time at which it came there', async () => {
    for (let tries = 0; tries < 3; tries++) expect(await ping('backup', forwarded('one', 60))).toBe(200)
    restart()
    expect(await ping('backup', forwarded('one', 60))).toBe(200)
    expect((await backup()).totals).toMatchObject({ runs: 1, lastSuccess: now / 1000 - 60 })
  })

  test('that comes after the end of its run opens none', async () => {
    await ping('backup')
    expect(await ping('backup/start', forwarded('late', 30))).toBe(200)
    expect(await backup()).toMatchObject({ running: 0, totals: { runs: 1 } })
  })

  test('that is older than the run that is open counts, and leaves that open', async () => {
    await ping('backup/start')
    expect(await ping('backup', forwarded('end', 60))).toBe(200)
    expect(await ping('backup/start', forwarded('start', 90))).toBe(200)
    expect(await backup()).toMatchObject({ running: 1, totals: { runs: 1, durationSum: 0 } })
    now += 5_000
    await ping('backup')
    expect(await backup()).toMatchObject({ running: 0, totals: { runs: 2, durationSum: 5 } })
  })

  test.each(['', 'ping-one', 'ping-one 0', 'ping-one 2768013605', 'one two three'])(
    'and does not say which and when is refused: %j',
    async (mark) => {
      expect(await ping('backup', { forwarded: mark })).toBe(400)
      expect((await backup()).totals.runs).toBe(0)
    },
  )
})

test.each([
  ['another token', 'backup', 'hunter3', 401],
  ['no token', 'backup', ' ', 401],
  ['an unknown task', 'restore', 'hunter2', 404],
  ['an unknown word', 'backup/begin', 'hunter2', 400],
  ['an exit code that cannot be', 'backup/256', 'hunter2', 400],
])('%s is refused and changes nothing', async (...[, path, token, status]) => {
  expect(await ping(path, { token })).toBe(status)
  expect(await ping('backup?run_id=%20')).toBe(400)
  expect(await ping('backup?duration=-1')).toBe(400)
  expect((await backup()).totals.runs).toBe(0)
})

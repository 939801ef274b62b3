import { Cron } from 'croner'
import { expect, test } from 'vitest'
import { pastRuns } from './history.ts'
import { cronPattern, tasks } from './tasks.ts'

const until = new Date('2026-03-01T12:00:30Z')
const since = new Date('2026-03-01T09:00:30Z')
const runs = pastRuns(tasks, { since, until, speed: 1 })

test('each slot has a run, and all runs have ended', () => {
  const firsts = runs.filter(({ task, attempt }) => task.name === 'post' && attempt === 1)
  expect(firsts).toHaveLength(180)
  expect(runs.filter(({ finishedAt }) => finishedAt >= until.getTime())).toEqual([])
})

test('a run that would be under way at the end has ended just then, so that no slot is missed', () => {
  const slot = new Date('2026-03-01T12:00:00Z').getTime()
  const cut = pastRuns(tasks, { since, until: new Date(slot + 2000), speed: 1 })
  const last = cut.findLast(({ task, attempt }) => task.name === 'summary' && attempt === 1)
  expect(last?.startedAt).toBeGreaterThanOrEqual(slot)
  expect(last?.finishedAt).toBeLessThan(slot + 2000)
})

test('runs are in the order of their starts, and follow the run that they repeat', () => {
  const starts = runs.map(({ startedAt }) => startedAt)
  expect(starts).toEqual(starts.toSorted((one, other) => one - other))
  const repeated = runs.flatMap((run) => (run.previous ? [{ run, previous: run.previous }] : []))
  expect(repeated.length).toBeGreaterThan(10)
  for (const { run, previous } of repeated) {
    expect(run.startedAt).toBeGreaterThan(previous.finishedAt)
    expect(run.attempt).toBe(previous.attempt + 1)
    expect(previous.error).toBeDefined()
  }
})

test('few enough runs fail for a healthy platform', () => {
  for (const task of tasks) {
    const own = runs.filter((run) => run.task === task)
    expect(own.filter(({ error }) => error !== undefined).length / own.length).toBeLessThan(0.1)
  }
})

test.each([
  [1, ['* * * * *', '*/3 * * * *', '*/7 * * * *']],
  [2, ['*/30 * * * * *', '*/2 * * * *', '*/4 * * * *']],
  [12, ['*/5 * * * * *', '*/15 * * * * *', '*/35 * * * * *']],
  [60, ['*/1 * * * * *', '*/3 * * * * *', '*/7 * * * * *']],
])('at speed %d the schedules can be said in cron', (speed, patterns) => {
  const types = ['hourly', 'daily', 'weekly'] as const
  expect(types.map((type) => cronPattern(type, speed))).toEqual(patterns)
  for (const pattern of patterns) expect(new Cron(pattern, { paused: true }).nextRun()).not.toBeNull()
})

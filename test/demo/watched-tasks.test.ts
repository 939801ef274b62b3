// The demo's scheduler as the exporter sees it: every metric of the family, and every misbehaviour on command.
import { expect, test } from 'vitest'
import { renderTasks } from '../../demo/config-tasks.ts'
import { tasks as scheduled } from '../../demo/tasks.ts'
import { tasks } from '../../exporter/src/collectors/tasks/tasks.ts'
import { taskMetrics } from '../../exporter/src/collectors/tasks/families.ts'
import type { TaskReading, TasksReading } from '../../exporter/src/collectors/tasks/reading.ts'
import { openDatabase } from '../../exporter/src/probes/postgres/postgres.ts'
import { collectorContext, renderSeries, startRound } from '../harness/collector.ts'
import { useFleet } from '../harness/fleet.ts'

const demo = useFleet(12)
const patient = { timeout: 40_000, interval: 500 }

let collect: () => Promise<TasksReading>

async function read(name: string): Promise<TaskReading> {
  collect ??= open()
  const found = (await collect()).tasks.find(({ task }) => task === name)
  if (!found) throw new Error(`expected task ${name}`)
  return found
}

function open(): () => Promise<TasksReading> {
  const databases = new Map([['platform_db', openDatabase('platform_db', demo.fleet.databaseUrl)]])
  const watch = tasks.create(tasks.schema.parse(renderTasks(demo.fleet)), collectorContext({ databases }))
  return () => watch.collect(startRound())
}

test('every scheduled task is known from the first reading on, with its past', async () => {
  collect = open()
  const reading = await collect()
  expect(reading.sources).toMatchObject([{ reason: undefined, scansFully: false }])
  expect(new Set(reading.tasks.map(({ task }) => task))).toEqual(new Set(scheduled.map(({ name }) => name)))
  expect(reading.tasks.filter(({ totals }) => totals.runs > 0)).toHaveLength(scheduled.length)
  expect(reading.tasks.filter(({ nextRun = 0 }) => nextRun > Date.now() / 1000 - 5)).toHaveLength(
    scheduled.length,
  )
})

test('a slot that the scheduler leaves out is missed and the task overdue, until it runs again', async () => {
  const before = (await read('summary')).missed ?? 0
  await demo.spoil('summary', 'miss')
  await expect.poll(async () => (await read('summary')).isOverdue, patient).toBe(true)
  expect((await read('summary')).missed).toBeGreaterThan(before)
  await demo.fleet.heal('summary')
  await expect.poll(async () => (await read('summary')).isOverdue, patient).toBe(false)
})

test('who looks for the first time is told that a task is overdue', async () => {
  await demo.spoil('summary', 'miss')
  await expect.poll(async () => (await read('summary')).isOverdue, patient).toBe(true)
  // Without a state, as `watchpost tasks` looks.
  const look = open()
  const verdict = async (): Promise<string | undefined> =>
    (await look()).tasks.find(({ task }) => task === 'summary')?.verdict
  await verdict()
  await expect.poll(verdict, { timeout: 5_000, interval: 100 }).toBe('overdue')
})

test('a run that hangs is running too long, and is counted as killed when it is', async () => {
  await demo.spoil('analyze', 'hang')
  await expect.poll(async () => (await read('analyze')).verdict, patient).toBe('running_too_long')
  await demo.fleet.heal('analyze')
  await expect
    .poll(async () => (await read('analyze')).totals.errors['killed'] ?? 0, patient)
    .toBeGreaterThan(0)
})

test('a success that comes sooner than the work can be done is counted', async () => {
  const before = (await read('summary')).totals.tooShort
  await demo.spoil('summary', 'hollow')
  await expect.poll(async () => (await read('summary')).totals.tooShort, patient).toBeGreaterThan(before)
})

test('failures in a row, their repetitions and their errors are counted', async () => {
  const before = (await read('post')).totals
  await demo.spoil('post', 'fail')
  await expect.poll(async () => (await read('post')).totals.consecutiveFailures, patient).toBeGreaterThan(2)
  const { totals, verdict, notes } = await read('post')
  expect(verdict).toBe('failing')
  expect(totals.retries).toBeGreaterThan(before.retries)
  expect(notes.length).toBeGreaterThan(0)
})

test('every metric of the family is on the page', async () => {
  await demo.spoil('analyze', 'hang')
  await demo.spoil('summary', 'miss')
  await expect.poll(async () => (await read('analyze')).running, patient).toBe(1)
  await expect.poll(async () => (await read('summary')).isOverdue, patient).toBe(true)
  const families = tasks.families(await collect())
  const absent = taskMetrics.filter(({ name, type }) => {
    return renderSeries(families, type === 'histogram' ? `${name}_count` : name).length === 0
  })
  expect(absent.map(({ name }) => name)).toEqual([])
})

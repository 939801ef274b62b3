import { expect, test } from 'vitest'
import { causes, database, down, find, now, service, task } from './testing.ts'

const { totals } = task('any')
const failing = (message: string, failures = 2) =>
  ({
    verdict: 'failing',
    totals: { ...totals, consecutiveFailures: failures, lastFailure: now - 10 },
    notes: [{ at: now - 10, class: 'other', message }],
  }) as const

test('one failure is what retries are for; two in a row are an issue', () => {
  expect(causes({ tasks: [task('sync', failing('boom', 1))] })).toEqual([])
  expect(causes({ tasks: [task('sync', failing('boom'))] })).toEqual(['sync run_failed'])
})

test('a single failure that nothing has followed for minutes is an issue', () => {
  const once = failing('boom', 1)
  const old = { ...once, totals: { ...once.totals, lastFailure: now - 600 } }
  expect(causes({ tasks: [task('report', old)] })).toEqual(['report run_failed'])
})

test('a task that fails on a target that is down is its victim', () => {
  const tasks = [task('sync', failing('HTTP 503 from prices: upstream connect error'))]
  expect(causes({ tasks, services: [service('prices', down)] })).toEqual([
    'prices connection_refused',
    'sync dependency prices',
  ])
})

test('a name within another word is not the name of a target', () => {
  const tasks = [task('sync', failing('cannot open dbname=posts of platform-db, see db_log'))]
  const services = [service('db', down)]
  expect(causes({ tasks, services })).toEqual(['db connection_refused', 'sync run_failed'])
})

test('a password in the message of a failure is not repeated', () => {
  const messages = ['cannot connect to postgres://app:hunter2@db/app', 'refused: user=app password=hunter2']
  for (const message of messages) {
    const found = JSON.stringify(find({ tasks: [task('sync', failing(message))] }))
    expect(found).toContain('<secret>')
    expect(found).not.toContain('hunter2')
  }
})

// At five past each hour, the last time an hour and a half ago.
const overdue = {
  verdict: 'overdue',
  isOverdue: true,
  due: now - 1800,
  totals: { ...totals, lastStart: now - 5400 },
} as const

test('one task that did not come was missed', () => {
  expect(causes({ others: sources([task('a', overdue), task('b')]) })).toEqual(['a run_missed'])
})

test('when none comes that is due the scheduler is down, and is named before all that it missed', () => {
  const weekly = task('weekly', { due: now - 86_400, totals: { ...totals, lastStart: now - 86_400 } })
  const others = sources([weekly, task('a', overdue), task('b', overdue)])
  expect(causes({ others })).toEqual([
    'scheduler scheduler_stopped',
    'a run_missed scheduler',
    'b run_missed scheduler',
  ])
  const [found] = find({ others })
  expect(found).toMatchObject({ severity: 'critical', since: now - 5400 })
  expect(found?.evidence[0]?.measured).toMatch(/^no run began since 2027-.*; overdue: a, b$/)
})

test('a run that a stopped scheduler left behind is shown with it, and is not to blame', () => {
  const left = task('c', {
    verdict: 'running_too_long',
    isRunningTooLong: true,
    running: 1,
    oldestStart: now - 5400,
    totals: { ...totals, lastStart: now - 5400 },
  })
  const others = sources([task('a', overdue), task('b', overdue), left])
  expect(causes({ others })).toEqual([
    'scheduler scheduler_stopped',
    'a run_missed scheduler',
    'b run_missed scheduler',
    'c run_hung scheduler',
  ])
  expect(find({ others })[0]?.evidence[1]).toMatchObject({ rung: 'runs', measured: 'not ended: c' })
})

test.each([
  ['another task runs', [task('a', overdue), task('b', overdue), task('c')]],
  [
    'they were switched off at different times',
    [task('a', overdue), task('b', { ...overdue, totals: { ...totals, lastStart: now - 90_000 } })],
  ],
  [
    'all but one are held up by a run that goes on',
    [task('a', overdue), task('b', { ...overdue, running: 1, oldestStart: now - 5400 })],
  ],
])('the scheduler is not blamed where %s', (_what, tasks) => {
  expect(causes({ others: sources(tasks) }).join()).not.toContain('scheduler_stopped')
})

test('a task that succeeds only at the second try, three times running, is an issue', () => {
  const retried = (retriedInRow: number) =>
    task('sync', {
      totals: { ...totals, retries: 9, retrySuccesses: 9, retriedInRow },
      notes: [{ at: now - 10, class: 'other', message: 'deadlock detected' }],
    })
  expect(causes({ tasks: [retried(2)] })).toEqual([])
  expect(causes({ tasks: [retried(3)] })).toEqual(['sync run_retried'])
})

test('a success that was too short to have done anything is an issue', () => {
  const schedule = { ...task('any').schedule, task: 'sync', cron: '5 * * * *', timezone: 'UTC', grace: 300 }
  const quick = { ...totals, lastDuration: 0.01, tooShort: 1 }
  const sync = task('sync', { schedule: { ...schedule, min_runtime: 2 }, totals: quick })
  expect(causes({ tasks: [sync] })).toEqual(['sync run_hollow'])
  expect(causes({ tasks: [task('sync', { totals: quick })] }), 'nothing is expected').toEqual([])
})

test('a run that goes on too long is told with how long', () => {
  const hung = { verdict: 'running_too_long', isRunningTooLong: true, oldestStart: now - 3600 } as const
  expect(find({ tasks: [task('train', hung)] })[0]?.facts).toMatchObject({
    measured: '60 min',
    limit: '10 min',
  })
})

test('records that cannot be read because their database is down are its victim', () => {
  const [source] = sources([]).tasks.sources
  const unread = {
    ...sources([]).tasks,
    sources: [{ ...source, reason: 'connect', detail: 'refused' } as const],
  }
  const found = causes({ databases: [database('db', down)], others: { tasks: unread as never } })
  expect(found).toEqual(['db connection_refused', 'scheduler records_unreadable'])
})

function sources(tasks: readonly ReturnType<typeof task>[]) {
  const source = {
    source: 'scheduler',
    kind: 'table',
    labels: { source: 'scheduler' },
    reason: undefined,
    detail: undefined,
    isPersisted: true,
    isCatchingUp: false,
    lagSeconds: 0,
    clockSkewSeconds: 0,
    scansFully: false,
    rowsRead: 0,
    forced: 0,
    vanished: 0,
    resets: 0,
    futureStamps: 0,
    overflowed: 0,
    tasks,
  } as const
  return { tasks: { targets: [], sources: [source], tasks } }
}

test('slots that come while a run goes on are missed because of it', () => {
  const held = { verdict: 'overdue', isOverdue: true, running: 1, oldestStart: now - 4000 } as const
  expect(causes({ tasks: [task('train', held)] })).toEqual(['train run_hung'])
})

// Accounts of tasks, with runs that are seen in any order.
import { expect, test } from 'vitest'
import { createErrorRules } from './error-class.ts'
import { accountOf, createLedger, judgeSchedules, recordEnd, recordStart } from './ledger.ts'
import type { LedgerRules, TaskAccount } from './ledger.ts'

const rules: LedgerRules = {
  schedules: new Map([
    ['a', { task: 'a', type: 'daily', cron: '@daily', timezone: 'UTC', grace: 5, min_runtime: 10 }],
  ]),
  errors: createErrorRules([]),
  maxTasks: 1,
}

/** What is known after runs that ended as given, in the order in which they were seen. */
function after(
  ...ends: readonly (readonly ['success' | 'failed' | 'canceled', number, 'retry'?])[]
): TaskAccount {
  const account = accountOf(createLedger(), rules, { task: 'a', type: 'hourly' })
  for (const [outcome, finishedAt, retry] of ends) {
    const record = {
      id: '1',
      task: 'a',
      type: undefined,
      status: outcome,
      startedAt: finishedAt - 7,
      finishedAt,
      error: 'HTTP 502',
      isRetry: retry !== undefined,
      retries: 0,
    }
    recordEnd(account, rules, { record, outcome, seenAt: 1_000, isCounted: true })
  }
  return account
}

test('failures in a row are those since the last success, in whatever order they were seen', () => {
  expect(after(['success', 1], ['failed', 3], ['failed', 2]).consecutiveFailures).toBe(2)
  expect(after(['failed', 3], ['success', 2]).consecutiveFailures).toBe(1)
  expect(after(['success', 5], ['failed', 3])).toMatchObject({
    consecutiveFailures: 0,
    lastRunSucceeded: true,
  })
  expect(after(['failed', 3], ['success', 5]).consecutiveFailures).toBe(0)
})

test('a stamp from the future does not hide what follows it', () => {
  const account = after(['failed', 9_999], ['success', 1_000])
  expect(account).toMatchObject({ lastFinish: 1_000, lastRunSucceeded: true, consecutiveFailures: 0 })
})

test('a clock that was years ahead for a while hides nothing of what comes once it is right', () => {
  const ledger = createLedger()
  const account = accountOf(ledger, rules, { task: 'a', type: undefined })
  const day = 86_400
  const years = 3_000 * day
  const judge = (now: number): void =>
    judgeSchedules(ledger, rules, { starts: new Map(), now, knownUntil: now })
  const end = (outcome: 'success' | 'failed', at: number): void => {
    const record = { id: '1', task: 'a', type: undefined, status: outcome, startedAt: at, finishedAt: at }
    const more = { error: undefined, isRetry: false, retries: 0 }
    recordStart(account, at)
    recordEnd(account, rules, { record: { ...record, ...more }, outcome, seenAt: at, isCounted: true })
  }
  judge(years)
  end('success', years)
  judge(day + 10)
  expect(account).toMatchObject({ lastStart: day + 10, slots: { due: day, missed: 0 } })
  end('failed', day + 20)
  expect(account).toMatchObject({ lastRunSucceeded: false, lastFinish: day + 20 })
  judge(2 * day + 60)
  expect(account.slots).toMatchObject({ due: 2 * day, missed: 1 })
})

test('a canceled run is neither a run nor a failure', () => {
  expect(after(['canceled', 1])).toMatchObject({ runs: 0, failures: 0, canceled: 1, lastFinish: undefined })
})

test('a success that was over too soon is told, a failure is not', () => {
  expect(after(['success', 1], ['failed', 2]).tooShort).toBe(1)
})

test('successes that are all retries are counted until one comes at the first try', () => {
  const retried = after(['failed', 1], ['success', 2, 'retry'], ['failed', 3], ['success', 4, 'retry'])
  expect(retried).toMatchObject({ retrySuccesses: 2, retriedInRow: 2 })
  const well = after(['success', 2, 'retry'], ['success', 3], ['failed', 4])
  expect(well).toMatchObject({ retrySuccesses: 1, retriedInRow: 0 })
})

test('the schedule says of what type a task is, and beyond the limit tasks share an account', () => {
  const ledger = createLedger()
  expect(accountOf(ledger, rules, { task: 'b', type: 'hourly' }).type).toBe('hourly')
  expect(accountOf(ledger, rules, { task: 'c', type: 'hourly' }).task).toBe('__other__')
  expect(accountOf(ledger, rules, { task: 'a', type: 'hourly' })).toMatchObject({ task: 'a', type: 'daily' })
})

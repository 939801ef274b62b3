import { expect, test } from 'vitest'
import { createErrorRules } from './error-class.ts'
import { judgeSchedules } from './ledger.ts'
import { parseState, writeState } from './saved-state.ts'
import { createState, see } from './state.ts'
import type { SourceState } from './state.ts'

function lively(): SourceState {
  const state = createState()
  const schedules = new Map([['a', { task: 'a', cron: '* * * * *', timezone: 'UTC', grace: 5 }]])
  const rules = {
    schedules,
    errors: createErrorRules([]),
    maxTasks: 2,
    statuses: { success: ['ok'], failed: ['bad'], canceled: [], open: [] },
    countsRuns: true,
    historySeconds: 0,
  }
  const sighting = { state, rules, at: 1_000_000, starts: new Map<string, number[]>() }
  const record = { type: undefined, startedAt: 999_990, error: 'HTTP 502', isRetry: true, retries: 1 }
  see(sighting, { ...record, id: '1', task: 'a', status: 'ok', finishedAt: 999_999 })
  see(sighting, { ...record, id: '2', task: 'b', status: 'bad', finishedAt: 2_000_000 })
  see(sighting, { ...record, id: '3', task: 'c', status: undefined, finishedAt: undefined })
  judgeSchedules(state.ledger, rules, { starts: sighting.starts, now: 1_000_300, knownUntil: 1_000_300 })
  return Object.assign(state, {
    identity: { database: '5', relation: '16384', filenode: '16390' },
    xmax: 12_345_678_901_234_567_890n,
    readAt: 1_000_000.5,
    horizonAt: 999_999.25,
    byId: { cursor: 9_007_199_254_740_993n, gaps: [{ low: 2n, high: 3n, since: 4 }] },
    byFinished: { finished: '2026-01-10 00:00:00.123456+00', id: 'x' },
    ladder: { steps: [{ at: 1, xmin: 2n, xmax: 3n }] },
    baselines: new Map([['w1/runs', 7]]),
    endedIds: ['["a","1"]'],
    isPrimed: true,
  })
}

test('what is written is what is read', () => {
  const state = lively()
  expect(state.ledger.accounts.get('a')?.slots?.missed).toBe(5)
  expect(parseState(writeState(state, 'x'), 'x')).toEqual(state)
  expect(parseState(writeState(createState(), 'x'), 'x')).toEqual(createState())
})

test('the state of another source is not taken over', () => {
  expect(parseState(writeState(lively(), 'x'), 'y')).toBeUndefined()
})

test.each(['', '{', '[]', 'null', '{"version":2}'])('%j is no state', (text) => {
  expect(() => parseState(text, 'x')).toThrow(/./)
})

test('a state whose numbers were tampered with is no state', () => {
  const text = writeState(lively(), 'x').replace('"runs":1', '"runs":"many"')
  expect(() => parseState(text, 'x')).toThrow('runs')
})

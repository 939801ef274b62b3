import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { services } from '../../collectors/services/services.ts'
import { propose } from './proposal.ts'

const now = Date.parse('2026-06-01T12:00:00Z') / 1000

test('numbers, times, lists and words of a body become values and assertions', () => {
  const body = {
    status: 'healthy',
    uptime: 12,
    version: '1.2',
    queue: { length: 7 },
    jobs: { done_total: 93, running: [{}, {}] },
    latency_ms: 12,
    cacheHitPercent: 91,
    lastSync: '2026-06-01T11:20:00Z',
    next_run_at: 1_780_318_800,
    checks: { database: 'connected', 'disk-1': 'full', ready: true, paused: true },
    uptime_seconds: 5,
  }
  expect(propose(body, now)).toEqual({
    values: {
      queue_length: { path: '$.queue.length' },
      jobs_done: { path: '$.jobs.done_total', type: 'counter' },
      jobs_running: { path: '$.jobs.running', type: 'count' },
      latency_seconds: { path: '$.latency_ms', scale: 0.001 },
      cache_hit_ratio: { path: '$.cacheHitPercent', scale: 0.01 },
      last_sync: { path: '$.lastSync', type: 'timestamp' },
      next_run_at: { path: '$.next_run_at', type: 'timestamp' },
      uptime: { path: '$.uptime_seconds' },
    },
    assert: [
      { name: 'queue_length_is_low', path: '$.queue.length', below: 100, severity: 'warning' },
      { name: 'last_sync_is_recent', path: '$.lastSync', age: { below: '6h' }, severity: 'warning' },
      { name: 'checks_database_is_connected', path: '$.checks.database', equals: 'connected' },
      { name: 'checks_ready_holds', path: '$.checks.ready', equals: true },
    ],
  })
})

test('what the contract reads anyway is not proposed again', () => {
  const body = { status: 'ok', uptime: 1, memory_usage: 2, cpu_usage: 3, request_count: 4, error_count: 5 }
  expect(propose({ ...body, timestamp: '2026-06-01T12:00:00Z', dependencies: ['db'] }, now)).toEqual({
    values: {},
    assert: [],
  })
})

test('a status that the contract does not know is demanded as it is', () => {
  expect(propose({ status: 'green' }, now, true).assert).toEqual([
    { name: 'status', path: '$.status', equals: 'green' },
  ])
})

test('whatever a body holds, the proposal is one that the configuration takes', { timeout: 60_000 }, () => {
  const key = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom('last_at', 'queue', 'x_ms', '__proto__', "a'b\\"),
  )
  const leaf = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constantFrom('ok', '2026-01-01', '${HOME}', null),
    fc.string(),
  )
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.dictionary(key, tie('value')),
      fc.array(tie('value'), { maxLength: 3 }),
    ),
  }))
  fc.assert(
    fc.property(fc.dictionary(key, value), (body) => {
      const { values, assert } = propose(body, now)
      const section = [{ name: 'a', url: 'http://a/', values, assert }]
      expect(services.schema.safeParse(section).error?.issues).toBeUndefined()
      expect(Object.keys(values).length).toBeLessThanOrEqual(20)
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 1_000) },
  )
})

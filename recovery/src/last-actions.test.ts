import { expect, test } from 'vitest'
import { renderSeries } from '../../test/harness/collector.ts'
import { lastAction, lastActionFamily } from './last-actions.ts'
import { reduce } from './state/reduce.ts'
import { emptyState } from './state/state.ts'
import type { JournalEvent } from './state/event.ts'

const now = 1_800_000_000

const received = (episode: string, labels: Record<string, string>): JournalEvent => ({
  type: 'received',
  at: now - 90_000,
  episode,
  policy: 'restart',
  target: 'some_container',
  fingerprint: episode,
  starts_at: now - 90_000,
  labels,
  recurs: false,
})

const intended = (attempt: string, episode: string, at: number): JournalEvent => ({
  type: 'intended',
  at,
  attempt,
  episode,
  policy: 'restart',
  action: 'restart_service',
  target: 'some_container',
  steps: [],
})

function shown(...events: readonly JournalEvent[]): string[] {
  const state = events.reduce(reduce, emptyState)
  return renderSeries([lastActionFamily(state, now)], lastAction.name)
}

const line = (outcome: string): string =>
  `${lastAction.name}{subject="api",action="restart_service",outcome="${outcome}"} ${now - 60}`

test('of each thing the last action counts, with its outcome once there is one', () => {
  const begun = [
    received('a', { alertname: 'ServiceDown', target: 'api' }),
    intended('1', 'a', now - 900),
    intended('2', 'a', now - 60),
  ]
  expect(shown(...begun)).toEqual([line('under_way')])
  const acted: JournalEvent = {
    type: 'acted',
    at: now - 50,
    attempt: '2',
    result: 'done',
    seconds: 10,
    detail: [],
  }
  expect(shown(...begun, acted)).toEqual([line('done')])
  const verified: JournalEvent = {
    type: 'verified',
    at: now - 40,
    attempt: '2',
    outcome: 'fixed',
    detail: '',
  }
  expect(shown(...begun, acted, verified)).toEqual([line('fixed')])
})

test('what was rehearsed, is a day old, or concerns nothing by name is not told', () => {
  expect(
    shown(
      received('a', { alertname: 'TaskFailed', task: 'post' }),
      { ...intended('1', 'a', now - 60), type: 'rehearsed' } as JournalEvent,
      received('b', { alertname: 'HostDiskHigh', mountpoint: '/data' }),
      intended('2', 'b', now - 86_500),
      received('c', { alertname: 'HostMemoryHigh' }),
      intended('3', 'c', now - 60),
    ),
  ).toEqual([])
})

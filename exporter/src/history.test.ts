import { expect, test } from 'vitest'
import type { TargetReading } from './collectors/target.ts'
import { createHistory } from './history.ts'

function reading(target: string, probedAt: number | undefined): Record<string, { targets: TargetReading[] }> {
  const verdict = { status: 'error', reason: 'timeout', durationSeconds: probedAt && probedAt / 10 }
  return { services: { targets: [{ target, probedAt, ...verdict } as TargetReading] } }
}

test('the newest verdicts are kept, oldest first, however many came', () => {
  const history = createHistory(3)
  for (const probedAt of [1, 2, 3, 4, 5]) history.record(reading('api', probedAt))
  expect(history.of('api').map(({ probedAt }) => probedAt)).toEqual([3, 4, 5])
  expect(history.of('api', 2).map(({ probedAt }) => probedAt)).toEqual([4, 5])
  expect(history.of('api').at(-1)).toEqual({
    status: 'error',
    reason: 'timeout',
    probedAt: 5,
    durationSeconds: 0.5,
  })
  expect(history.of('web')).toEqual([])
})

test('a reading that was kept from an earlier round is no new verdict', () => {
  const history = createHistory(3)
  for (const probedAt of [undefined, undefined, 7, 7]) history.record(reading('api', probedAt))
  expect(history.of('api').map(({ probedAt }) => probedAt)).toEqual([undefined, 7])
  expect(history.of('api')[0]).toMatchObject({ durationSeconds: undefined })
})

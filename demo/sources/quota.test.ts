import { expect, test } from 'vitest'
import { createQuota, retryAfter } from './quota.ts'

const options = { limit: 10, windowSeconds: 60, backgroundPerSecond: 0 }

test('what does not fit is not spent, and the next window begins at zero', () => {
  const quota = createQuota(options)
  expect(quota.spend(9, 120)).toEqual({ limit: 10, used: 9, resetsAt: 180, isExhausted: false })
  expect(quota.spend(2, 130)).toMatchObject({ used: 9, isExhausted: true })
  expect(quota.spend(1, 140)).toMatchObject({ used: 10, isExhausted: false })
  expect(quota.spend(1, 180)).toMatchObject({ used: 1, resetsAt: 240 })
})

test('others spend with the time of the window', () => {
  const quota = createQuota({ ...options, backgroundPerSecond: 0.1 })
  expect(quota.spend(0, 30).used).toBeCloseTo(3)
  expect(quota.spend(0, 60).used).toBeCloseTo(0)
})

test('an exhausted quota stays exhausted in the next window, until it is healed', () => {
  const quota = createQuota(options)
  quota.exhaust(true)
  expect(quota.spend(0, 10)).toMatchObject({ used: 10, isExhausted: true })
  expect(quota.spend(0, 70)).toMatchObject({ used: 10, isExhausted: true })
  quota.exhaust(false)
  expect(quota.spend(1, 71)).toMatchObject({ used: 1, isExhausted: false })
})

test('Retry-After is whole seconds and never zero', () => {
  const state = createQuota(options).spend(0, 59.99)
  expect(retryAfter(state, 59.99)).toBe('1')
  expect(retryAfter(state, 12.5)).toBe('48')
})

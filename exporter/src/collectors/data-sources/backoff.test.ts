import { expect, test } from 'vitest'
import { createBackoff } from './backoff.ts'

test('what the source asks for is kept to the second', () => {
  const backoff = createBackoff()
  backoff.refuse(1_000, 1_090)
  expect([backoff.until(1_089), backoff.until(1_090)]).toEqual([1_090, undefined])
})

test('refused without a word, each wait is twice as long as the one before, up to an hour', () => {
  const backoff = createBackoff(() => 0)
  const waits = Array.from({ length: 9 }, () => {
    backoff.refuse(0, undefined)
    return backoff.until(0)
  })
  expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600, 3600])
  backoff.clear()
  expect(backoff.until(0)).toBeUndefined()
  backoff.refuse(0, undefined)
  expect(backoff.until(0)).toBe(30)
})

test('a time that is over already is not taken for an answer', () => {
  const backoff = createBackoff(() => 1)
  backoff.refuse(1_000, 1_000)
  expect(backoff.until(1_000)).toBe(1_037.5)
})

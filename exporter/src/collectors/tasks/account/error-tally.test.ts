import { expect, test } from 'vitest'
import { countError, showErrors } from './error-tally.ts'
import type { ErrorTally } from './error-tally.ts'

const expected = ['sql', 'other']
const deadlock = { name: 'deadlock_detected', family: 'sql' }
const tally = (): ErrorTally => ({ errors: {}, unseenErrors: {} })

test('a class that was not expected is shown as 0 first, so that its first event is growth', () => {
  const found = tally()
  countError(found, expected, deadlock)
  showErrors(found, false)
  expect(found.errors).toEqual({ deadlock_detected: 0 })
  countError(found, expected, deadlock)
  showErrors(found, false)
  expect(found).toEqual({ errors: { deadlock_detected: 2 }, unseenErrors: {} })
})

test('what happened before the first page is no growth', () => {
  const found = tally()
  countError(found, expected, deadlock)
  showErrors(found, true)
  expect(found.errors).toEqual({ deadlock_detected: 1 })
})

test('of far too many classes the rest are counted as their family, and none is lost', () => {
  const found = tally()
  for (let code = 0; code < 1_000; code += 1)
    countError(found, expected, { name: `c${code}`, family: 'other' })
  for (let page = 0; page < 2; page += 1) showErrors(found, false)
  expect(Object.keys(found.errors)).toHaveLength(21)
  expect(found.errors['other']).toBe(980)
})

test('a class may be called as something that every object has', () => {
  const found = tally()
  const constructed = { name: 'constructor', family: 'other' }
  countError(found, ['constructor'], constructed)
  countError(found, ['constructor'], constructed)
  expect(found.errors).toEqual({ constructor: 2 })
  const unexpected = tally()
  countError(unexpected, expected, constructed)
  showErrors(unexpected, false)
  expect(unexpected.errors).toEqual({ constructor: 0 })
})

import { expect, test } from 'vitest'
import { confirm, createConfirmation } from './confirmation.ts'
import { describeStatuses, expectedStatus, isExpectedStatus } from './status-range.ts'

test.for<[unknown[] | undefined, number, boolean]>([
  [undefined, 200, true],
  [undefined, 201, true],
  [undefined, 299, true],
  [undefined, 300, false],
  [undefined, 404, false],
  [[404], 404, true],
  [[404], 200, false],
  [['2xx', 404], 204, true],
  [['200-204', '3xx'], 302, true],
  [['200-204'], 205, false],
])('with %o expected, %d is %s', ([listed, status, expected]) => {
  expect(isExpectedStatus(status, listed && expectedStatus.parse(listed))).toBe(expected)
})

test.for([[[]], [['299-200']], [[99]], [['2x']], [['OK']], [200]])(
  '%o is no list of statuses',
  ([listed]) => {
    expect(expectedStatus.safeParse(listed).error?.message).toContain('200, 2xx or 200-299')
  },
)

test('expected statuses read well in a message', () => {
  expect(describeStatuses()).toBe('200 to 299')
  expect(describeStatuses(expectedStatus.parse([200, '4xx']))).toBe('200 or 400 to 499')
})

test('2 of 3: one failure is not confirmed, a second within three is, and three successes end it', () => {
  const failed = createConfirmation(new Map(), 'a', confirm.parse('2 of 3'))
  const run = [true, false, false, true, false, true, false, true, false, false, false].map(failed)
  expect(run).toEqual([false, false, false, false, false, true, true, true, true, true, false])
})

test('without a rule every failure counts at once', () => {
  const failed = createConfirmation(new Map(), 'a')
  expect([true, false, true].map(failed)).toEqual([true, false, true])
})

test('what was seen before a reload counts after it, for the same target only', () => {
  const memory = new Map<string, unknown>()
  createConfirmation(memory, 'a', confirm.parse('2 of 3'))(true)
  expect(createConfirmation(memory, 'b', confirm.parse('2 of 3'))(true)).toBe(false)
  expect(createConfirmation(memory, 'a', confirm.parse('2 of 3'))(true)).toBe(true)
})

test.for(['3 of 2', '0 of 2', 'two of three', '2/3', 2])('%o is no rule of confirmation', (text) => {
  expect(confirm.safeParse(text).error?.message).toContain('2 of 3')
})

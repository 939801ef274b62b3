import { expect, test } from 'vitest'
import { cron, openSlots, timezone } from './cron.ts'

const problem = (schema: typeof cron, text: string): string | undefined =>
  schema.safeParse(text).error?.issues[0]?.message

test.each(['5 * * * *', '*/10 * * * * *', '@daily', '0 9 * * MON-FRI', '0 0 L * *'])(
  '%s is a schedule',
  (text) => {
    expect(problem(cron, text)).toBeUndefined()
  },
)

test.each([
  ['60 * * * *', 'expected a cron expression such as "5 * * * *" (Invalid value for minute: 60)'],
  [
    'every day',
    'expected a cron expression such as "5 * * * *" (five fields, or six with seconds in front, not 2)',
  ],
  ['0 0 31 2 *', 'expected a cron expression such as "5 * * * *" (this one never comes due)'],
  ['2026-01-01T00:00:00', 'expected a cron expression such as "5 * * * *" (a date is due only once)'],
])('%s is refused', (text, message) => {
  expect(problem(cron, text)).toBe(message)
})

test('what is not in the database of time zones is refused', () => {
  expect(problem(timezone, 'Asia/Taipei')).toBeUndefined()
  expect(problem(timezone, 'Asia/Atlantis')).toBe('expected a time zone such as Asia/Taipei')
})

test('the slot of this very second is past, not next', () => {
  const at = Date.UTC(2026, 0, 10, 3, 5) / 1000
  const slots = openSlots('5 * * * *', 'UTC')
  expect([slots.previous(at), slots.next(at)]).toEqual([at, at + 3600])
})

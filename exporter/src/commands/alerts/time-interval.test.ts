import { expect, test } from 'vitest'
import { isOpen } from './time-interval.ts'

// A Friday, a quarter past eleven at night in Taipei.
const now = new Date('2026-11-27T15:15:00Z')
const location = 'Asia/Taipei'
const from = (start_time: string, end_time: string) => ({ times: [{ start_time, end_time }] })

test.each<readonly [string, readonly object[], boolean | undefined]>([
  ['of the hour', [{ ...from('23:00', '24:00'), location }], true],
  ['of the hour elsewhere', [from('23:00', '24:00')], false],
  ['that begins now', [{ ...from('23:15', '23:30'), location }], true],
  ['that ends now', [{ ...from('22:00', '23:15'), location }], false],
  ['of the day', [{ weekdays: ['friday'], location }], true],
  ['of some days', [{ weekdays: ['monday:friday'], location }], true],
  ['of other days', [{ weekdays: ['saturday', 'sunday:thursday'], location }], false],
  ['of two parts', [from('00:00', '01:00'), { ...from('23:00', '24:00'), location }], true],
  ['of nothing', [], false],
  ['of months', [{ months: ['december'] }], undefined],
])('an interval %s is open: %j', (_what, intervals, open) => {
  expect(isOpen({ name: 'x', time_intervals: intervals }, now)).toBe(open)
})

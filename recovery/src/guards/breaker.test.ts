import { expect, test } from 'vitest'
import type { Mark } from '../state/state.ts'
import { breakerState } from './breaker.ts'

const policy = { name: 'p', breaker: { failures: 3, per: 100, reset: 50 } }
const marks = (...list: [number, boolean][]): Mark[] =>
  list.map(([at, isGood]) => ({ policy: 'p', at, isGood }))

test.each([
  ['fewer failures than it takes', marks([0, false], [10, false]), 20, 'closed'],
  ['enough failures in time', marks([0, false], [10, false], [20, false]), 21, 'open'],
  ['enough failures, but spread out', marks([0, false], [90, false], [150, false]), 151, 'closed'],
  // What helped and did not last is a good mark and a bad one: it must open all the same.
  [
    'heals that do not last',
    marks([0, true], [1, false], [10, true], [11, false], [20, true], [21, false]),
    22,
    'open',
  ],
  ['an open one after its time', marks([0, false], [10, false], [20, false]), 70, 'half_open'],
  ['an attempt that helps afterwards', marks([0, false], [10, false], [20, false], [75, true]), 76, 'closed'],
  ['an attempt that fails afterwards', marks([0, false], [10, false], [20, false], [75, false]), 76, 'open'],
  ['what ends while it is open', marks([0, false], [10, false], [20, false], [30, true]), 31, 'open'],
] as const)('%s', (_what, list, now, expected) => {
  expect(breakerState(policy, list, now)).toBe(expected)
})

test('the failures of others do not count', () => {
  const list = marks([0, false], [1, false], [2, false]).map((mark) => ({ ...mark, policy: 'other' }))
  expect(breakerState(policy, list, 3)).toBe('closed')
})

import { expect, test } from 'vitest'
import { describeChanges } from './alert-feed.ts'

test('only changes are told, and what never fired passes and does not resolve', () => {
  const before = new Map([
    ['ServiceDown a', 'pending'],
    ['ServiceDown b', 'firing'],
    ['ServiceDown c', 'firing'],
    ['ServiceDown d', 'pending'],
  ])
  const now = new Map([
    ['ServiceDown a', 'firing'],
    ['ServiceDown b', 'firing'],
  ])
  expect(describeChanges(before, now)).toEqual([
    'firing   ServiceDown a',
    'resolved ServiceDown c',
    'passed   ServiceDown d',
  ])
})

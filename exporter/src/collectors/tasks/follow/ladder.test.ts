// The ladder as a pure function: what it calls settled can no longer change.
import { array, assert, integer, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import { climb } from './ladder.ts'
import type { Ladder } from './ladder.ts'

test('the horizon is the newest step whose transactions have all ended', () => {
  const ladder: Ladder = { steps: [] }
  expect(climb(ladder, { at: 1, xmin: 10n, xmax: 12n })).toBeUndefined()
  expect(climb(ladder, { at: 2, xmin: 10n, xmax: 15n })).toBeUndefined()
  expect(climb(ladder, { at: 3, xmin: 13n, xmax: 20n })?.at).toBe(1)
  expect(climb(ladder, { at: 4, xmin: 20n, xmax: 20n })?.at).toBe(4)
})

test('behind the horizon nothing is written any more, whoever commits when', () => {
  const span = record({ begin: integer({ min: 0, max: 200 }), length: integer({ min: 0, max: 100 }) })
  const check = (spans: readonly { begin: number; length: number }[]): void => {
    const sorted = spans.toSorted((a, b) => a.begin - b.begin)
    const ladder: Ladder = { steps: [] }
    for (let at = 0; at <= 320; at += 7) {
      const begun = sorted.filter(({ begin }) => begin < at)
      const xmax = BigInt(begun.length)
      const open = begun.findIndex(({ begin, length }) => begin + length >= at)
      const horizon = climb(ladder, { at, xmin: open === -1 ? xmax : BigInt(open), xmax })
      if (!horizon) continue
      // Whoever began before the horizon has ended by now.
      expect(sorted.every(({ begin, length }) => begin >= horizon.at || begin + length < at)).toBe(true)
    }
  }
  assert(property(array(span, { maxLength: 40 }), check), { numRuns: 1_000 })
})

test('a transaction that stays open for days does not fill the memory', () => {
  const ladder: Ladder = { steps: [] }
  for (let at = 0; at < 20_000; at += 1) climb(ladder, { at, xmin: 5n, xmax: BigInt(at + 6) })
  expect(ladder.steps.length).toBeLessThanOrEqual(301)
  expect(climb(ladder, { at: 20_000, xmin: 15_000n, xmax: 30_000n })?.at).toBeGreaterThan(14_000)
})

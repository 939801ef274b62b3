import { expect, test } from 'vitest'
import { fitLine } from './slope.ts'
import type { Trend } from './slope.ts'

function hourly(value: (hour: number) => number, hours = 168): Trend['points'] {
  return Array.from({ length: hours }, (_, hour) => [new Date(hour * 3_600_000).toISOString(), value(hour)])
}

/** Noise without a trend in which each hour is much like the one before, the same at each run. */
function wander(seed: number): (hour: number) => number {
  let state = seed
  let last = 0
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    last = 0.8 * last + (state / 2 ** 31 - 0.5)
    return 40 + last
  }
}

function isReal({ perDay, standardError }: { perDay: number; standardError: number }): boolean {
  return Math.abs(perDay) > 2 * standardError
}

test('a straight rise is found with its rate, and without doubt', () => {
  const line = fitLine(hourly((hour) => 20 + hour / 12))
  expect(line?.perDay).toBeCloseTo(2)
  expect(line?.standardError).toBeCloseTo(0)
})

test('a rise below a daily wave ten times as large is found all the same', () => {
  const line = fitLine(hourly((hour) => 40 + 10 * Math.sin((hour * Math.PI) / 12) + hour / 24))
  expect(line && isReal(line)).toBe(true)
  // Seven waves one after the other lean a little by themselves.
  expect(Math.abs((line?.perDay ?? 0) - 1)).toBeLessThan(0.5)
})

test('what wanders without a trend is called one in few of 200 weeks', () => {
  const lines = Array.from({ length: 200 }, (_, seed) => fitLine(hourly(wander(seed + 1))))
  const found = lines.filter((line) => line !== undefined && isReal(line))
  expect(found.length).toBeLessThan(25)
})

test('less than a day of points says nothing', () => {
  expect(fitLine(hourly(() => 5, 23))).toBeUndefined()
})

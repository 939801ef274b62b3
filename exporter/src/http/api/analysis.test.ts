import { expect, test } from 'vitest'
import { recommend, slopeOf, summarize } from './analysis.ts'
import type { Trend } from './analysis.ts'

const limits = { cpu_usage: 80, memory_usage: 80, response_time: 1_000 }

function hourly(metric: Trend['metric'], value: (hour: number) => number, hours = 168): Trend {
  const points = Array.from({ length: hours }, (_, hour): [string, number] => [
    new Date(hour * 3_600_000).toISOString(),
    value(hour),
  ])
  return { target: 'a', metric, unit: metric === 'response_time' ? 'milliseconds' : 'percent', points }
}

test('a straight rise is found with its rate, and without doubt', () => {
  const slope = slopeOf(hourly('cpu_usage', (hour) => 20 + hour / 12))
  expect(slope).toMatchObject({ direction: 'rising' })
  expect(slope?.per_day).toBeCloseTo(2)
  expect(slope?.standard_error).toBeCloseTo(0)
})

test('a daily wave around one level is steady', () => {
  expect(slopeOf(hourly('cpu_usage', (hour) => 40 + 10 * Math.sin((hour * Math.PI) / 12)))?.direction).toBe(
    'steady',
  )
})

test('less than a day of points says nothing', () => {
  expect(slopeOf(hourly('cpu_usage', () => 5, 23))).toBeUndefined()
  expect(summarize([], [], [])).toBe('There is not a day of history yet, so nothing can be said of trends.')
})

test('what will reach its limit within a month is named with its evidence', () => {
  const trend = hourly('memory_usage', (hour) => 50 + hour / 12)
  const slope = slopeOf(trend)
  expect(recommend([trend], slope ? [slope] : [], limits)).toEqual([
    {
      target: 'a',
      metric: 'memory_usage',
      evidence: 'at 63.0 % and rising by 2.0 % a day, it reaches the limit of 80.0 % in 9 days',
      recommendation: 'look for a leak (does it fall after a restart?), then raise its limit',
    },
  ])
})

test('what is above its limit is named at once, what is steady below it never', () => {
  const above = hourly('response_time', () => 1_500)
  const below = hourly('cpu_usage', () => 60)
  expect(recommend([above, below], [], limits).map(({ metric, evidence }) => [metric, evidence])).toEqual([
    ['response_time', "a day's average of 1500 ms is above the limit of 1000 ms"],
  ])
})

import { expect, test } from 'vitest'
import { analyze, findConcerns, recommend, slopeOf } from './analysis.ts'
import type { Trend } from './slope.ts'

const limits = { cpu_usage: 80, memory_usage: 80, disk_usage: 90, response_time: 1_000 }

function hourly(metric: Trend['metric'], value: (hour: number) => number, hours = 168): Trend {
  const points = Array.from({ length: hours }, (_, hour): [string, number] => [
    new Date(hour * 3_600_000).toISOString(),
    value(hour),
  ])
  return { target: 'a', metric, unit: metric === 'response_time' ? 'milliseconds' : 'percent', points }
}

const leak = hourly('memory_usage', (hour) => 50 + hour / 12)

test('a slope says where it was before, where it heads and when it is there', () => {
  const before = hourly('memory_usage', () => 40)
  expect(slopeOf(leak, before, limits)).toMatchObject({
    direction: 'rising',
    average: expect.closeTo(57, 0) as unknown,
    average_before: 40,
    per_day: expect.closeTo(2) as unknown,
    limit: 80,
    days_to_limit: 9,
  })
})

test('a daily wave around one level is steady, and on its way nowhere', () => {
  const wave = hourly('cpu_usage', (hour) => 40 + 10 * Math.sin((hour * Math.PI) / 12))
  expect(slopeOf(wave, undefined, limits)).toMatchObject({
    direction: 'steady',
    average_before: null,
    days_to_limit: null,
  })
})

test('the success rate has no limit to reach', () => {
  expect(
    slopeOf(
      hourly('success_rate', () => 99),
      undefined,
      limits,
    ),
  ).toMatchObject({ limit: null })
})

test('less than a day of points is said to say nothing', () => {
  const { summary } = analyze(
    { trends: [hourly('cpu_usage', () => 5, 23)], earlier: [], anomalies: [] },
    limits,
  )
  expect(summary).toBe('There is not a day of history yet, so nothing can be said of trends.')
})

test('anomalies that could not be read are not none', () => {
  const { anomalies, summary } = analyze({ trends: [leak], earlier: [], anomalies: undefined }, limits)
  expect(anomalies).toBeNull()
  expect(summary).toBe('1 trend: 1 rising. 1 recommendation. Anomalies are not known.')
})

test('what will reach its limit within a month is named with its evidence', () => {
  const slope = slopeOf(leak, undefined, limits)
  expect(findConcerns([leak], slope ? [slope] : [], limits).map(recommend)).toEqual([
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
  const found = findConcerns([above, below], [], limits).map(recommend)
  expect(found.map(({ metric, evidence }) => [metric, evidence])).toEqual([
    ['response_time', "a day's average of 1500 ms is above the limit of 1000 ms"],
  ])
})

test('what is urgent comes first', () => {
  const disk = hourly('disk_usage', (hour) => 84 + hour / 48)
  const slopes = [leak, disk].flatMap((trend) => slopeOf(trend, undefined, limits) ?? [])
  expect(findConcerns([leak, disk], slopes, limits).map(({ metric }) => metric)).toEqual([
    'disk_usage',
    'memory_usage',
  ])
})

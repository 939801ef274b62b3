import { expect, test } from 'vitest'
import { analyze, findConcerns, recommend, slopeOf } from './analysis.ts'
import type { Trend } from './slope.ts'

const limits = {
  cpu_usage: 80,
  memory_usage: 80,
  disk_usage: 90,
  response_time: 1_000,
  connection_usage: 80,
  quota_usage: 100,
}

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

test('connections that grow are named before the database refuses any', () => {
  const sessions = hourly('connection_usage', (hour) => 40 + hour / 8)
  const slope = slopeOf(sessions, undefined, limits)
  expect(slope).toMatchObject({ direction: 'rising', limit: 80, days_to_limit: 7 })
  expect(findConcerns([sessions], slope ? [slope] : [], limits).map(recommend)).toEqual([
    {
      target: 'a',
      metric: 'connection_usage',
      evidence: 'at 59.4 % and rising by 3.0 % a day, it reaches the limit of 80.0 % in 7 days',
      recommendation: 'find who keeps sessions open, then pool them, and raise max_connections last',
    },
  ])
})

const month = hourly('quota_usage', (hour) => 30 + hour / 8)
const resetAfter = (hours: number): string => new Date((168 + hours) * 3_600_000).toISOString()

test.each([
  ['is not known', undefined, 17],
  ['comes each day', resetAfter(12), 17],
  ['comes after it is used up', resetAfter(30 * 24), 17],
  ['comes before that', resetAfter(10 * 24), null],
])('a quota whose reset %s is used up after its days', (_when, at, days) => {
  const trend = at === undefined ? month : { ...month, resets_at: at }
  expect(slopeOf(trend, undefined, limits)).toMatchObject({ limit: 100, days_to_limit: days })
})

test('a quota that is used up day after day is named, though it cannot rise', () => {
  const spent = hourly('quota_usage', () => 100)
  expect(slopeOf(spent, undefined, limits)).toMatchObject({ direction: 'steady', days_to_limit: 0 })
  expect(findConcerns([spent], [], limits).map(recommend)).toMatchObject([
    { evidence: "a day's average of 100.0 % is at the limit of 100.0 %" },
  ])
})

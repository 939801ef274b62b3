import { expect, test } from 'vitest'
import { readTrigger } from './n8n-trigger.ts'

test.each<[object, string]>([
  [{}, '0 0 * * *'],
  [{ field: 'minutes' }, '*/5 * * * *'],
  [{ field: 'hours', triggerAtMinute: 15 }, '15 */1 * * *'],
  [{ field: 'days', triggerAtHour: 9, triggerAtMinute: 30 }, '30 9 * * *'],
  [{ field: 'weeks', triggerAtDay: [1, 4], triggerAtHour: 6 }, '0 6 * * 1,4'],
  [{ field: 'months', monthsInterval: 3, triggerAtDayOfMonth: 2 }, '0 0 2 */3 *'],
  [{ field: 'seconds', secondsInterval: 20 }, '*/20 * * * * *'],
  [{ field: 'cronExpression', expression: '0 0 8 * * 1-5' }, '0 0 8 * * 1-5'],
])('a Schedule Trigger with %j is %s', (rule, cron) => {
  const told = readTrigger('n8n-nodes-base.scheduleTrigger', { rule: { interval: [rule] } })
  expect(told).toEqual({ expressions: [cron], unsaid: [] })
})

test.each<[object, string]>([
  [{ field: 'days', daysInterval: 2 }, 'every 2 days'],
  [{ field: 'weeks', weeksInterval: 2 }, 'every 2 weeks'],
])('a Schedule Trigger with %j cannot be said as cron', (rule, unsaid) => {
  const told = readTrigger('n8n-nodes-base.scheduleTrigger', { rule: { interval: [rule] } })
  expect(told).toEqual({ expressions: [], unsaid: [unsaid] })
})

test.each<[object, string]>([
  [{}, '0 14 * * *'],
  [{ mode: 'everyMinute' }, '* * * * *'],
  [{ mode: 'everyHour', minute: 5 }, '5 * * * *'],
  [{ mode: 'everyWeek', hour: 7, weekday: '3' }, '0 7 * * 3'],
  [{ mode: 'everyMonth', hour: 7, dayOfMonth: 28 }, '0 7 28 * *'],
  [{ mode: 'everyX', value: 10, unit: 'minutes' }, '*/10 * * * *'],
  [{ mode: 'everyX' }, '0 */2 * * *'],
  [{ mode: 'custom', cronExpression: '0 */6 * * *' }, '0 */6 * * *'],
])('the older Cron node with %j is %s', (item, cron) => {
  const told = readTrigger('n8n-nodes-base.cron', { triggerTimes: { item: [item] } })
  expect(told).toEqual({ expressions: [cron], unsaid: [] })
})

test('an interval begins whenever it was activated, and other nodes are no triggers by time', () => {
  expect(readTrigger('n8n-nodes-base.interval', {}).unsaid).toEqual([
    'an interval from the moment of activation',
  ])
  expect(readTrigger('n8n-nodes-base.webhook', { rule: {} })).toEqual({ expressions: [], unsaid: [] })
  expect(readTrigger('n8n-nodes-base.scheduleTrigger', 'nonsense')).toEqual({ expressions: [], unsaid: [] })
})

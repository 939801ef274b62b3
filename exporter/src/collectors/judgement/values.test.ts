import { expect, test } from 'vitest'
import { parseJson } from './json.ts'
import { readMoment } from './moment.ts'
import { readValues, values } from './values.ts'
import type { Value } from './values.ts'

function read(rule: unknown, body: string): Value | undefined {
  return readValues(values.parse({ it: rule }), parseJson(body))[0]
}

function number(rule: unknown, body: string): number | undefined {
  const found = read(rule, body)
  return found && 'value' in found ? found.value : undefined
}

test.for<[string, number | undefined]>([
  ['5', 5],
  ['-1.5', -1.5],
  ['"12.5"', 12.5],
  ['" 1e3 "', 1000],
  ['true', 1],
  ['false', 0],
  ['null', undefined],
  ['"five"', undefined],
  ['""', undefined],
  ['"0x10"', undefined],
  ['"Infinity"', undefined],
  ['1e400', undefined],
  ['[5]', undefined],
  ['{}', undefined],
  ['12345678901234567890', 12345678901234567000],
])('the number in %s is %s', ([json, expected]) => {
  expect(number('$.a', `{"a":${json}}`)).toBe(expected)
})

test('what is missing is missing, whether the key, the body or the JSON', () => {
  expect(read('$.a', '{}')).toBeUndefined()
  expect(read('$.a', '')).toBeUndefined()
  expect(read('$.a', '<p>down</p>')).toBeUndefined()
  expect(read({ path: '$.a', states: ['x'] }, '{"a":null}')).toBeUndefined()
})

test('a percentage is scaled to a ratio', () => {
  expect(number({ path: '$.cpu', scale: 0.01 }, '{"cpu":45}')).toBeCloseTo(0.45)
})

test('a counter is typed as one and is never negative', () => {
  expect(read({ path: '$.n', type: 'counter' }, '{"n":7}')).toEqual({ name: 'it', type: 'counter', value: 7 })
  expect(read({ path: '$.n', type: 'counter' }, '{"n":-7}')).toBeUndefined()
})

test('a declared state holds, and one that was not declared is unknown', () => {
  const rule = { path: '$.mode', states: ['active', 'standby'] }
  const states = ['active', 'standby', 'unknown']
  expect(read(rule, '{"mode":"standby"}')).toEqual({ name: 'it', type: 'state', states, state: 'standby' })
  expect(read(rule, '{"mode":"gone"}')).toEqual({ name: 'it', type: 'state', states, state: 'unknown' })
  expect(read({ path: '$.on', states: ['true', 'false'] }, '{"on":true}')).toMatchObject({ state: 'true' })
})

test('a count is how many the path finds, or how long the one list is', () => {
  const body = '{"jobs":[{"ok":true},{"ok":false},{"ok":false}]}'
  expect(number({ path: '$.jobs[?@.ok==false]', type: 'count' }, body)).toBe(2)
  expect(number({ path: '$.jobs[?@.ok==5]', type: 'count' }, body)).toBe(0)
  expect(number({ path: '$.jobs', type: 'count' }, body)).toBe(3)
  expect(number({ path: '$.nothing', type: 'count' }, body)).toBeUndefined()
})

test.for<[unknown, string | undefined]>([
  ['2026-03-01T12:00:00Z', '2026-03-01T12:00:00.000Z'],
  ['2026-03-01T12:00:00.250+08:00', '2026-03-01T04:00:00.250Z'],
  ['2026-03-01t12:00:00z', '2026-03-01T12:00:00.000Z'],
  ['2026-03-01 12:00:00', '2026-03-01T12:00:00.000Z'],
  ['2026-03-01T12:00:00+0800', '2026-03-01T04:00:00.000Z'],
  ['2026-03-01', '2026-03-01T00:00:00.000Z'],
  [1_772_366_400, '2026-03-01T12:00:00.000Z'],
  [1_772_366_400_500, '2026-03-01T12:00:00.500Z'],
  ['1772366400', '2026-03-01T12:00:00.000Z'],
  ['2026-02-30T25:00:00Z', undefined],
  ['yesterday', undefined],
  ['03/01/2026', undefined],
  [-1, undefined],
  [Number.POSITIVE_INFINITY, undefined],
  [1e300, undefined],
  ['9999999999999999', undefined],
  [null, undefined],
  [true, undefined],
])('the moment in %o is %s', ([value, expected]) => {
  const seconds = readMoment(value)
  expect(seconds === undefined ? undefined : new Date(seconds * 1000).toISOString()).toBe(expected)
})

test.for<[unknown, string]>([
  ['$.a[*]', 'expected a JSON path'],
  [{ path: '$.a', type: 'histogram' }, 'expected a JSON path'],
  [{ path: '$.a', states: [] }, 'expected a JSON path'],
])('%o is refused when the configuration is read', ([rule, message]) => {
  expect(values.safeParse({ it: rule }).error?.message).toContain(message)
})

test('names of values are metric-like', () => {
  expect(values.safeParse({ 'Bad-Name': '$.a' }).success).toBe(false)
  expect(values.safeParse({ __proto__x: '$.a' }).success).toBe(false)
})

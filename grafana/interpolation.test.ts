import { expect, test } from 'vitest'
import { all, interpolate, stepSeconds } from './interpolation.ts'
import type { Scope } from './interpolation.ts'

const scope: Scope = {
  variables: { target: 'ohlc_api' },
  rangeSeconds: 3600,
  intervalSeconds: 15,
  scrapeIntervalSeconds: 15,
}

test('a window of a rate holds four scrapes, and more when steps are long', () => {
  expect(interpolate('rate(x_total[$__rate_interval])', scope)).toBe('rate(x_total[60s])')
  const coarse = { ...scope, intervalSeconds: 120 }
  expect(interpolate('rate(x_total[$__rate_interval])', coarse)).toBe('rate(x_total[135s])')
})

test('a raw value is sent as it is, which backquotes allow', () => {
  const odd = { ...scope, variables: { target: String.raw`a"b\c` } }
  expect(interpolate('up{target=`${target:raw}`}', odd)).toBe(String.raw`up{target=${'`'}a"b\c${'`'}}`)
})

test('several values become one expression in which nothing is an operator by accident', () => {
  const several = { ...scope, variables: { target: ['a.b', 'c|d'] } }
  expect(interpolate('up{target=~`${target:regex}`}', several)).toBe(
    String.raw`up{target=~${'`'}(a\.b|c\|d)${'`'}}`,
  )
})

test('all values are sent as an expression that needs one', () => {
  expect(interpolate('up{target=~`${target:regex}`}', { ...scope, variables: { target: all } })).toBe(
    'up{target=~`.+`}',
  )
})

test('the replacement of label_replace is no variable', () => {
  expect(interpolate('label_replace(up, "a", "$1", "b", "(.+)")', scope)).toContain('"$1"')
})

test('steps are never finer than samples', () => {
  expect(stepSeconds(3600, 1000, 15)).toBe(15)
  expect(stepSeconds(86_400, 1000, 15)).toBe(87)
})

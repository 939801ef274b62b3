import { expect, test } from 'vitest'
import { scaleDuration, scaleRules } from './time-scale.ts'

test.each([
  ['1m', 0.1, '6s'],
  ['1h30m', 0.1, '540s'],
  ['15s', 0.1, '1500ms'],
  ['0s', 0.1, '0s'],
  ['300', 0.1, '300'],
])('%s by %d is %s', (duration, factor, expected) => {
  expect(scaleDuration(duration, factor)).toBe(expected)
})

test('every duration of a rule shrinks, and nothing that merely looks like one', () => {
  const rules = `groups:
  - name: example # 5m
    interval: 30s
    rules:
      - alert: ServiceDown
        expr: max_over_time(down{path="[5m]"}[5m:30s] offset 1h) > 300 and rate(x[10m]) > 0
        for: 1m
        annotations:
          summary: Down for 1m.
`
  expect(scaleRules(rules, 0.1)).toBe(`groups:
  - name: example # 5m
    interval: 3s
    rules:
      - alert: ServiceDown
        expr: max_over_time(down{path="[5m]"}[30s:3s] offset 360s) > 300 and rate(x[60s]) > 0
        for: 6s
        annotations:
          summary: Down for 1m.
`)
})

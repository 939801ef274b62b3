import { expect, test } from 'vitest'
import { noise, simulateTraffic } from './traffic.ts'

const profile = { requestsPerSecond: 5, errorRatio: 0.01, cpu: 40, memory: 50, responseMilliseconds: 100 }
const at = (second: number) => simulateTraffic(profile, 'x', second)

test('counters never fall, and keep to their rate', () => {
  const seconds = Array.from({ length: 3600 }, (_, second) => at(second))
  const falls = seconds.filter(({ requests, errors }, second) => {
    const before = seconds[second - 1]
    return before && (requests < before.requests || errors < before.errors)
  })
  expect(falls).toEqual([])
  expect(at(0)).toMatchObject({ requests: 0, errors: 0 })
  expect(at(3600).requests / 3600).toBeCloseTo(profile.requestsPerSecond, 0)
  expect(at(3600).errors / at(3600).requests).toBeCloseTo(profile.errorRatio, 3)
})

test('usage wanders around its profile and stays a percentage', () => {
  const seconds = Array.from({ length: 600 }, (_, second) => at(second))
  for (const key of ['cpu', 'memory'] as const) {
    const values = seconds.map((traffic) => traffic[key])
    expect(new Set(values).size).toBeGreaterThan(30)
    expect(Math.min(...values)).toBeGreaterThan(profile[key] - 12)
    expect(Math.max(...values)).toBeLessThan(profile[key] + 12)
  }
})

test('the same age gives the same traffic', () => {
  expect(at(123.4)).toEqual(at(123.4))
})

test('noise is spread evenly from 0 to 1', () => {
  const values = Array.from({ length: 10_000 }, (_, index) => noise(`seed:${index}`))
  const tenths = values.map((value) => Math.floor(value * 10))
  for (let tenth = 0; tenth < 10; tenth += 1) {
    expect(tenths.filter((value) => value === tenth).length).toBeGreaterThan(850)
  }
  expect(Math.max(...values)).toBeLessThan(1)
})

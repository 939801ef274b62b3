import { expect, test } from 'vitest'
import { readCollect, roundSeconds } from './metrics.ts'

test.each([
  [undefined, 10],
  ['15', 14.5],
  ['10', 9.5],
  ['1', 0.5],
  ['0.5', 0.25],
  ['0.2', 0.1],
  ['0', 10],
  ['-3', 10],
  ['soon', 10],
  ['Infinity', 10],
  ['3000000', 599.5],
  ['1e12', 599.5],
])('a scraper that waits %s s gets a round of %s s', (header, seconds) => {
  expect(roundSeconds(header)).toBeCloseTo(seconds)
})

test('collect[] takes names of collectors, once or several times', () => {
  expect(readCollect(undefined)).toBeUndefined()
  expect(readCollect('services')).toEqual(['services'])
  expect(readCollect(['databases', 'services'])).toEqual(['services', 'databases'])
})

test('collect[] refuses what is no collector and names those there are', () => {
  expect(readCollect('servces')).toMatch(
    /^collect\[\] expects names of collectors \(.*services.*\), got "servces"$/,
  )
})

import { expect, test } from 'vitest'
import { judgeQuality } from './quality.ts'
import { sheetQuality } from './section.ts'
import { countSheet } from './sheet.ts'

const quality = (demands: object) => sheetQuality.parse({ range: 'A1:D', ...demands })
const counts = { rows: 10, newestAt: 1_000, filledCells: 18, distinctKeys: 9, validRows: 5 }

const all = {
  freshness: { column: 'time', warn: '1h', error: '2h' },
  completeness: ['a', 'b'],
  uniqueness: ['a'],
  validity: [{ column: 'b', min: 0 }],
  volume: { min: 20 },
}

test('each dimension is a share of what was looked at', () => {
  const { measures, score } = judgeQuality(quality(all), counts, 1_000 + 3_600 + 900)
  expect(measures).toEqual({
    freshness: { passed: 2_700, checked: 3_600, ratio: 0.75 },
    completeness: { passed: 18, checked: 20, ratio: 0.9 },
    uniqueness: { passed: 9, checked: 10, ratio: 0.9 },
    validity: { passed: 5, checked: 10, ratio: 0.5 },
    volume: { passed: 10, checked: 20, ratio: 0.5 },
  })
  expect(score).toBeCloseTo((0.75 + 0.9 + 0.9 + 0.5 + 0.5) / 5)
})

test('the score is the mean by weights, which add up to 1', () => {
  const weighted = quality({
    ...all,
    weights: { validity: 3, freshness: 0, volume: 1, uniqueness: 0, completeness: 0 },
  })
  const { weights, score } = judgeQuality(weighted, counts, 1_000)
  expect(weights).toMatchObject({ validity: 0.75, volume: 0.25, freshness: 0 })
  expect(score).toBe(0.5)
})

test('no rows are no quality, and never the quality 1', () => {
  const none = { rows: 0, newestAt: undefined, filledCells: 0, distinctKeys: 0, validRows: 0 }
  expect(judgeQuality(quality(all), none, 1_000)).toMatchObject({
    measures: { volume: { passed: 0, checked: 20, ratio: 0 } },
    score: 0,
  })
  expect(judgeQuality(quality({ completeness: ['a'] }), none, 1_000)).toMatchObject({
    measures: {},
    score: undefined,
  })
})

test('more rows than there may be count as well', () => {
  const { measures } = judgeQuality(quality({ volume: { min: 1, max: 5 } }), counts, 1_000)
  expect(measures.volume).toEqual({ passed: 5, checked: 10, ratio: 0.5 })
})

test('a time ahead of our clock is fresh, one older than error is not at all', () => {
  const ratio = (now: number): number | undefined =>
    judgeQuality(quality(all), counts, now).measures.freshness?.ratio
  expect([ratio(0), ratio(1_000 + 3_600), ratio(1_000 + 7_200), ratio(1e9)]).toEqual([1, 1, 0, 0])
})

const rows = [
  ['time', 'serial', 'state'],
  ['2026-01-01T00:00:00Z', '1', 'active'],
  ['2026-01-01T01:00:00Z', '1', 'asleep'],
  ['nonsense', 'two'],
  [],
]

test('the cells of a spreadsheet are counted, with blanks and text where numbers are due', () => {
  const wanted = quality({
    freshness: { column: 'time', warn: '1h', error: '2h' },
    completeness: ['serial', 'state'],
    uniqueness: ['serial'],
    validity: [
      { column: 'serial', min: 1, max: 10 },
      { column: 'state', one_of: ['active', 'paused'] },
    ],
  })
  expect(countSheet(wanted, rows)).toEqual({
    rows: 4,
    newestAt: Date.parse('2026-01-01T01:00:00Z') / 1000,
    filledCells: 5,
    distinctKeys: 3,
    validRows: 2,
  })
})

test('a column that was moved away is named, with what is there instead', () => {
  expect(() => countSheet(quality({ completeness: ['status'] }), rows)).toThrow(
    'expected a column status in the first row of A1:D, got time, serial, state',
  )
})

test.each([
  [{}, 'expected at least one of freshness, completeness, uniqueness, validity, volume'],
  [{ freshness: { column: 'a', warn: '2h', error: '1h' } }, 'expected error to be longer than warn'],
  [{ validity: [{ column: 'a' }] }, 'expected at least one of min, max, matches and one_of'],
  [{ volume: {} }, 'expected min, max or both'],
])('%j is refused', (demands, message) => {
  const parsed = sheetQuality.safeParse({ range: 'A1:D', ...demands })
  expect(parsed.error?.issues.map((issue) => issue.message)).toEqual([message])
})

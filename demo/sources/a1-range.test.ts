import { expect, test } from 'vitest'
import { columnName, parseA1Range } from './a1-range.ts'

const whole = { sheet: undefined, left: 1, top: 1, right: Infinity, bottom: Infinity }

test.each([
  ['KOLs', { ...whole, sheet: 'KOLs' }],
  ["'It''s mine'", { ...whole, sheet: "It's mine" }],
  ['KOLs!B2:C10', { sheet: 'KOLs', left: 2, top: 2, right: 3, bottom: 10 }],
  ['KOLs!A:C', { ...whole, sheet: 'KOLs', right: 3 }],
  ['B2', { sheet: undefined, left: 2, top: 2, right: 2, bottom: 2 }],
  ['A2:D', { ...whole, top: 2, right: 4 }],
  ['aa1:ab2', { sheet: undefined, left: 27, top: 1, right: 28, bottom: 2 }],
])('%s is read', (text, range) => {
  expect(parseA1Range(text)).toEqual(range)
})

test('a range that names cells which cannot be is refused', () => {
  expect(parseA1Range('KOLs!2B:C')).toBeUndefined()
})

test('columns are named as a spreadsheet names them', () => {
  expect([1, 26, 27, 52, 703].map(columnName)).toEqual(['A', 'Z', 'AA', 'AZ', 'AAA'])
})

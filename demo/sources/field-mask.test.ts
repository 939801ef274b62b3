import { expect, test } from 'vitest'
import { applyFieldMask, parseFieldMask } from './field-mask.ts'

const value = {
  id: 'x',
  properties: { title: 't', locale: 'l' },
  sheets: [{ properties: { title: 'a', index: 0 } }],
}

test.each([
  ['id', { id: 'x' }],
  ['properties.title', { properties: { title: 't' } }],
  ['properties/title,id', { id: 'x', properties: { title: 't' } }],
  ['properties.title,properties.locale', { properties: value.properties }],
  ['sheets(properties(title))', { sheets: [{ properties: { title: 'a' } }] }],
  ['sheets.properties.index', { sheets: [{ properties: { index: 0 } }] }],
  ['*', value],
  ['missing', {}],
])('%s keeps what it names', (fields, kept) => {
  const mask = parseFieldMask(fields)
  expect(mask && applyFieldMask(value, mask)).toEqual(kept)
})

test.each(['', 'a,', 'a(b', 'a)', 'a..b', 'a b', 'a;b'])('%j is no field mask', (fields) => {
  expect(parseFieldMask(fields)).toBeUndefined()
})

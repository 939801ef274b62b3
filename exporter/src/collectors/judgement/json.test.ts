import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createJsonPath } from './json-path.ts'
import { parseJson } from './json.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 1000)

function value(text: string): unknown {
  const parsed = parseJson(text)
  return 'value' in parsed ? parsed.value : parsed
}

test.for<[string | undefined, string]>([
  [undefined, 'nothing'],
  ['', 'nothing'],
  [' \n', 'nothing'],
  ['<!doctype html>', 'a page of HTML'],
  ['{"a":1', 'text that is not JSON'],
  ['NaN', 'text that is not JSON'],
  ['{"a":NaN}', 'text that is not JSON'],
  ["{'a':1}", 'text that is not JSON'],
  ['{"a":1}{"b":2}', 'text that is not JSON'],
])('%o is refused as %s', ([text, problem]) => {
  expect(parseJson(text)).toEqual({ problem })
})

test('depth is bounded, however it is written', () => {
  const problem = 'JSON nested deeper than 64 levels'
  expect(value('['.repeat(64) + ']'.repeat(64))).toBeInstanceOf(Array)
  expect(parseJson('['.repeat(65) + ']'.repeat(65))).toEqual({ problem })
  expect(parseJson('{"a":'.repeat(1_000_000))).toEqual({ problem })
  expect(parseJson('['.repeat(1_000_000))).toEqual({ problem })
})

test('brackets in strings are no depth', () => {
  const text = JSON.stringify({ a: '['.repeat(100), '\\"{{': '\\'.repeat(3) + '{'.repeat(100) })
  expect(value(text)).toEqual(JSON.parse(text))
})

test('of keys given twice the last one counts', () => {
  expect(value('{"a":1,"a":2}')).toEqual({ a: 2 })
})

test('__proto__ and constructor are keys like any other and reach no prototype', () => {
  const parsed = value('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":{}}')
  expect(createJsonPath('$.__proto__.polluted').select(parsed)).toEqual([1])
  expect(createJsonPath('$.a.__proto__').select(parsed)).toEqual([])
  expect(createJsonPath('$.a.constructor').select(parsed)).toEqual([])
  expect(createJsonPath("$.a['toString']").select(parsed)).toEqual([])
  expect({}).not.toHaveProperty('polluted')
})

test('a path into a body that was made to drown it finds nothing, soon', () => {
  const wide = `[${Array.from({ length: 200_000 }, () => '[1,2]').join()}]`
  const began = performance.now()
  expect(createJsonPath('$..*').select(value(wide))).toEqual([])
  expect(createJsonPath('$..*..*..*').select(value(`[${'[[[[[[1]]]]]],'.repeat(2000)}1]`))).toEqual([])
  expect(performance.now() - began).toBeLessThan(5_000)
})

test('any text gives a value or a problem, and any JSON the same value as the parser', () => {
  const anyJson = fc.json({ maxDepth: 12 })
  const cutJson = fc.tuple(anyJson, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1)))
  const anyText = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), cutJson)
  fc.assert(
    fc.property(anyText, (text) => Object.keys(parseJson(text)).length === 1),
    { numRuns },
  )
  const agrees = fc.property(anyJson, (text) => {
    expect(value(text)).toEqual(JSON.parse(text))
  })
  fc.assert(agrees, { numRuns })
}, 60_000)

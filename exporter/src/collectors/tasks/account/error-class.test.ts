import { expect, test } from 'vitest'
import { createClassifier } from './error-class.ts'

test.each([
  ['HTTP 503 from finlab_api: upstream connect error', 'http_5xx'],
  ['HTTP 429 from cmoney_api: retry after 37 s', 'http_4xx'],
  ['Request failed with status code 404', 'http_4xx'],
  ['timeout of 30000 ms exceeded while fetching 2330.TW', 'timeout'],
  ['connect ECONNREFUSED 127.0.0.1:8002', 'connection'],
  ['deadlock detected (SQLSTATE 40P01)', 'sql'],
  ['canceling statement due to statement timeout (SQLSTATE 57014)', 'timeout'],
  ['loss is NaN at step 1200', 'other'],
  [undefined, 'other'],
])('%s is of class %s', (text, expected) => {
  expect(createClassifier([])(text, 'failed')).toBe(expected)
})

test('configured patterns come first, in their order', () => {
  const classify = createClassifier([
    { class: 'quota', match: 'Usage exceed|429' },
    { class: 'late', match: '429' },
  ])
  expect(classify('HTTP 429', 'failed')).toBe('quota')
})

test('a pattern that would take a backtracking engine minutes takes none', () => {
  const classify = createClassifier([{ class: 'evil', match: '(a+)+$' }])
  const began = performance.now()
  expect(classify(`${'a'.repeat(500)}!`, 'failed')).toBe('other')
  expect(performance.now() - began).toBeLessThan(1_000)
})

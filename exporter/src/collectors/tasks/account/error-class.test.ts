import { expect, test } from 'vitest'
import { createErrorRules } from './error-class.ts'

const { classify } = createErrorRules([])

test.each([
  ['HTTP 503 from finlab_api: upstream connect error', 'http_503'],
  ['HTTP 429 from cmoney_api: retry after 37 s', 'http_429'],
  ['HTTP/1.1 502 Bad Gateway', 'http_502'],
  ['Request failed with status code 404', 'http_404'],
  ['requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: http://cmoney/', 'http_401'],
  ["httpx.HTTPStatusError: Server error '504 Gateway Timeout' for url", 'http_504'],
  ["unexpected answer: 418 I'm a Teapot", 'http_418'],
  ['the language model answered with HTTP 529: overloaded', 'http_5xx'],
  ['HTTP 499 from nginx', 'http_4xx'],
  ['connect ECONNREFUSED https://api:443/', 'connection'],
  ['timeout of 30000 ms exceeded while fetching 2330.TW', 'timeout'],
  ['connect ECONNREFUSED 127.0.0.1:8002', 'connection'],
  ['could not serialize access due to concurrent update (SQLSTATE 40001)', 'serialization_failure'],
  ['canceling statement due to statement timeout (SQLSTATE 57014)', 'timeout'],
  ['ERROR:  deadlock detected', 'deadlock_detected'],
  ['SQLSTATE[23505]: Unique violation: 7 ERROR', 'unique_violation'],
  ['{"sqlState":"42P01","message":"..."}', 'undefined_table'],
  ['psycopg2.errors.NotNullViolation: null value in column "serial"', 'not_null_violation'],
  ['duplicate key value violates unique constraint "posts_pkey"', 'unique_violation'],
  ['relation "ohlc" does not exist', 'undefined_table'],
  ['column ohlc.close does not exist', 'undefined_column'],
  ['sorry, too many clients already', 'too_many_connections'],
  ['SQLSTATE 22018 in a procedure', 'data_exception'],
  ['SQLSTATE[HY000]: General error: 1205 Lock wait', 'sql'],
  ['SQLSTATE[HY000] [2002] Connection refused', 'connection'],
  ['exit code 137: no answer', 'crashed'],
  ['loss is NaN at step 1200', 'other'],
  [undefined, 'other'],
])('%s is of class %s', (text, expected) => {
  expect(classify(text, 'failed').name).toBe(expected)
})

test('each class belongs to one that is always shown', () => {
  const { expected } = createErrorRules([])
  for (const text of ['SQLSTATE 40P01', 'HTTP 429', 'HTTP 503', 'ETIMEDOUT', 'EPIPE', 'killed', 'what?']) {
    expect(expected).toContain(classify(text, 'failed').family)
  }
})

test('configured patterns come first, in their order', () => {
  const own = createErrorRules([
    { class: 'quota', match: 'Usage exceed|429' },
    { class: 'late', match: '429' },
  ])
  expect(own.classify('HTTP 429', 'failed').name).toBe('quota')
  expect(own.expected.slice(0, 2)).toEqual(['quota', 'late'])
})

test('a pattern that would take a backtracking engine minutes takes none', () => {
  const evil = createErrorRules([{ class: 'evil', match: '(a+)+$' }])
  const began = performance.now()
  expect(evil.classify(`${'a'.repeat(500)}!`, 'failed').name).toBe('other')
  expect(performance.now() - began).toBeLessThan(1_000)
})

import { expect, test } from 'vitest'
import { assertions, judgeAssertions, worst } from './assertions.ts'
import type { Answer, Judged } from './assertions.ts'
import { parseJson } from './json.ts'

const now = Date.parse('2026-03-01T12:00:00Z') / 1000

function answer(body: string, more: Partial<Answer> = {}): Answer {
  return { status: 200, headers: new Map(), bodyText: body, json: parseJson(body), ...more }
}

function judge(rule: Readonly<Record<string, unknown>>, given: Answer | undefined): Judged | undefined {
  return judgeAssertions(assertions.parse([{ name: 'it', ...rule }]), given, now)[0]
}

const body = JSON.stringify({
  queue: { length: 1200, ratio: '0.5' },
  status: 'healthy',
  mode: null,
  items: [
    { state: 'ok', age: 1 },
    { state: 'failed', age: 9 },
  ],
  last_run: '2026-03-01T11:00:00Z',
  emoji: '👍',
})

test.for<[boolean, Record<string, unknown>]>([
  [true, { path: '$.queue.length', below: 1201 }],
  [false, { path: '$.queue.length', below: 1200 }],
  [true, { path: '$.queue.length', above: 1199 }],
  [false, { path: '$.queue.length', above: 1200 }],
  [true, { path: '$.queue.length', above: 1000, below: 2000 }],
  [true, { path: '$.queue.ratio', below: 1 }],
  [false, { path: '$.status', below: 1 }],
  [true, { path: '$.status', equals: 'healthy' }],
  [false, { path: '$.status', equals: 'Healthy' }],
  [true, { path: '$.queue.length', equals: 1200 }],
  [false, { path: '$.queue.length', equals: '1200' }],
  [true, { path: '$.mode', equals: null }],
  [true, { path: '$.status', matches: '^heal' }],
  [false, { path: '$.status', matches: '^eal' }],
  [true, { path: '$.emoji', matches: '^.$' }],
  [true, { path: '$.status', not_matches: 'error' }],
  [false, { path: '$.status', not_matches: 'health' }],
  [true, { path: '$.status', exists: true }],
  [false, { path: '$.nothing', exists: true }],
  [true, { path: '$.nothing', exists: false }],
  [false, { path: '$.status', exists: false }],
  [false, { path: '$.nothing', below: 1 }],
  [true, { path: '$.items', length: { equals: 2 } }],
  [false, { path: '$.items', length: { above: 2 } }],
  [true, { path: '$.status', length: { below: 8 } }],
  [false, { path: '$.queue', length: { below: 8 } }],
  [true, { path: "$.items[?@.state=='failed']", length: { below: 2 } }],
  [false, { path: "$.items[?@.state=='failed']", length: { equals: 0 } }],
  [true, { path: "$.items[?@.state=='lost']", length: { equals: 0 } }],
  [true, { path: '$.items[*].age', below: 10 }],
  [false, { path: '$.items[*].age', below: 9 }],
  [false, { path: '$.items[*].nothing', below: 9 }],
  [true, { path: '$.last_run', age: { below: '61m' } }],
  [false, { path: '$.last_run', age: { below: '1h' } }],
  [true, { path: '$.last_run', age: { above: '59m' } }],
  [false, { path: '$.status', age: { below: '1h' } }],
  [true, { of: 'body', matches: '"status":"healthy"' }],
  [true, { of: 'status', equals: 200 }],
  [false, { of: 'status', above: 200 }],
])('an assertion is %s for %o', ([passed, rule]) => {
  expect(judge(rule, answer(body))).toMatchObject({ name: 'it', passed, severity: 'error' })
})

test('headers are judged whatever their case, each value of them, and are missing when they are missing', () => {
  const given = answer('', { headers: new Map([['set-cookie', ['a=1', 'b=2']]]) })
  expect(judge({ header: 'Set-Cookie', matches: '=' }, given)?.passed).toBe(true)
  expect(judge({ header: 'set-cookie', matches: '=1' }, given)?.passed).toBe(false)
  expect(judge({ header: 'content-type', matches: '.' }, given)?.passed).toBe(false)
  expect(judge({ header: 'content-type', exists: false }, given)?.passed).toBe(true)
})

test('a target that did not answer passes nothing and fails nothing', () => {
  expect(judge({ path: '$.a', exists: true }, undefined)).toMatchObject({
    passed: undefined,
    detail: undefined,
  })
})

test.for(['', 'not json', '<html>', '[1,2', '"text"', '5', 'true', '[]', '{}', 'NaN'])(
  'a path does not hold for the body %o',
  (text) => {
    expect(judge({ path: '$.a', equals: 1 }, answer(text))?.passed).toBe(false)
  },
)

test('what is wrong is said in one line, with at most 80 characters of the value', () => {
  expect(judge({ path: '$.queue.length', below: 1000 }, answer(body))?.detail).toBe(
    'it: expected a number below 1000 at $.queue.length, got 1200',
  )
  expect(judge({ path: '$.nothing', below: 1000 }, answer(body))?.detail).toBe(
    'it: expected a value at $.nothing, got nothing',
  )
  expect(judge({ path: '$.a', exists: true }, answer('<p>'))?.detail).toBe(
    'it: expected JSON at $.a, got "a page of HTML"',
  )
  const long = answer(JSON.stringify({ a: 'x'.repeat(1000) }))
  expect(judge({ path: '$.a', equals: 'y' }, long)?.detail).toHaveLength(
    'it: expected "y" at $.a, got '.length + 80,
  )
})

test('two bounds give a degraded state before the broken one', () => {
  const rule = { path: '$.queue', below: { warning: 500, error: 1000 } }
  const at = (queue: number): Judged | undefined => judge(rule, answer(JSON.stringify({ queue })))
  expect(at(499)).toMatchObject({ passed: true })
  expect(at(500)).toMatchObject({ passed: false, severity: 'warning' })
  expect(at(1000)).toMatchObject({ passed: false, severity: 'error' })
})

test('an assertion that only warns never makes an error, and an error outweighs an earlier warning', () => {
  const rules = assertions.parse([
    { name: 'a', path: '$.x', below: 1, severity: 'warning' },
    { name: 'b', path: '$.x', below: 2 },
  ])
  const names = (x: number): string | undefined => {
    const decisive = worst(judgeAssertions(rules, answer(JSON.stringify({ x })), now))
    return decisive && `${decisive.name} ${decisive.severity}`
  }
  expect([names(0), names(1), names(2)]).toEqual([undefined, 'a warning', 'b error'])
})

test.for<[unknown, string]>([
  [{ name: 'a', equals: 1 }, 'expected exactly one of path, header and of'],
  [{ name: 'a', path: '$.a', of: 'body', equals: 1 }, 'expected exactly one of path, header and of'],
  [{ name: 'a', path: '$.a' }, 'expected at least one of equals, above, below'],
  [{ name: 'a', path: 'a.b', exists: true }, 'expected a JSON path such as $.queue.length: '],
  [{ name: 'a', path: '$.a', matches: '(' }, "expected a regular expression in RE2's syntax: "],
  [{ name: 'a', path: '$.a', matches: '(?=a)' }, "expected a regular expression in RE2's syntax: "],
  [{ name: 'a', path: '$.a', below: {} }, 'expected'],
  [{ name: 'a', path: '$.a', belwo: 1 }, 'belwo'],
])('%o is refused when the configuration is read', ([rule, message]) => {
  const { error } = assertions.safeParse([rule])
  expect(error?.message).toContain(message)
})

test('names of assertions are unique', () => {
  const rule = { name: 'a', path: '$.a', exists: true }
  expect(assertions.safeParse([rule, rule]).error?.message).toContain('expected each name only once')
})

test('a pattern that explodes in other engines takes no time', () => {
  const began = performance.now()
  judge({ of: 'body', matches: '^(a+)+$' }, answer('a'.repeat(100_000) + '!'))
  judge(
    { path: '$[?search(@.a, @.b)]', exists: true },
    answer(JSON.stringify([{ a: 'a'.repeat(50_000) + '!', b: '^(a+)+$' }])),
  )
  expect(performance.now() - began).toBeLessThan(3_000)
})

test('a pattern that is many in one takes no longer, and a usual one sees a quarter of a MiB', () => {
  const text = `${'x'.repeat(250_000)}y`
  const began = performance.now()
  judge({ of: 'body', matches: '([a-z]+[0-9]?){1,200}z' }, answer(`${'x'.repeat(250_000)},z`))
  // Unbounded it takes ten seconds.
  expect(performance.now() - began).toBeLessThan(3_000)
  expect(judge({ of: 'body', matches: 'y$' }, answer(text))?.passed).toBe(true)
})

test('functions of paths search and match as RFC 9535 says', () => {
  const given = answer(JSON.stringify([{ s: 'abc' }, { s: 'b' }, { s: 5 }]))
  expect(judge({ path: "$[?search(@.s, 'b')]", length: { equals: 2 } }, given)?.passed).toBe(true)
  expect(judge({ path: "$[?match(@.s, 'b')]", length: { equals: 1 } }, given)?.passed).toBe(true)
  expect(judge({ path: "$[?match(@.s, '(')]", length: { equals: 0 } }, given)?.passed).toBe(true)
})

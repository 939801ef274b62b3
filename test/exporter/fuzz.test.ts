// Whatever comes, nothing crashes and nothing is let out that a reader would refuse.
// FUZZ_RUNS=100000 npm run test:integration -- test/exporter/fuzz.test.ts for the long run.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { readValues, values } from '../../exporter/src/collectors/judgement/values.ts'
import { parseJson } from '../../exporter/src/collectors/judgement/json.ts'
import { readHealth } from '../../exporter/src/collectors/services/health.ts'
import { statuses } from '../../exporter/src/collectors/target.ts'
import { parseConfig } from '../../exporter/src/config/load.ts'
import { formatProblems } from '../../exporter/src/config/problem.ts'
import { renderPage } from '../../exporter/src/metrics/exposition.ts'
import { counter, family, gauge, histogram, histogramFamily } from '../../exporter/src/metrics/metric.ts'
import { parseOpenMetrics } from '../harness/openmetrics.ts'
import { collectors } from '../../exporter/src/collectors/all.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 3_000)
const timeout = 600_000

const text = fc.string({ unit: 'binary', maxLength: 30 })

test(
  'a page of any labels and values is read back by a strict reader as what was put in',
  { timeout },
  () => {
    const value = fc.oneof(fc.double({ noNaN: false }), fc.integer(), fc.constant(undefined))
    const samples = fc.array(fc.tuple(fc.record({ target: text, kind: text }), value), { maxLength: 8 })
    fc.assert(
      fc.property(samples, text, (given, help) => {
        const metric = gauge('x_value', help, ['target', 'kind'])
        const [found] = parseOpenMetrics(renderPage([family(metric, given)], 'openmetrics').toString())
        const known = given.filter(([, number]) => number !== undefined && Number.isFinite(number))
        const distinct = Map.groupBy(known, ([labels]) =>
          JSON.stringify([labels.target.toWellFormed(), labels.kind.toWellFormed()]),
        )
        expect([...(found?.samples.values() ?? [])]).toEqual(
          [...distinct.values()].map(([first]) => (first?.[1] ?? 0) + 0),
        )
      }),
      { numRuns },
    )
  },
)

test('counters and histograms of any numbers keep the rules of the format', { timeout }, () => {
  const counts = fc.array(fc.nat(1_000), { minLength: 3, maxLength: 3 })
  fc.assert(
    fc.property(
      counts,
      fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
      text,
      (steps, sum, target) => {
        const labels = { target }
        const cumulative = steps.map((_, index) => steps.slice(0, index + 1).reduce((a, b) => a + b, 0))
        const page = renderPage(
          [
            histogramFamily(histogram('x_seconds', 'X.', ['target']), [
              { labels, bounds: [0.1, 1], counts: cumulative, sum },
            ]),
            family(counter('x_total', 'X.', ['target']), [[labels, sum]]),
          ],
          'openmetrics',
        )
        expect(parseOpenMetrics(page.toString()).map(({ type }) => type)).toEqual(['histogram', 'counter'])
      },
    ),
    { numRuns },
  )
})

const names = [
  'services',
  'databases',
  'name',
  'url',
  'depends_on',
  'timeout',
  'assert',
  'values',
  'path',
  'tasks',
  'thresholds',
  'cpu',
]
const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.constantFrom('5s', 'http://a/', '${HOME}', '${X:-1}', 'a', '80%', '$.a', '2 of 3', '__proto__'),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...names), text), tie('value'), { maxKeys: 5 }),
  ),
})).value

test('any configuration is accepted or refused with a place, never a crash', { timeout }, () => {
  const source = fc.oneof(
    fc.string({ unit: 'binary' }),
    anything.map((value) => stringify(value)),
    fc.string(),
  )
  fc.assert(
    fc.property(source, (yaml) => {
      const { config, problems } = parseConfig({
        collectors,
        file: 'f.yml',
        text: yaml,
        environment: { HOME: '/' },
      })
      expect((config === undefined) === (problems !== undefined)).toBe(true)
      const said = problems ? formatProblems(problems, 'f.yml') : 'f.yml:0:0: 0 problems in f.yml'
      expect(said).toMatch(/^f\.yml:\d+:\d+: [\s\S]*\d+ problems? in f\.yml$/)
    }),
    { numRuns },
  )
})

test('any body gives numbers that can be shown, or none', { timeout }, () => {
  const rules = values.parse({
    a: '$.a',
    b: { path: '$.a.b', type: 'counter' },
    c: { path: '$.status', states: ['ok'] },
    d: { path: '$..a', type: 'count' },
  })
  // What every object has, whatever it is taken for.
  const inherited = fc.constantFrom('constructor', '__proto__', 'toString', 'valueOf', 'hasOwnProperty')
  const body = fc.oneof(
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc
      .oneof(anything, inherited)
      .map((value) => JSON.stringify({ a: value, status: value, uptime: value, dependencies: value })),
  )
  fc.assert(
    fc.property(body, (given) => {
      const json = parseJson(given)
      const health = 'value' in json ? readHealth(json.value) : undefined
      const numbers = [
        health?.uptimeSeconds,
        health?.requests,
        ...readValues(rules, json).map((value) => ('value' in value ? value.value : 0)),
      ]
      for (const number of numbers) expect(number === undefined || Number.isFinite(number)).toBe(true)
      expect(health?.dependencies.length ?? 0).toBeLessThanOrEqual(50)
      expect([undefined, ...statuses]).toContain(health?.status)
      expect(Object.prototype).not.toHaveProperty('polluted')
    }),
    { numRuns },
  )
})

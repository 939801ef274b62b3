import { expect, test } from 'vitest'
import { statistics } from './statistics.ts'

const one = { name: 'kols', help: 'KOLs by state.', database: 'db', query: 'SELECT 1 AS value' }

function messages(...section: object[]): string[] {
  const parsed = statistics.schema.safeParse(section.map((fields) => ({ ...one, ...fields })))
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

test('types and what belongs to them are demanded together', () => {
  expect(messages({ type: 'state' })).toEqual(['0.states: expected states for type state'])
  expect(messages({ buckets: [1] })).toEqual(['0.buckets: expected no buckets for type gauge'])
  expect(messages({ type: 'histogram', buckets: [2, 1] })).toEqual(['0.buckets: expected ascending bounds'])
  expect(messages({ type: 'state', states: ['a'], labels: ['state'] })).toEqual([
    '0.labels: expected labels other than state, which type state makes itself',
  ])
})

test('labels that Prometheus would refuse or rename are refused', () => {
  expect(messages({ labels: ['a-b'] })).toEqual([
    '0.labels.0: expected a column whose name can be a label: letters, digits and _',
  ])
  expect(messages({ labels: ['name'] })).toEqual([
    '0.labels.0: expected a column that is not called like a label of the metric',
  ])
  expect(messages({ labels: ['__name__'] })).toHaveLength(1)
})

test('two of the same name are refused', () => {
  expect(messages({}, {})).toEqual(['1.name: expected a name that no other statistic has, got "kols"'])
})

test('the database is referred to where it stands', () => {
  const section = statistics.schema.parse([one])
  expect(statistics.references?.(section)).toEqual([{ path: [0, 'database'], name: 'db', to: 'database' }])
})

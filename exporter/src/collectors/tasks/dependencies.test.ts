import { expect, test } from 'vitest'
import type { Dependency } from '../target.ts'
import { dependenciesOf } from './dependencies.ts'
import { section } from './section.ts'

const known = new Map<string, readonly Dependency[]>([
  [
    'ohlc_api',
    [
      { dependency: 'platform_db', strength: 'hard', depth: 'direct' },
      { dependency: 'cache', strength: 'soft', depth: 'direct' },
    ],
  ],
])

function of(given: object): (task: string) => readonly Dependency[] {
  const [source] = section.parse([{ name: 'jobs', kind: 'heartbeat', token: 't', ...given }])
  if (!source) throw new Error('expected a source')
  return dependenciesOf(source, known)
}

test('a task depends on what its targets depend on, and a way is as strong as its weakest edge', () => {
  const dependencies = of({ schedules: [{ task: 'fetch', cron: '@hourly', depends_on: ['ohlc_api'] }] })
  expect(dependencies('fetch')).toEqual([
    { dependency: 'ohlc_api', strength: 'hard', depth: 'direct' },
    { dependency: 'platform_db', strength: 'hard', depth: 'transitive' },
    { dependency: 'cache', strength: 'soft', depth: 'transitive' },
  ])
  expect(dependencies('another')).toEqual([])
})

test('what is said of the source holds for each of its tasks, and the stronger way counts', () => {
  const dependencies = of({
    depends_on: [{ name: 'ohlc_api', strength: 'soft' }],
    schedules: [{ task: 'fetch', cron: '@hourly', depends_on: ['platform_db'] }],
  })
  const shared = { dependency: 'ohlc_api', strength: 'soft', depth: 'direct' }
  expect(dependencies('fetch')).toEqual([
    shared,
    { dependency: 'platform_db', strength: 'hard', depth: 'direct' },
    { dependency: 'cache', strength: 'soft', depth: 'transitive' },
  ])
  expect(dependencies('another')).toContainEqual(shared)
})

test('a task cannot do without the database of its records', () => {
  const [source] = section.parse([{ name: 'jobs', kind: 'pg_boss', database: 'ohlc_db' }])
  if (!source) throw new Error('expected a source')
  expect(dependenciesOf(source, known)('any')).toEqual([
    { dependency: 'ohlc_db', strength: 'hard', depth: 'direct' },
  ])
})

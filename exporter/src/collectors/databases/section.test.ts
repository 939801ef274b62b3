import { expect, test } from 'vitest'
import { databases } from './databases.ts'

function messages(section: unknown): string[] {
  const parsed = databases.schema.safeParse(section)
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

test('a URL of another kind is refused without being repeated', () => {
  expect(messages([{ name: 'a', url: 'mysql://root:hunter2@db/x' }])).toEqual([
    '0.url: expected a URL that begins with postgres://',
  ])
  expect(messages([{ name: 'a', kind: 'redis', url: 'postgres://db/x' }])).toEqual([
    '0.url: expected a URL that begins with redis://',
  ])
  expect(messages([{ name: 'a', url: 'postgresql://db/x' }])).toEqual([])
  expect(messages([{ name: 'a', kind: 'redis', url: 'rediss://cache' }])).toEqual([])
})

test('a URL that cannot be read is refused', () => {
  expect(messages([{ name: 'a', kind: 'redis', url: 'redis://[' }])).toEqual([
    '0.url: expected a URL that begins with redis://',
  ])
})

test('a URL that no client could follow is refused without being repeated', () => {
  for (const [kind, scheme] of [
    ['redis', 'redis'],
    ['postgres', 'postgresql'],
  ]) {
    expect(messages([{ name: 'a', kind, url: `${scheme}://u:hunter%2@db/x` }])).toEqual([
      '0.url: expected user and password with % written as %25',
    ])
    expect(messages([{ name: 'a', kind, url: `${scheme}://u:hunter%252@db/x` }])).toEqual([])
  }
  for (const port of ['abc', '99999', '']) {
    const url = `postgres://db/x?port=${port}`
    expect(messages([{ name: 'a', url }])).toEqual(['0.url: expected a number as the port'])
  }
})

test('dependencies become edges to targets', () => {
  const section = databases.schema.parse([{ name: 'a', url: 'postgres://db/x', depends_on: ['cache'] }])
  expect(databases.references?.(section)).toEqual([
    { path: [0, 'depends_on', 0], name: 'cache', to: 'target', edge: { from: 'a', strength: 'hard' } },
  ])
})

test('only Postgres can be asked by others', () => {
  const section = databases.schema.parse([
    { name: 'a', url: 'postgres://db/x' },
    { name: 'b', kind: 'redis', url: 'redis://cache' },
  ])
  expect(databases.declarations?.(section).map(({ name, isQueryable }) => [name, isQueryable])).toEqual([
    ['a', true],
    ['b', false],
  ])
})

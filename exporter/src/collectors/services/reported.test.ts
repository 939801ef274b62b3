import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { listen } from '../../probes/testing/servers.ts'
import type { Dependency } from '../target.ts'
import { createDependencyBook } from './reported.ts'
import { services } from './services.ts'
import { collectorContext } from '../../../../test/harness/collector.ts'

const direct = (dependency: string): Dependency => ({ dependency, strength: 'hard', depth: 'direct' })
const transitive = (dependency: string): Dependency => ({ dependency, strength: 'hard', depth: 'transitive' })
const configured = new Map([
  ['orders', [direct('db'), { ...direct('disk'), depth: 'transitive' as const }]],
  ['db', [direct('disk')]],
])

test('what is reported is followed further, by what is configured and by what others report', () => {
  const known = createDependencyBook(configured)([
    { target: 'shop', names: ['web'] },
    { target: 'web', names: ['orders'] },
  ])
  expect(known.get('shop')).toEqual([
    direct('web'),
    transitive('orders'),
    transitive('db'),
    transitive('disk'),
  ])
  expect(known.get('orders')).toEqual([direct('db'), transitive('disk')])
})

test('of two services that report each other neither is believed, so that one of them can be the cause', () => {
  const known = createDependencyBook(configured)([
    { target: 'a', names: ['b', 'db'] },
    { target: 'b', names: ['c'] },
    { target: 'c', names: ['a'] },
    { target: 'disk', names: ['orders'] },
  ])
  expect(known.get('a')).toEqual([direct('db'), transitive('disk')])
  expect([known.get('b'), known.get('c'), known.get('disk')]).toEqual([[], [], []])
  expect(known.get('db')).toEqual([direct('disk')])
})

test('without reports the configuration stands, and the same reports are not worked out twice', () => {
  const book = createDependencyBook(configured)
  expect(book([{ target: 'a', names: [] }])).toBe(configured)
  const once = book([{ target: 'a', names: ['db'] }])
  expect(book([{ target: 'a', names: ['db'] }])).toBe(once)
  expect(book([])).toBe(configured)
})

test('a thousand services that each name fifty others are worked out in time, and to a limit', () => {
  const reported = Array.from({ length: 1_000 }, (_, index) => ({
    target: `s${index}`,
    names: Array.from({ length: 50 }, (__, step) => `s${index + step + 1}`),
  }))
  const began = performance.now()
  const known = createDependencyBook(new Map())(reported)
  expect(performance.now() - began).toBeLessThan(5_000)
  expect(known.get('s0')).toHaveLength(200)
})

test('a service that cannot answer still depends on what it named when it could', async () => {
  let body = '{"status":"healthy","dependencies":["db"]}'
  const port = await listen(createServer((_request, response) => response.end(body)))
  const section = services.schema.parse([{ name: 'a', url: `http://127.0.0.1:${port}/` }])
  const context = collectorContext()
  const ask = async (): Promise<unknown> => {
    const watch = services.create(section, context)
    const round = { signal: AbortSignal.timeout(5_000), timeoutSeconds: 5, now: 7 }
    return (await watch.collect(round)).targets[0]?.dependencies
  }
  expect(await ask()).toEqual([direct('db')])
  body = 'Bad Gateway'
  expect(await ask()).toEqual([direct('db')])
  body = '{"status":"healthy"}'
  expect(await ask()).toEqual([])
})

// What is news and what is not, whatever order it comes in and whatever its labels say.
import { expect, test } from 'vitest'
import { reduce } from '../state/reduce.ts'
import { emptyState, openEpisodes } from '../state/state.ts'
import type { State } from '../state/state.ts'
import { configOf, places } from '../testing/config.ts'
import { payload, sortAlerts } from './payload.ts'
import type { Kind } from './payload.ts'

const config = configOf(`
mode: auto
${places}
targets: [{ name: web, type: docker, container: web }]
policies:
  - name: restart_web
    matchers: ['alertname="ServiceDown"', 'target="web"']
    action: restart_service
    target: web
    healthy: { probe: web }`)

const began = '2026-11-27T10:00:00Z'
const web = {
  status: 'firing',
  labels: { alertname: 'ServiceDown', target: 'web' },
  startsAt: began,
  fingerprint: '0123456789abcdef',
}
const now = Date.parse(began) / 1000 + 60

/** Each a delivery of its own, one after the other. */
function deliver(...deliveries: readonly object[]): {
  readonly kinds: readonly Kind[]
  readonly state: State
} {
  let state = emptyState
  const kinds = deliveries.flatMap((alert, index) => {
    const { alerts } = payload.parse({ version: '4', alerts: [alert] })
    const sorted = sortAlerts(alerts, config, state, now + index)
    state = sorted.events.reduce(reduce, state)
    return sorted.kinds
  })
  return { kinds, state }
}

test('labels that name a target, a path, a URL or SQL choose nothing but the policy', () => {
  const smuggled = {
    recovery_target: 'db',
    container: '../../etc',
    path: '/etc/passwd',
    url: 'http://127.0.0.1:1/',
    sql: "'; DROP TABLE accounts; --",
    __proto__: 'x',
  }
  const { kinds, state } = deliver(
    { ...web, labels: { ...smuggled, ...web.labels } },
    { ...web, labels: { ...web.labels, target: "web'; DROP TABLE accounts; --" } },
    { ...web, labels: { ...web.labels, target: '../web' } },
  )
  expect(kinds).toEqual(['new', 'unmatched', 'unmatched'])
  expect(openEpisodes(state).map(({ policy, target }) => [policy, target])).toEqual([['restart_web', 'web']])
})

test('a delivery that is replayed is no news, before its end and after it', () => {
  const { kinds, state } = deliver(web, web, { ...web, status: 'resolved' }, web, web)
  expect(kinds).toEqual(['new', 'duplicate', 'resolved', 'duplicate', 'duplicate'])
  expect(openEpisodes(state)).toEqual([])
})

test('deliveries in the wrong order: an older beginning is an episode of its own, an end that comes first ends nothing', () => {
  const earlier = { ...web, startsAt: '2026-11-27T09:00:00Z' }
  const { kinds, state } = deliver({ ...web, status: 'resolved' }, web, earlier, {
    ...earlier,
    status: 'resolved',
  })
  expect(kinds).toEqual(['duplicate', 'new', 'new', 'resolved'])
  expect(openEpisodes(state).map((episode) => episode.starts_at)).toEqual([Date.parse(began) / 1000])
})

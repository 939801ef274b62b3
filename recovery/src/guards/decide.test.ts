// One case a guard, in their order: each is the only thing that objects.
import { expect, test } from 'vitest'
import type { Config } from '../config/load.ts'
import { sortAlerts } from '../http/payload.ts'
import type { JournalEvent, Outcome } from '../state/event.ts'
import { reduce } from '../state/reduce.ts'
import { emptyState, openEpisodes } from '../state/state.ts'
import { configOf, places } from '../testing/config.ts'
import { decide } from './decide.ts'
import type { Evidence } from './evidence.ts'

// A Sunday, 03:00 in Taipei.
const now = Date.UTC(2026, 10, 21, 19, 0) / 1000
const startsAt = now - 600
const labels = { alertname: 'ServiceDown', target: 'web' }
const fingerprint = '0123456789abcdef'

const text = (more = ''): string => `
mode: auto
${places}
targets: [{ name: web, type: docker, container: web }]
policies:
  - name: restart_web
    mode: auto
    matchers: ['alertname="ServiceDown"', 'target="web"']
    action: restart_service
    target: web
    healthy: { probe: web }
    depends_on: [db]
${more}`

const evidence: Evidence = {
  now,
  isPausedByFile: false,
  alerts: [{ labels, state: 'firing' }],
  announced: [{ fingerprint, startsAt, isSuppressed: false }],
  targetsUp: new Map([
    ['web', false],
    ['db', true],
  ]),
  askedAt: new Map([['db', now - 5]]),
  clockOffsetSeconds: 0,
  ageSeconds: 5,
  isHealthy: false,
}

interface Given {
  readonly evidence?: Partial<Evidence>
  /** What is added to the configuration, or another one. */
  readonly config?: string | Config
  readonly events?: readonly JournalEvent[]
  readonly startedAt?: number
  readonly receivedAt?: number
}

function verdict(given: Given = {}) {
  const config = typeof given.config === 'object' ? given.config : configOf(text(given.config))
  const started = reduce(emptyState, { type: 'started', at: given.startedAt ?? now - 3_600, version: '0' })
  const alert = {
    status: 'firing' as const,
    labels: { ...labels, cluster: 'an external label' },
    startsAt: new Date(startsAt * 1000).toISOString(),
    fingerprint,
  }
  const { events } = sortAlerts([alert], config, started, given.receivedAt ?? now - 10)
  const received = events.reduce(reduce, started)
  const [{ id } = { id: '' }] = openEpisodes(received)
  const later = (given.events ?? []).map((event) =>
    'episode' in event && event.episode === 'this' ? { ...event, episode: id } : event,
  )
  const state = later.reduce(reduce, received)
  const episode = state.episodes.get(id)
  const policy = config.policies.get('restart_web')
  if (!episode || !policy) throw new Error('expected an open episode')
  return decide({ config, policy, state, episode, evidence: { ...evidence, ...given.evidence } })
}

/** Of another episode, or of `this` one. */
const attempt = (
  at: number,
  type: 'intended' | 'rehearsed' = 'intended',
  episode = 'another',
): JournalEvent[] => [
  {
    type,
    at,
    attempt: String(at),
    episode,
    policy: 'restart_web',
    action: 'restart_service',
    target: 'web',
    steps: [],
  },
]

const ended = (at: number, outcome: Outcome = 'fixed', episode = 'another'): JournalEvent[] => [
  ...attempt(at, 'intended', episode),
  { type: 'verified', at: at + 30, attempt: String(at), outcome, detail: '' },
]

test('with nothing against it, it acts', () => {
  expect(verdict()).toEqual({ decision: 'act', detail: 'no guard objects' })
})

const sunday = `maintenance: [{ cron: '0 2 * * SUN', timezone: Asia/Taipei, for: 2h }]`
const storm = ['a', 'b', 'c'].map((name) => ({
  labels: { alertname: 'Down', pod: name },
  state: 'pending' as const,
}))
const stormConfig = `
  - name: other
    matchers: ['alertname="Down"']
    action: restart_service
    target: web
    healthy: { probe: web }`

test.each<[string, Given]>([
  ['stale', { receivedAt: now - 301 }],
  ['not_corroborated', { evidence: { announced: [] } }],
  ['not_corroborated', { evidence: { announced: undefined } }],
  [
    'not_corroborated',
    { evidence: { announced: [{ fingerprint, startsAt: startsAt - 86_400, isSuppressed: false }] } },
  ],
  ['not_corroborated', { evidence: { alerts: undefined } }],
  ['not_corroborated', { evidence: { alerts: [{ labels, state: 'pending' }] } }],
  ['not_corroborated', { evidence: { alerts: [{ labels: { ...labels, target: 'api' }, state: 'firing' }] } }],
  // Labels that chose the policy, but that the alert does not have where it comes from.
  ['not_corroborated', { evidence: { alerts: [{ labels: { alertname: 'ServiceDown' }, state: 'firing' }] } }],
  ['not_corroborated', { evidence: { ageSeconds: 121 } }],
  // The clock was set: what is old by it may be new.
  ['not_corroborated', { evidence: { clockOffsetSeconds: 3_600 } }],
  ['not_corroborated', { evidence: { clockOffsetSeconds: -3_600 } }],
  ['not_corroborated', { evidence: { clockOffsetSeconds: undefined } }],
  ['not_corroborated', { evidence: { ageSeconds: undefined } }],
  ['not_corroborated', { evidence: { isHealthy: true } }],
  ['not_corroborated', { evidence: { isHealthy: undefined } }],
  ['kill_switch', { evidence: { isPausedByFile: true } }],
  ['kill_switch', { events: [{ type: 'paused', at: now, actor: 'somebody' }] }],
  ['startup_hold', { startedAt: now - 299 }],
  // A clock that was set back must not end the hold.
  ['startup_hold', { startedAt: now + 1_000 }],
  ['maintenance', { config: sunday }],
  ['maintenance', { config: sunday.replace('for: 2h', 'for: 2h, targets: [web]') }],
  ['silenced', { evidence: { announced: [{ fingerprint, startsAt, isSuppressed: true }] } }],
  ['breaker_open', { events: [3, 2, 1].flatMap((hour) => ended(now - hour * 3_600, 'not_fixed')) }],
  ['dependency_down', { evidence: { targetsUp: new Map([['db', false]]) } }],
  ['dependency_down', { evidence: { targetsUp: undefined } }],
  // It was well when it was last asked, which is longer ago than the fault.
  ['dependency_down', { evidence: { askedAt: new Map([['db', startsAt - 1]]) } }],
  ['dependency_down', { evidence: { askedAt: new Map() } }],
  ['blast_radius', { config: stormConfig, evidence: { alerts: [...(evidence.alerts ?? []), ...storm] } }],
  ['too_young', { evidence: { now: startsAt + 59 }, receivedAt: startsAt, startedAt: startsAt - 3_600 }],
  ['cooldown', { events: ended(now - 600) }],
  ['budget', { events: [5, 4, 3].flatMap((hour) => ended(now - hour * 3_600)) }],
  ['concurrency', { events: attempt(now - 3_600) }],
  ['attempts_exhausted', { events: [4, 3].flatMap((hour) => ended(now - hour * 3_600, 'unknown', 'this')) }],
])('%s: %j', (decision, given) => {
  expect(verdict(given).decision).toBe(decision)
})

test.each([
  ['off', 'mode_off'],
  ['dry_run', 'rehearse'],
  ['approve', 'awaiting_approval'],
])('a policy whose mode is %s: %s', (mode, decision) => {
  const config = configOf(text().replace('    mode: auto', `    mode: ${mode}`))
  expect(verdict({ config }).decision).toBe(decision)
})

test('a window that is for other targets holds nothing back', () => {
  const others = `targets: [{ name: web, type: docker, container: web }, { name: db, type: docker, container: db }]`
  const config = configOf(
    text(sunday.replace('for: 2h', 'for: 2h, targets: [db]')).replace(/^targets: .*$/m, others),
  )
  expect(verdict({ config }).decision).toBe('act')
})

test('outside the window it acts, and a rehearsal holds back no action', () => {
  const earlier = sunday.replace('2 * * SUN', '5 * * SUN')
  expect(verdict({ config: earlier, events: attempt(now - 60, 'rehearsed') }).decision).toBe('act')
})

// In March the clocks there go from 2:00 to 3:00, in October from 3:00 back to 2:00.
test.each([
  ['2026-03-29T00:59:00Z', false],
  ['2026-03-29T01:01:00Z', true],
  ['2026-03-29T02:59:00Z', true],
  ['2026-03-29T03:01:00Z', false],
  ['2026-10-25T00:31:00Z', true],
  ['2026-10-25T02:29:00Z', true],
  ['2026-10-25T02:31:00Z', false],
])('a window at 2:30 is as long on the days on which the clocks change: %s, held: %s', (moment, isHeld) => {
  const at = Date.parse(moment) / 1000
  const night = `maintenance: [{ cron: '30 2 * * *', timezone: Europe/Berlin, for: 2h }]`
  const given = { config: night, startedAt: at - 3_600, receivedAt: at - 10, evidence: { now: at } }
  expect(verdict(given).decision === 'maintenance').toBe(isHeld)
})

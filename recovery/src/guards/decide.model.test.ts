// Random histories with crashes: whatever comes, in whatever order, the promises hold.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { interrupted } from '../attempt.ts'
import type { Config } from '../config/load.ts'
import { payload, sortAlerts } from '../http/payload.ts'
import type { JournalEvent } from '../state/event.ts'
import { emptyState, freeze, isUnderWay, openEpisodes, reduce } from '../state/state.ts'
import type { State } from '../state/state.ts'
import { configOf, places } from '../testing/config.ts'
import { decide } from './decide.ts'
import type { AnnouncedAlert, PrometheusAlert } from './evidence.ts'

const services = ['web', 'api', 'db']

const config: Config = configOf(`
mode: auto
${places}
limits: { max_concurrent: 2, budget: { actions: 4, per: 1h }, startup_hold: 30s, max_age: 2m, blast_radius: { targets: 3, share: 100% } }
targets:
${services.map((name) => `  - { name: ${name}, type: docker, container: ${name} }`).join('\n')}
policies:
${services
  .map(
    (name) => `  - name: restart_${name}
    mode: ${name === 'db' ? 'approve' : 'auto'}
    matchers: ['alertname="ServiceDown"', 'target="${name}"']
    action: restart_service
    target: ${name}
    healthy: { probe: ${name} }
    firing_for: 10s
    cooldown: 5m
    attempts: 2
    budget: { actions: 2, per: 30m }`,
  )
  .join('\n')}`)

/** The truth, which the guards only see through evidence. */
interface World {
  now: number
  state: State
  stored: JournalEvent[]
  readonly broken: Map<string, number>
  readonly silenced: Set<string>
  isPaused: boolean
  isPrometheusUp: boolean
  /** Kept apart from the state, so that a mistake there cannot hide itself. */
  readonly acts: {
    readonly service: string
    readonly episode: string
    readonly at: number
    end: number | undefined
  }[]
  approved: Set<string>
}

const fingerprint = (service: string): string => services.indexOf(service).toString(16).padStart(16, '0')
const labelsOf = (service: string) => ({ alertname: 'ServiceDown', target: service })

function store(world: World, ...events: JournalEvent[]): void {
  world.stored.push(...events)
  world.state = events.reduce(reduce, world.state)
}

function deliver(world: World, alert: object): void {
  const { alerts } = payload.parse({ version: '4', alerts: [alert] })
  store(world, ...sortAlerts(alerts, config, world.state, world.now).events)
}

function alertOf(world: World, service: string, change: object = {}): object {
  const startsAt = new Date((world.broken.get(service) ?? world.now) * 1000).toISOString()
  return {
    status: 'firing',
    labels: labelsOf(service),
    startsAt,
    fingerprint: fingerprint(service),
    ...change,
  }
}

function look(world: World) {
  const firing = [...world.broken]
  const alerts: PrometheusAlert[] = firing.map(([name]) => ({ state: 'firing', labels: labelsOf(name) }))
  const announced: AnnouncedAlert[] = firing.map(([name, startsAt]) => ({
    fingerprint: fingerprint(name),
    startsAt,
    isSuppressed: world.silenced.has(name),
  }))
  return {
    now: world.now,
    isPausedByFile: world.isPaused,
    alerts: world.isPrometheusUp ? alerts : undefined,
    announced,
    targetsUp: new Map(services.map((name) => [name, !world.broken.has(name)])),
    clockOffsetSeconds: 0,
    ageSeconds: world.isPrometheusUp ? 5 : undefined,
  }
}

function round(world: World): void {
  for (const { id, policy: name, target } of openEpisodes(world.state)) {
    const policy = config.policies.get(name)
    const episode = world.state.episodes.get(id)
    if (!policy || !episode) throw new Error(`expected the policy ${name}`)
    const evidence = { ...look(world), isHealthy: !world.broken.has(target) }
    const { decision, detail } = decide({ config, policy, state: world.state, episode, evidence })
    store(world, { type: 'decided', at: world.now, episode: id, decision, detail })
    if (decision === 'stale') store(world, { type: 'closed', at: world.now, episode: id, as: 'stale' })
    if (decision === 'act') act(world, id, target)
  }
}

function act(world: World, episode: string, service: string): void {
  const { now, acts } = world
  const spent = (per: number, of: (name: string) => boolean): number =>
    acts.filter(({ at, service: name }) => at > now - per && of(name)).length
  const underWay = acts.filter(({ end }) => end === undefined)
  expect(world.broken.has(service), 'acted on what is well: forged, stale or resolved').toBe(true)
  expect(world.isPrometheusUp, 'acted without corroboration').toBe(true)
  expect(world.isPaused || world.silenced.has(service), 'acted while held').toBe(false)
  expect(
    underWay.map((each) => each.service),
    'two at once on one target',
  ).not.toContain(service)
  expect(underWay.length, 'too many at once').toBeLessThan(2)
  expect(
    spent(1800, (name) => name === service),
    'over the budget of the policy',
  ).toBeLessThan(2)
  expect(
    spent(3600, () => true),
    'over the budget of all',
  ).toBeLessThan(4)
  expect(
    spent(300, (name) => name === service),
    'within the cooldown',
  ).toBe(0)
  expect(now - world.state.startedAt, 'acted just after the start').toBeGreaterThanOrEqual(30)
  expect(world.broken.size, 'acted in a storm').toBeLessThan(3)
  expect(acts.filter((made) => made.episode === episode).length, 'one attempt too many').toBeLessThan(2)
  expect(isFresh(world, episode), 'acted on an alert that had waited for too long').toBe(true)
  if (service === 'db') expect(world.approved.delete(episode), 'acted without approval').toBe(true)
  acts.push({ service, episode, at: now, end: undefined })
  const policy = `restart_${service}`
  store(world, {
    type: 'intended',
    at: now,
    attempt: String(acts.length - 1),
    episode,
    policy,
    action: 'restart_service',
    target: service,
    steps: [],
  })
}

/** The first look came soon after the alert was last taken in. */
function isFresh({ stored }: World, id: string): boolean {
  const own = stored.filter((event) => 'episode' in event && event.episode === id)
  const received = own.findLastIndex(({ type }) => type === 'received')
  const [first, next] = own.slice(received)
  return first !== undefined && next !== undefined && next.at - first.at <= 120
}

function finish(world: World, heals: boolean): void {
  const attempt = world.state.attempts.find(isUnderWay)
  if (!attempt) return
  const { now } = world
  const made = world.acts[Number(attempt.id)]
  if (made) made.end = now
  if (heals) world.broken.delete(attempt.target)
  const outcome = heals ? 'fixed' : 'not_fixed'
  if (attempt.result === undefined) {
    store(world, { type: 'acted', at: now, attempt: attempt.id, result: 'done', seconds: 1, detail: [] })
  }
  store(world, { type: 'verified', at: now, attempt: attempt.id, outcome, detail: '' })
  if (heals) store(world, { type: 'closed', at: now, episode: attempt.episode, as: 'fixed' })
}

/** The process ends at any moment: what is left is what was stored. */
function crash(world: World): void {
  const before = JSON.stringify(freeze(world.state))
  world.state = world.stored.reduce(reduce, emptyState)
  expect(JSON.stringify(freeze(world.state))).toBe(before)
  store(world, { type: 'started', at: world.now, version: '0' }, ...interrupted(world.state, world.now))
}

function approve(world: World): void {
  const episode = openEpisodes(world.state).find(({ decision }) => decision === 'awaiting_approval')
  if (!episode) return
  world.approved.add(episode.id)
  store(world, { type: 'approved', at: world.now, episode: episode.id, actor: 'somebody' })
}

const service = fc.constantFrom(...services)
const step = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 400 }).map((by) => (w: World) => void (w.now += by)) },
  { weight: 8, arbitrary: fc.constant(round) },
  {
    weight: 4,
    arbitrary: service.map((name) => (w: World) => {
      if (!w.broken.has(name)) w.broken.set(name, Math.floor(w.now))
      deliver(w, alertOf(w, name))
    }),
  },
  { weight: 6, arbitrary: service.map((name) => (w: World) => deliver(w, alertOf(w, name))) },
  {
    weight: 2,
    arbitrary: service.map((name) => (w: World) => {
      w.broken.delete(name)
      deliver(w, alertOf(w, name, { status: 'resolved' }))
    }),
  },
  // Forged: with the labels of another alert, of another time, or for a test.
  {
    weight: 3,
    arbitrary: fc.tuple(service, fc.integer({ min: 1, max: 90_000 })).map(
      ([name, ago]) =>
        (w: World) =>
          deliver(w, alertOf(w, name, { startsAt: new Date((w.now - ago) * 1000).toISOString() })),
    ),
  },
  {
    weight: 1,
    arbitrary: service.map(
      (name) => (w: World) =>
        deliver(w, alertOf(w, name, { labels: { ...labelsOf(name), watchpost_channel_test: 'true' } })),
    ),
  },
  { weight: 4, arbitrary: fc.boolean().map((heals) => (w: World) => finish(w, heals)) },
  { weight: 2, arbitrary: fc.constant(crash) },
  { weight: 3, arbitrary: fc.constant(approve) },
  { weight: 1, arbitrary: fc.boolean().map((on) => (w: World) => void (w.isPaused = on)) },
  { weight: 1, arbitrary: fc.boolean().map((on) => (w: World) => void (w.isPrometheusUp = on)) },
  {
    weight: 1,
    arbitrary: service.map((name) => (w: World) => void (w.silenced.delete(name) || w.silenced.add(name))),
  },
)

// A busy machine takes its time for so many histories.
test('no history of alerts, crashes and people breaks a guard', { timeout: 60_000 }, () => {
  let acted = 0
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }), (steps) => {
      const world: World = {
        now: 1_800_000_000,
        state: emptyState,
        stored: [],
        broken: new Map(),
        silenced: new Set(),
        isPaused: false,
        isPrometheusUp: true,
        acts: [],
        approved: new Set(),
      }
      store(world, { type: 'started', at: world.now - 60, version: '0' })
      for (const each of steps) each(world)
      acted += world.acts.length
    }),
    { numRuns: 2_000 },
  )
  // Guards that never let anything pass would hold every promise.
  expect(acted).toBeGreaterThan(500)
})

// Random histories with crashes and clocks that are set: whatever comes, in whatever order, the promises hold.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { interrupted } from '../attempt.ts'
import { bootOf, createSteadyClock, noticeSetClock, noticeSetWhileAway } from '../clock.ts'
import type { SteadyClock } from '../clock.ts'
import type { Config } from '../config/load.ts'
import { payload, sortAlerts } from '../http/payload.ts'
import type { Boot, JournalEvent } from '../state/event.ts'
import { freeze, reduce } from '../state/reduce.ts'
import { emptyState, isUnderWay, openEpisodes } from '../state/state.ts'
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
  /** What has passed in truth, which no clock needs to agree with. Promises are kept by it. */
  real: number
  /** The clock that somebody may set, the age of the machine, and how much of that it was awake. */
  wall: number
  age: number
  awake: number
  bootId: number
  time: SteadyClock
  heldSince: number
  state: State
  stored: JournalEvent[]
  readonly broken: Map<string, { readonly startsAt: number; readonly since: number }>
  /** When an open episode was last taken in, and when it was first considered after that. */
  readonly waits: Map<string, { readonly since: number; until?: number }>
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
  readonly approved: Map<string, number>
}

const bootOfWorld = ({ bootId, wall, age }: World): Boot => ({ id: String(bootId), at: wall - age })

const fingerprint = (service: string): string => services.indexOf(service).toString(16).padStart(16, '0')
const labelsOf = (service: string) => ({ alertname: 'ServiceDown', target: service })

function store(world: World, ...events: JournalEvent[]): void {
  world.stored.push(...events)
  world.state = events.reduce(reduce, world.state)
}

function deliver(world: World, alert: object): void {
  followClock(world)
  const { alerts } = payload.parse({ version: '4', alerts: [alert] })
  const { events } = sortAlerts(alerts, config, world.state, world.time.now())
  for (const event of events) {
    if (event.type === 'received') world.waits.set(event.episode, { since: world.real })
  }
  store(world, ...events)
}

function alertOf(world: World, service: string, change: object = {}): object {
  const startsAt = new Date((world.broken.get(service)?.startsAt ?? world.wall) * 1000).toISOString()
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
  const announced: AnnouncedAlert[] = firing.map(([name, { startsAt }]) => ({
    fingerprint: fingerprint(name),
    startsAt,
    isSuppressed: world.silenced.has(name),
  }))
  return {
    now: world.time.now(),
    isPausedByFile: world.isPaused,
    alerts: world.isPrometheusUp ? alerts : undefined,
    announced,
    askedAt: new Map(),
    targetsUp: new Map(services.map((name) => [name, !world.broken.has(name)])),
    clockOffsetSeconds: world.time.now() - world.wall,
    ageSeconds: world.isPrometheusUp ? 5 : undefined,
  }
}

/** As the engine does at the beginning of each round, and before anything is stored. */
function followClock(world: World): void {
  const event = noticeSetClock(world.time, () => bootOfWorld(world))
  if (event?.type !== 'clock_moved') return
  store(world, event)
  world.time.follow(event.seconds)
  world.heldSince = world.real
}

function round(world: World): void {
  followClock(world)
  const now = world.time.now()
  for (const { id, policy: name, target } of openEpisodes(world.state)) {
    const policy = config.policies.get(name)
    const episode = world.state.episodes.get(id)
    if (!policy || !episode) throw new Error(`expected the policy ${name}`)
    const evidence = { ...look(world), isHealthy: !world.broken.has(target) }
    const { decision, detail } = decide({ config, policy, state: world.state, episode, evidence })
    const wait = world.waits.get(id)
    if (wait) wait.until ??= world.real
    store(world, { type: 'decided', at: now, episode: id, decision, detail })
    if (decision === 'stale') store(world, { type: 'closed', at: now, episode: id, as: 'stale' })
    if (decision === 'act') act(world, id, target)
  }
}

/** So many seconds of a clock that is set are not noticed: a step while it runs, and one while it does not. */
const unseen = 3

function act(world: World, episode: string, service: string): void {
  const { real: now, acts } = world
  const spent = (per: number, of: (name: string) => boolean): number =>
    acts.filter(({ at, service: name }) => at > now - per + unseen && of(name)).length
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
  expect(now - world.heldSince, 'acted just after a start or a set clock').toBeGreaterThanOrEqual(30)
  expect(world.broken.size, 'acted in a storm').toBeLessThan(3)
  expect(acts.filter((made) => made.episode === episode).length, 'one attempt too many').toBeLessThan(2)
  const { since = 0, until = Infinity } = world.waits.get(episode) ?? {}
  expect(until - since, 'acted on an alert that had waited for too long').toBeLessThanOrEqual(120 + unseen)
  const firing = now - (world.broken.get(service)?.since ?? now)
  expect(firing, 'acted on an alert that had only just begun').toBeGreaterThanOrEqual(10 - unseen)
  if (service === 'db') {
    const approvedAt = world.approved.get(episode) ?? -Infinity
    expect(now - approvedAt, 'acted without an approval of late').toBeLessThanOrEqual(900 + unseen)
    world.approved.delete(episode)
  }
  acts.push({ service, episode, at: now, end: undefined })
  const policy = `restart_${service}`
  store(world, {
    type: 'intended',
    at: world.time.now(),
    attempt: String(acts.length - 1),
    episode,
    policy,
    action: 'restart_service',
    target: service,
    steps: [],
  })
}

function finish(world: World, heals: boolean): void {
  const attempt = world.state.attempts.find(isUnderWay)
  if (!attempt) return
  const made = world.acts[Number(attempt.id)]
  if (made) made.end = world.real
  const now = world.time.now()
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
  begin(world)
}

function begin(world: World): void {
  const boot = bootOfWorld(world)
  world.time = createSteadyClock({
    wall: () => world.wall,
    uptime: () => world.age,
    awake: () => world.awake,
  })
  world.heldSince = world.real
  const now = world.time.now()
  const setAway = noticeSetWhileAway(world.state, now, boot)
  if (setAway) store(world, setAway)
  const started = { type: 'started', at: now, version: '0', ...bootOf(world.state, boot) } as const
  store(world, started, ...interrupted(world.state, now))
}

function pass(world: World, seconds: number, isAwake = true): void {
  world.real += seconds
  world.wall += seconds
  world.age += seconds
  if (isAwake) world.awake += seconds
}

/** The machine is started anew. Its clock may be behind then; that it is ahead nobody could know. */
function reboot(world: World, seconds: number, behind: number): void {
  // Rounds come every few seconds: one has seen what was set before.
  followClock(world)
  pass(world, seconds)
  world.wall -= behind
  world.age = 0
  world.bootId += 1
  // How long it took cannot be seen when the clock is behind.
  if (behind > 0) forgetWaits(world)
  crash(world)
}

function forgetWaits({ waits, approved, real }: World): void {
  for (const [id, { until }] of waits) if (until === undefined) waits.set(id, { since: real })
  for (const id of approved.keys()) approved.set(id, real)
}

function approve(world: World): void {
  const episode = openEpisodes(world.state).find(({ decision }) => decision === 'awaiting_approval')
  if (!episode) return
  followClock(world)
  world.approved.set(episode.id, world.real)
  store(world, { type: 'approved', at: world.time.now(), episode: episode.id, actor: 'somebody' })
}

const service = fc.constantFrom(...services)
const clockStep = fc
  .tuple(fc.constantFrom(-1, 1), fc.constantFrom(1, 2, 3, 29, 31, 301, 3_600, 1_000_000))
  .map(([sign, seconds]) => sign * seconds)
const step = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 400 }).map((by) => (w: World) => pass(w, by)) },
  { weight: 8, arbitrary: fc.constant(round) },
  {
    weight: 4,
    arbitrary: service.map((name) => (w: World) => {
      if (!w.broken.has(name)) w.broken.set(name, { startsAt: Math.floor(w.wall), since: w.real })
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
          deliver(w, alertOf(w, name, { startsAt: new Date((w.wall - ago) * 1000).toISOString() })),
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
  // Somebody sets the clock, by a little or by weeks, while it runs or while it does not.
  { weight: 2, arbitrary: clockStep.map((by) => (w: World) => void (w.wall += by)) },
  {
    weight: 1,
    arbitrary: clockStep.map((by) => (w: World) => {
      w.wall += by
      pass(w, 20)
      crash(w)
    }),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 100_000 }).map((by) => (w: World) => pass(w, by, false)),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.integer({ min: 1, max: 600 }), fc.constantFrom(0, 0, 60, 90_000)).map(
      ([seconds, behind]) =>
        (w: World) =>
          reboot(w, seconds, behind),
    ),
  },
  { weight: 3, arbitrary: fc.constant(approve) },
  { weight: 1, arbitrary: fc.boolean().map((on) => (w: World) => void (w.isPaused = on)) },
  { weight: 1, arbitrary: fc.boolean().map((on) => (w: World) => void (w.isPrometheusUp = on)) },
  {
    weight: 1,
    arbitrary: service.map((name) => (w: World) => void (w.silenced.delete(name) || w.silenced.add(name))),
  },
)

// A busy machine takes its time for so many histories.
test('no history of alerts, crashes, people and set clocks breaks a guard', { timeout: 60_000 }, () => {
  let acted = 0
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }), (steps) => {
      const world: World = {
        real: 0,
        wall: 1_800_000_000,
        age: 500,
        awake: 500,
        bootId: 1,
        time: createSteadyClock({ wall: () => 0, uptime: () => 0, awake: () => 0 }),
        heldSince: 0,
        waits: new Map(),
        state: emptyState,
        stored: [],
        broken: new Map(),
        silenced: new Set(),
        isPaused: false,
        isPrometheusUp: true,
        acts: [],
        approved: new Map(),
      }
      begin(world)
      pass(world, 60)
      for (const each of steps) each(world)
      acted += world.acts.length
    }),
    { numRuns: 4_000 },
  )
  // Guards that never let anything pass would hold every promise.
  expect(acted).toBeGreaterThan(500)
})

// The engine with a real journal and a real hook; what it sees of the world is given.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listen, serveHttp } from '../../exporter/src/probes/testing/servers.ts'
import { createSteadyClock } from './clock.ts'
import type { Desk } from './desk.ts'
import { createEngine } from './engine.ts'
import type { Engine } from './engine.ts'
import type { CommonEvidence } from './evidence.ts'
import { sortAlerts } from './http/payload.ts'
import { openJournal } from './journal/journal.ts'
import type { Journal } from './journal/journal.ts'
import { createTally } from './tally.ts'
import { configOf, places } from './testing/config.ts'

const startsAt = 1_800_000_000
const labels = { alertname: 'TaskFailed', task: 'sync' }
const fingerprint = '0123456789abcdef'

let directory: string
let journal: Journal
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'watchpost-engine-'))
  journal = openJournal(directory)
})
afterEach(() => rmSync(directory, { recursive: true }))

const firing: CommonEvidence = {
  isPausedByFile: false,
  alerts: [{ labels, state: 'firing' }],
  announced: [{ fingerprint, startsAt, isSuppressed: false }],
  targetsUp: new Map([['sync', false]]),
  askedAt: new Map(),
  ageSeconds: 1,
  clockOffsetSeconds: 0,
}

interface Delivered {
  readonly labels: Readonly<Record<string, string>>
  readonly fingerprint: string
}

interface Setting {
  readonly engine: Engine
  readonly deliver: (alert: Delivered) => void
  readonly restart: () => Engine
  readonly calls: () => number
  /** What the next looks see, each look one of them, the last one for good. */
  readonly see: (...looks: Look[]) => void
  readonly wait: (seconds: number) => void
  /** Moves the clock without any time passing. */
  readonly setClock: (seconds: number) => void
  readonly sleep: (seconds: number) => void
}

type Look = Partial<CommonEvidence> & { readonly isHealthy?: boolean | undefined }

const gone = "{ name: sync, type: docker, container: sync, engine: 'unix:///nowhere/docker.sock' }"

const silentPolicy = `
  - name: restart_silent
    mode: auto
    matchers: ['alertname="ServiceDown"']
    action: restart_service
    target: silent
    healthy: { probe: silent }
`

async function begin({
  hangs = false,
  hold = '0s',
  isEngineGone = false,
  silentPort = 0,
} = {}): Promise<Setting> {
  let calls = 0
  const origin = await serveHttp((_request, response) => {
    calls += 1
    if (!hangs) response.end('{}')
  })
  const config = configOf(`
mode: auto
${places}
limits: { startup_hold: ${hold} }
targets:
  - ${isEngineGone ? gone : `{ name: sync, type: task_hook, url: '${origin}/retry' }`}
  - { name: silent, type: docker, container: silent, engine: 'http://127.0.0.1:${silentPort}' }
policies:
  - name: retry_sync
    mode: auto
    matchers: ['alertname="TaskFailed"']
    action: ${isEngineGone ? 'restart_service' : 'retry_failed_task'}
    target: sync
    healthy: { probe: sync }
    timeout: 300ms
    settle: 10s
    window: 30s
${silentPort === 0 ? '' : silentPolicy}`)
  let [now, uptime, awake] = [startsAt + 120, 0, 0]
  const clocks = { wall: () => now, uptime: () => uptime, awake: () => awake }
  const time = createSteadyClock(clocks)
  let looks: Look[] = [{}]
  const look = (): Look => (looks.length > 1 ? looks.shift() : looks[0]) ?? {}
  const desk: Desk = {
    config,
    journal,
    observer: {
      common: () => Promise.resolve({ ...firing, ...looks[0] }),
      isHealthy: () => Promise.resolve({ isHealthy: false, ...look() }.isHealthy),
    },
    escalation: { announce: () => Promise.resolve() },
    tally: createTally(config),
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    clock: time.now,
    time,
    boot: () => ({ id: 'this', at: now - uptime }),
  }
  const engine = createEngine(desk)
  engine.begin('0')
  /** Another process, on the same machine and with what was stored. */
  const restart = (): Engine => {
    const later = createSteadyClock(clocks)
    const next = createEngine({ ...desk, time: later, clock: later.now })
    next.begin('0')
    return next
  }
  const deliver = (alert: Delivered): void => {
    const began = new Date(startsAt * 1000).toISOString()
    const given = { status: 'firing', startsAt: began, ...alert } as const
    journal.append(sortAlerts([given], config, journal.state, now).events)
  }
  deliver({ labels, fingerprint })
  return {
    engine,
    deliver,
    restart,
    calls: () => calls,
    see: (...next) => (looks = next),
    wait: (seconds) => {
      now += seconds
      uptime += seconds
      awake += seconds
    },
    setClock: (seconds) => void (now += seconds),
    sleep: (seconds) => {
      now += seconds
      uptime += seconds
    },
  }
}

const decision = (): string | undefined => [...journal.state.episodes.values()][0]?.decision

test('a fault is acted on, and healed only when it stays so', async () => {
  const { engine, calls, see, wait } = await begin()
  await engine.round()
  await engine.idle()
  expect(calls()).toBe(1)
  see({ isHealthy: true })
  await engine.round()
  expect(journal.state.attempts[0]?.outcome, 'before it has settled').toBeUndefined()
  wait(11)
  await engine.round()
  expect(journal.state.attempts[0]?.outcome, 'after one good answer').toBeUndefined()
  await engine.round()
  expect(journal.state.attempts[0]).toMatchObject({ result: 'done', outcome: 'fixed' })
  expect([...journal.state.episodes.values()][0]?.closed?.as).toBe('fixed')
})

test('an action that went well and did not help is no success', async () => {
  const { engine, calls, wait } = await begin()
  await engine.round()
  await engine.idle()
  wait(41)
  await engine.round()
  expect(journal.state.attempts[0]).toMatchObject({ result: 'done', outcome: 'not_fixed' })
  expect([calls(), decision()]).toEqual([1, 'cooldown'])
})

test('an intent that cannot be stored is no action', async () => {
  const { engine, calls } = await begin()
  // From here on every write fails, as on a disk that is gone.
  journal.close()
  await expect(engine.round()).rejects.toThrow('could not be written')
  await engine.idle()
  expect(calls()).toBe(0)
})

test('what an action did is stored later when it cannot be at once, and till then it is under way', async () => {
  const { engine, calls, wait } = await begin()
  await engine.round()
  journal.close()
  await engine.idle()
  expect(calls()).toBe(1)
  wait(3_600)
  await expect(engine.round()).rejects.toThrow('could not be written')
  expect(calls()).toBe(1)
})

test('while the socket of the engine is gone nothing is done, and people are told', async () => {
  const { engine } = await begin({ isEngineGone: true })
  await engine.round()
  const [episode] = journal.state.episodes.values()
  expect(episode).toMatchObject({ decision: 'unreachable', escalated: 'unreachable' })
  expect(episode?.detail).toContain('ENOENT')
  expect(journal.state.attempts).toEqual([])
})

test('a target that does not answer when it is looked at keeps no other waiting', async () => {
  const silent = createServer(() => {})
  const silentPort = await listen(silent)
  const { engine, calls, see, deliver } = await begin({ silentPort })
  const other = { labels: { alertname: 'ServiceDown' }, fingerprint: 'fedcba9876543210' }
  deliver(other)
  see({
    alerts: [
      { labels, state: 'firing' },
      { labels: other.labels, state: 'firing' },
    ],
    announced: [fingerprint, other.fingerprint].map((one) => ({
      fingerprint: one,
      startsAt,
      isSuppressed: false,
    })),
    targetsUp: new Map(Array.from({ length: 10 }, (_, index) => [`target ${index}`, true])),
  })
  const round = engine.round()
  await expect.poll(calls, { timeout: 5_000 }).toBe(1)
  silent.close()
  silent.closeAllConnections()
  await round
  const decisions = [...journal.state.episodes.values()].map((episode) => episode.decision)
  expect(decisions).toEqual(['act', 'unreachable'])
})

test('a hanging action is given up on, and then looked after like any other', async () => {
  const { engine, calls, wait } = await begin({ hangs: true })
  await engine.round()
  await engine.idle()
  expect(journal.state.attempts[0]?.result).toBe('timeout')
  wait(41)
  await engine.round()
  expect(journal.state.attempts[0]?.outcome).toBe('not_fixed')
  expect(calls()).toBe(1)
})

test.each([
  ['got well', { isHealthy: true }, 'not_corroborated'],
  ['was paused', { isPausedByFile: true }, 'kill_switch'],
  ['was silenced', { announced: [{ fingerprint, startsAt, isSuppressed: true }] }, 'silenced'],
  ['ended', { alerts: [] }, 'not_corroborated'],
  ['could not be seen any more', { alerts: undefined }, 'not_corroborated'],
] as const)('what %s while the action was being planned is left alone', async (_what, then, expected) => {
  const { engine, calls, see } = await begin()
  see({}, then)
  await engine.round()
  await engine.idle()
  expect([calls(), decision()]).toEqual([0, expected])
})

test('a clock that is set forward ends no cooldown and spends no budget, and holds as a start does', async () => {
  const { engine, calls, setClock, wait } = await begin({ hold: '20s' })
  wait(21)
  await engine.round()
  await engine.idle()
  wait(41)
  await engine.round()
  expect(journal.state.attempts[0]?.outcome).toBe('not_fixed')
  setClock(7 * 86_400)
  await engine.round()
  expect(decision()).toBe('startup_hold')
  wait(21)
  await engine.round()
  expect(decision()).toBe('cooldown')
  expect(calls()).toBe(1)
  wait(600)
  await engine.round()
  await engine.idle()
  expect(calls()).toBe(2)
})

test('a clock that is set back keeps nobody from acting for longer than the hold', async () => {
  const { engine, calls, setClock, wait } = await begin({ hold: '20s' })
  setClock(-3_600)
  await engine.round()
  expect(decision()).toBe('startup_hold')
  expect(journal.state.startedAt).toBe(startsAt + 120 - 3_600)
  wait(3_700)
  await engine.round()
  await engine.idle()
  expect(calls()).toBe(1)
})

test('a machine that has slept lets a cooldown end, and holds as a start does', async () => {
  const { engine, calls, sleep, wait } = await begin({ hold: '20s' })
  wait(21)
  await engine.round()
  await engine.idle()
  wait(41)
  await engine.round()
  sleep(7_200)
  await engine.round()
  expect(decision()).toBe('startup_hold')
  wait(21)
  await engine.round()
  await engine.idle()
  expect(calls()).toBe(2)
})

test('a clock that is set between two starts ends no cooldown either', async () => {
  const { engine, calls, restart, setClock, wait } = await begin()
  await engine.round()
  await engine.idle()
  wait(41)
  await engine.round()
  setClock(86_400)
  const again = restart()
  await again.round()
  expect(decision()).toBe('cooldown')
  wait(600)
  await again.round()
  await again.idle()
  expect(calls()).toBe(2)
})

import { expect, test } from 'vitest'
import { diagnose } from './diagnose.ts'
import { causes, database, down, find, hard, noPast, now, observe, service } from './testing.ts'

test('of a fleet that is well nothing is said', () => {
  const services = [service('api', { dependencies: [hard('db')] }), service('web')]
  expect(causes({ services, databases: [database('db')] })).toEqual([])
})

test('victims name the root of a chain, and stand behind it', () => {
  const services = [
    service('web', { ...down, dependencies: [hard('api')] }),
    service('api', { ...down, dependencies: [hard('db')] }),
  ]
  const databases = [database('db', down)]
  expect(causes({ services, databases })).toEqual([
    'db connection_refused',
    'web dependency db',
    'api dependency db',
  ])
})

test('targets that blame each other in a circle are all named, and nobody waits for ever', () => {
  const services = [
    service('a', { ...down, dependencies: [hard('b')] }),
    service('b', { ...down, dependencies: [hard('a')] }),
  ]
  expect(causes({ services })).toEqual(['a dependency b', 'b dependency a'])
})

test('a broken dependency does not make a certificate expire', () => {
  const expired = { status: 'error', reason: 'tls', detail: 'CERT_HAS_EXPIRED' } as const
  const services = [service('web', { ...expired, dependencies: [hard('db')] })]
  expect(causes({ services, databases: [database('db', down)] })).toEqual([
    'web certificate_expired',
    'db connection_refused',
  ])
})

test.each([
  ['a fifth of its life is left', 80, 20, ['web certificate_expiring']],
  ['a third of its life is left', 60, 30, []],
  ['a long life ends in three weeks', 700, 20, ['web certificate_expiring']],
  ['a long life ends in a month', 700, 30, []],
])('a certificate of which %s', (_what, pastDays, leftDays, expected) => {
  const certificate = {
    notBefore: now - pastDays * 86_400,
    notAfter: now + leftDays * 86_400,
    verified: true,
  }
  expect(causes({ services: [service('web', { certificate })] })).toEqual(expected)
})

test('while our own network is cut, only what answered or refused is blamed', () => {
  const services = [
    service('far', { status: 'error', reason: 'timeout', phases: { connect: 5 }, detail: 'time was up' }),
    service('unnamed', { status: 'error', reason: 'dns', detail: 'getaddrinfo EAI_AGAIN', phases: {} }),
    service('refusing', down),
  ]
  const others = { connectivity: { targets: [], anchors: [{ anchor: '1.1.1.1:443', reached: false }] } }
  expect(causes({ services, others })).toEqual([
    'watchpost own_network',
    'refusing connection_refused',
    'far own_network',
    'unnamed own_network',
  ])
})

test('a dependency that only the service knows of is named as it calls it', () => {
  const health = {
    status: 'error',
    word: undefined,
    unknownStatus: undefined,
    version: undefined,
    uptimeSeconds: undefined,
    memoryUsageRatio: undefined,
    cpuUsageRatio: undefined,
    requests: undefined,
    errors: undefined,
    dependencies: ['billing'],
    failedDependencies: ['billing'],
  } as const
  const blaming = { status: 'error', reason: 'unreachable_dependency', detail: 'billing', health } as const
  expect(causes({ services: [service('web', blaming)] })).toEqual(['web dependency billing'])
})

test('who blocks whom is named, and a service that waits for the database is its victim', () => {
  const wait = {
    blocker: 'migration',
    blocked: 'web',
    sessions: 3,
    root: true,
    blockerPid: 42,
    blockerUser: 'deploy',
    blockerState: 'idle in transaction',
    blockerSeconds: 60,
  }
  const databases = [database('db', { facts: { lockWaits: [wait], blockedSessions: 3 } })]
  const hung = { status: 'error', reason: 'timeout', phases: { connect: 0.001, processing: 5 } } as const
  const services = [service('web', { ...hung, dependencies: [hard('db')] })]
  expect(causes({ services, databases })).toEqual(['db sessions_blocked', 'web dependency db'])
  expect(find({ databases })[0]?.facts).toMatchObject({ blocker: 'migration', blockerPid: '42' })
})

test('a lock that is held for a moment is no issue', () => {
  const wait = {
    blocker: 'api',
    blocked: 'web',
    sessions: 1,
    root: true,
    blockerPid: 42,
    blockerUser: '',
    blockerState: 'active',
    blockerSeconds: 0.2,
  }
  expect(
    causes({ databases: [database('db', { facts: { lockWaits: [wait], blockedSessions: 1 } })] }),
  ).toEqual([])
})

test('a standby that lags is an issue of its own, and no reason why users of the database fail', () => {
  const answered = { phases: { connect: 0.001, processing: 2 } }
  const late = { status: 'error', reason: 'timeout', detail: 'no answer in time', ...answered } as const
  const services = [service('web', { ...late, dependencies: [hard('db')] })]
  const databases = [database('db', { facts: { replicationLagSeconds: 61 } })]
  expect(causes({ services, databases })).toEqual(['web no_answer', 'db replication_lag'])
})

test('a cache that is full is worth a word, whose users it does not break', () => {
  const full = { memoryBytes: 99, memoryMaxBytes: 100 }
  expect(find({ databases: [database('cache', { facts: full })] })[0]).toMatchObject({
    cause: 'store_full',
    severity: 'info',
  })
})

test.each([
  [{ state: 'exited', oomKilled: true, exitCode: 137 }, 'container_oom_killed'],
  [{ state: 'exited', oomKilled: false, exitCode: 1 }, 'container_exited'],
  [{ state: 'restarting', oomKilled: false, exitCode: undefined }, 'container_restarting'],
  [{ state: 'running', oomKilled: false, exitCode: undefined }, 'name_not_found'],
])('a name that is gone is explained by its container %o', (state, cause) => {
  const container = {
    name: 'web-1',
    image: 'web',
    service: 'web',
    health: undefined,
    restarts: 0,
    startedAt: now,
    cpuSeconds: undefined,
    cpuLimit: undefined,
    memoryBytes: undefined,
    memoryLimitBytes: undefined,
    memoryUsageRatio: undefined,
    cpuUsageRatio: undefined,
    oomKills: undefined,
    ...state,
  }
  const others = { containers: { targets: [], success: true, containers: [container], left: 0 } }
  const gone = {
    status: 'error',
    reason: 'dns',
    detail: 'getaddrinfo ENOTFOUND web',
    phases: { dns: 0.01 },
  } as const
  expect(causes({ services: [service('web', gone)], others })).toEqual([`web ${cause}`])
})

test('a service that is slow once is left alone, three times is slow, and who waits for it is its victim', () => {
  const verdict = { status: 'healthy', probedAt: now, durationSeconds: 2 } as const
  const slow = { durationSeconds: 2 }
  const services = [service('web', { ...slow, dependencies: [hard('api')] }), service('api', slow)]
  expect(causes({ services }, { of: () => [verdict] })).toEqual([])
  expect(causes({ services }, { of: () => [verdict, verdict, verdict] })).toEqual([
    'api slow_answer',
    'web dependency api',
  ])
})

test('what is bad since is the first of the bad verdicts that last', () => {
  const past = {
    of: () => [
      { status: 'error', probedAt: now - 60 } as const,
      { status: 'healthy', probedAt: now - 45 } as const,
      { status: 'error', probedAt: now - 30 } as const,
      { status: 'error', probedAt: now } as const,
    ],
  }
  expect(find({ services: [service('web', down)] }, past)[0]).toMatchObject({ since: now - 30 })
})

test('a rule that fails costs its own findings, and is told of', () => {
  const observed = observe({ services: [service('web', down)] })
  // What no collector gives: the kind of mistake that must not cost the page.
  const broken = { ...observed, readings: { ...observed.readings, tasks: {} as never } }
  const failed: string[] = []
  const found = diagnose(broken, noPast, (rule) => failed.push(rule))
  expect(found.map(({ target }) => target)).toEqual(['web'])
  expect(failed).toEqual(['tasks'])
})

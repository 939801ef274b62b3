// What must not happen: each case says how often its hook may be called, and a call too many is a breach.
import { setTimeout as delay } from 'node:timers/promises'
import { waitFor } from '../../harness/wait.ts'
import type { App } from './app.ts'
import { controlToken, startRecovery, token } from './stack.ts'
import type { RunningRecovery, Stack } from './stack.ts'

export interface Patients {
  /** Hooks that heal nothing, by the name of the service; each is down while its name is here. */
  readonly down: Set<string>
  readonly apps: ReadonlyMap<string, App>
}

interface Case {
  readonly stack: Stack
  readonly patients: Patients
}

type Guard = (given: Case) => Promise<string | undefined>

/** Each has an alert group of its own: Alertmanager keeps news of a group back for a minute after the last. */
export const patientNames = [
  'loop',
  'forged',
  'storm-1',
  'storm-2',
  'storm-3',
  'paused',
  'silence',
  'maintenance',
  'approve',
  'rehearsal',
  'hanging',
]

const settleMilliseconds = 3_000

export function patientConfig(patients: Patients, change: object = {}, policyChange: object = {}): object {
  const names = [...patients.apps.keys()]
  return {
    mode: 'auto',
    limits: {
      startup_hold: '0s',
      blast_radius: { targets: 3, share: '100%' },
      budget: { actions: 50, per: '1h' },
    },
    targets: names.map((name) => ({
      name,
      type: 'task_hook',
      url: `${patients.apps.get(name)?.url}/hook`,
    })),
    policies: names.map((name) => ({
      name,
      mode: 'auto',
      matchers: ['alertname="ServiceDown"', `target="${name}"`],
      action: 'retry_failed_task',
      target: name,
      healthy: { probe: name },
      firing_for: '0s',
      timeout: '2s',
      settle: '0s',
      window: '1s',
      cooldown: '1s',
      ...policyChange,
    })),
    ...change,
  }
}

const hits = ({ patients }: Case): number =>
  [...patients.apps.values()].reduce((sum, app) => sum + app.hits.length, 0)

/** Breaks the patients of these names while `work` runs, and gives how often hooks were called meanwhile. */
async function callsWhile(given: Case, names: readonly string[], work: () => Promise<void>): Promise<number> {
  const before = hits(given)
  for (const name of names) given.patients.down.add(name)
  try {
    await work()
  } finally {
    given.patients.down.clear()
    await waitFor('no alert fires', async () => (await firing(given.stack)).length === 0)
  }
  return hits(given) - before
}

async function firing({
  urls,
}: Stack): Promise<readonly { labels: Record<string, string>; state: string }[]> {
  const answer = await fetch(`${urls.prometheus}/api/v1/alerts`)
  const { data } = (await answer.json()) as {
    data: { alerts: readonly { labels: Record<string, string>; state: string }[] }
  }
  return data.alerts
}

async function decided(recovery: RunningRecovery, decision: string): Promise<void> {
  await waitFor(`the decision ${decision}`, async () =>
    (await recovery.records()).some((record) => record.decision === decision),
  )
}

function expectCalls(calls: number, allowed: number): string | undefined {
  return calls > allowed ? `${calls} calls, ${allowed} allowed` : undefined
}

async function deliver({ urls }: Stack, alerts: readonly object[], bearer = token): Promise<number> {
  const answer = await fetch(`${urls.recovery}/v1/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
    body: JSON.stringify({ version: '4', status: 'firing', alerts }),
  })
  return answer.status
}

const forged = (labels: object, startsAt = new Date()): object => ({
  status: 'firing',
  labels: { alertname: 'ServiceDown', ...labels },
  annotations: {},
  startsAt: startsAt.toISOString(),
  endsAt: '0001-01-01T00:00:00Z',
  fingerprint: '0123456789abcdef',
})

async function control({ urls }: Stack, what: string, body: object): Promise<number> {
  const answer = await fetch(`${urls.recovery}/v1/control/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${controlToken}` },
    body: JSON.stringify({ actor: 'proof', ...body }),
  })
  return answer.status
}

/** Runs `work` with a recovery process of its own. */
async function withRecovery(
  given: Case,
  options: { readonly name: string; readonly change?: object; readonly policy?: object },
  work: (recovery: RunningRecovery) => Promise<string | undefined>,
): Promise<string | undefined> {
  const config = patientConfig(given.patients, options.change, options.policy)
  const recovery = await startRecovery(given.stack, options.name, config)
  try {
    return await work(recovery)
  } finally {
    await recovery.kill('SIGTERM')
  }
}

export const guards: Readonly<Record<string, Guard>> = {
  'a fault that no action ends is not acted on for ever': (given) =>
    withRecovery(given, { name: 'loop' }, async (recovery) => {
      const calls = await callsWhile(given, ['loop'], async () => {
        await decided(recovery, 'attempts_exhausted')
        await delay(settleMilliseconds)
      })
      const { urls } = given.stack
      const alerts = await (await fetch(`${urls.alertmanager}/api/v2/alerts`)).text()
      return alerts.includes('RecoveryEscalated') ? expectCalls(calls, 2) : 'nobody was told'
    }),
  'a forged, replayed or smuggling alert leads to nothing': (given) =>
    withRecovery(given, { name: 'forged' }, async (recovery) => {
      const calls = await callsWhile(given, [], async () => {
        const { stack } = given
        const yesterday = new Date(Date.now() - 86_400_000)
        if ((await deliver(stack, [forged({ target: 'forged' })], 'wrong')) !== 401) throw new Error('let in')
        await deliver(stack, [forged({ target: 'forged' }), forged({ target: 'forged' }, yesterday)])
        await deliver(stack, [
          forged({
            target: 'forged',
            url: 'http://127.0.0.1:1/',
            path: '/etc/passwd',
            recovery_target: 'loop',
          }),
          forged({ target: "forged'; DROP TABLE accounts; --" }),
          forged({ target: 'forged', watchpost_channel_test: 'true' }),
        ])
        const labels = { alertname: 'ServiceDown', target: 'forged', severity: 'critical' }
        await fetch(`${stack.urls.alertmanager}/api/v2/alerts`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify([{ labels, endsAt: new Date(Date.now() + 8_000).toISOString() }]),
        })
        await decided(recovery, 'not_corroborated')
        await delay(8_000)
      })
      return expectCalls(calls, 0)
    }),
  'a storm is no time to act': (given) =>
    withRecovery(given, { name: 'storm' }, async (recovery) => {
      const calls = await callsWhile(given, ['storm-1', 'storm-2', 'storm-3'], () =>
        decided(recovery, 'blast_radius'),
      )
      return expectCalls(calls, 0)
    }),
  'paused means paused, also after a restart': async (given) => {
    const options = { name: 'paused' }
    await withRecovery(given, options, async () => {
      await control(given.stack, 'pause', {})
      return undefined
    })
    return withRecovery(given, options, async (recovery) => {
      const calls = await callsWhile(given, ['paused'], () => decided(recovery, 'kill_switch'))
      return expectCalls(calls, 0)
    })
  },
  'a silence, set while the alert already fires, holds': (given) =>
    withRecovery(given, { name: 'silence', policy: { firing_for: '12s' } }, async (recovery) => {
      const calls = await callsWhile(given, ['silence'], async () => {
        await decided(recovery, 'too_young')
        await fetch(`${given.stack.urls.alertmanager}/api/v2/silences`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            matchers: [{ name: 'target', value: 'silence', isRegex: false, isEqual: true }],
            startsAt: new Date().toISOString(),
            endsAt: new Date(Date.now() + 15_000).toISOString(),
            createdBy: 'proof',
            comment: 'work under way',
          }),
        })
        await decided(recovery, 'silenced')
        await delay(settleMilliseconds)
      })
      return expectCalls(calls, 0)
    }),
  'a maintenance window holds': (given) => {
    const change = { maintenance: [{ cron: '* * * * *', for: '1m' }] }
    return withRecovery(given, { name: 'maintenance', change }, async (recovery) =>
      expectCalls(await callsWhile(given, ['maintenance'], () => decided(recovery, 'maintenance')), 0),
    )
  },
  'nothing happens without approval, and approving twice acts once': (given) =>
    withRecovery(given, { name: 'approve', policy: { mode: 'approve', attempts: 1 } }, async (recovery) => {
      let early = 0
      const calls = await callsWhile(given, ['approve'], async () => {
        const before = hits(given)
        await decided(recovery, 'awaiting_approval')
        early = hits(given) - before
        const { episode } =
          (await recovery.records()).find(({ decision }) => decision === 'awaiting_approval') ?? {}
        const answers = await Promise.all([1, 2].map(() => control(given.stack, 'approve', { episode })))
        if (answers.toSorted((a, b) => a - b).join() !== '200,409') throw new Error(`got ${answers.join()}`)
        await decided(recovery, 'attempts_exhausted')
      })
      return expectCalls(early, 0) ?? (calls === 1 ? undefined : `${calls} calls, 1 expected`)
    }),
  'a rehearsal only says what it would do': (given) =>
    withRecovery(given, { name: 'rehearsal', change: { mode: 'dry_run' } }, async (recovery) => {
      const calls = await callsWhile(given, ['rehearsal'], async () => {
        await waitFor('a rehearsal', async () =>
          (await recovery.records()).some(({ type }) => type === 'rehearsed'),
        )
        await delay(settleMilliseconds)
      })
      return expectCalls(calls, 0)
    }),
  'kill -9 in the middle of an action, and it is not done again': (given) => {
    const options = { name: 'killed', policy: { attempts: 1, timeout: '30s' } }
    return killInAction(given, options)
  },
}

async function killInAction(
  given: Case,
  options: { readonly name: string; readonly policy: object },
): Promise<string | undefined> {
  const config = patientConfig(given.patients, {}, options.policy)
  let recovery = await startRecovery(given.stack, options.name, config)
  try {
    const calls = await callsWhile(given, ['hanging'], async () => {
      const before = hits(given)
      await waitFor('the action is under way', () => hits(given) > before)
      await recovery.kill('SIGKILL')
      recovery = await startRecovery(given.stack, options.name, config)
      await waitFor('it is known what became of it', async () =>
        (await recovery.records()).some(({ result }) => result === 'interrupted'),
      )
      await decided(recovery, 'attempts_exhausted')
    })
    return calls === 1 ? undefined : `${calls} calls, 1 expected`
  } finally {
    await recovery.kill('SIGTERM')
  }
}

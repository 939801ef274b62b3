// What is made ill to try the guards, and how often its hook is called meanwhile.
import { waitFor } from '../../../harness/wait.ts'
import type { App } from '../app.ts'
import { controlToken, startRecovery } from '../stack.ts'
import type { RunningRecovery, Stack } from '../stack.ts'

export interface Patients {
  /** Hooks that heal nothing, by the name of the service; each is down while its name is here. */
  readonly down: Set<string>
  readonly apps: ReadonlyMap<string, App>
}

export interface Case {
  readonly stack: Stack
  readonly patients: Patients
}

export type Guard = (given: Case) => Promise<string | undefined>

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
  'hung',
  'beside-hung',
  'duplicate',
]

export const settleMilliseconds = 3_000

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

export const hits = ({ patients }: Case): number =>
  [...patients.apps.values()].reduce((sum, app) => sum + app.hits.length, 0)

/** Breaks the patients of these names while `work` runs, and gives how often hooks were called meanwhile. */
export async function callsWhile(
  given: Case,
  names: readonly string[],
  work: () => Promise<void>,
): Promise<number> {
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

export async function decided(recovery: RunningRecovery, decision: string): Promise<void> {
  await waitFor(`the decision ${decision}`, async () =>
    (await recovery.records()).some((record) => record.decision === decision),
  )
}

export function expectCalls(calls: number, allowed: number): string | undefined {
  return calls > allowed ? `${calls} calls, ${allowed} allowed` : undefined
}

export async function control({ urls }: Stack, what: string, body: object): Promise<number> {
  const answer = await fetch(`${urls.recovery}/v1/control/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${controlToken}` },
    body: JSON.stringify({ actor: 'proof', ...body }),
  })
  return answer.status
}

/** Runs `work` with a recovery process of its own. */
export async function withRecovery(
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

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

/** Each is of one case alone: all cases are tried at once. */
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
export const patienceSeconds = 90

interface Options {
  readonly name: string
  /** Whom it may act on; the patient of its own name where it is left out. */
  readonly names?: readonly string[]
  readonly change?: object
  readonly policy?: object
}

export function patientConfig(
  { apps }: Patients,
  { name: own, names = [own], change, policy }: Options,
): object {
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
      url: `${apps.get(name)?.url}/hook`,
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
      ...policy,
    })),
    ...change,
  }
}

export const hits = ({ patients }: Case, names: readonly string[]): number =>
  names.reduce((sum, name) => sum + (patients.apps.get(name)?.hits.length ?? 0), 0)

/** Breaks the patients of these names while `work` runs, and gives how often their hooks were called meanwhile. */
export async function callsWhile(
  given: Case,
  names: readonly string[],
  work: () => Promise<void>,
): Promise<number> {
  const { down } = given.patients
  const before = hits(given, names)
  for (const name of names) down.add(name)
  try {
    await work()
  } finally {
    for (const name of names) down.delete(name)
  }
  return hits(given, names) - before
}

export async function decided(recovery: RunningRecovery, decision: string): Promise<void> {
  const isDecided = async (): Promise<boolean> =>
    (await recovery.records()).some((record) => record.decision === decision)
  await waitFor(`the decision ${decision}`, isDecided, patienceSeconds)
}

export function expectCalls(calls: number, allowed: number): string | undefined {
  return calls > allowed ? `${calls} calls, ${allowed} allowed` : undefined
}

export async function control({ url }: RunningRecovery, what: string, body: object): Promise<number> {
  const answer = await fetch(`${url}/v1/control/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${controlToken}` },
    body: JSON.stringify({ actor: 'proof', ...body }),
  })
  return answer.status
}

/** Runs `work` with a recovery process of its own. */
export async function withRecovery(
  given: Case,
  options: Options,
  work: (recovery: RunningRecovery) => Promise<string | undefined>,
): Promise<string | undefined> {
  const config = patientConfig(given.patients, options)
  const recovery = await startRecovery(given.stack, options.name, config)
  try {
    return await work(recovery)
  } finally {
    await recovery.kill('SIGTERM')
  }
}

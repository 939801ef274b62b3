// Each action heals its fault live, through a real exporter, Prometheus and Alertmanager, while each guard is tried.
// The last line is `recovery <healed>/<actions> healed, <n> guard breaches`.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { readAudit } from '../../recovery/src/audit.ts'
import { waitFor } from '../harness/wait.ts'
import { startApp } from './recovery/app.ts'
import type { App } from './recovery/app.ts'
import { prepareFaults } from './recovery/faults/all.ts'
import { brokenContainer } from './recovery/faults/container.ts'
import type { Fault } from './recovery/faults/fault.ts'
import { guards } from './recovery/guards/all.ts'
import { patientNames } from './recovery/guards/patients.ts'
import type { Patients } from './recovery/guards/patients.ts'
import { startRecovery, startStack } from './recovery/stack.ts'
import type { RunningRecovery, Stack } from './recovery/stack.ts'

const say = (line: string): void => void process.stdout.write(`${line}\n`)

function healingConfig(faults: readonly Fault[]): object {
  return {
    mode: 'auto',
    limits: {
      startup_hold: '0s',
      max_concurrent: 10,
      blast_radius: { targets: 100, share: 1 },
      budget: { actions: 50, per: '1h' },
    },
    targets: faults.map(({ name, target }) => ({ name, ...target })),
    policies: faults.map(({ name, alert, action, healthy }) => ({
      name,
      mode: 'auto',
      matchers: [`alertname="${alert}"`, `target="${name}"`],
      action,
      target: name,
      healthy,
      firing_for: '0s',
      timeout: '20s',
      settle: '1s',
      window: '20s',
      cooldown: '5s',
    })),
  }
}

async function heal(fault: Fault, recovery: RunningRecovery): Promise<boolean> {
  const broken = Date.now() / 1000
  try {
    await fault.breakIt()
    const of = async (type: string) =>
      (await recovery.records()).find((record) => record.type === type && record.policy === fault.name)
    const received = await waitFor(`${fault.name}: an alert`, () => of('received'), 90)
    const intended = await waitFor(`${fault.name}: an action`, () => of('intended'), 90)
    const verified = await waitFor(
      `${fault.name}: a verdict`,
      async () =>
        (await recovery.records()).find(
          ({ type, attempt }) => type === 'verified' && attempt === intended.attempt,
        ),
      90,
    )
    await fault.inspect?.()
    const times = [received, intended, verified].map(({ at }) => `${(at - broken).toFixed(1)} s`)
    say(
      `${fault.name}: ${fault.action}: alert after ${times[0]}, action ${times[1]}, ${verified.outcome} ${times[2]}`,
    )
    return verified.outcome === 'fixed'
  } catch (error) {
    say(`${fault.name}: NOT HEALED: ${String(error)}`)
    for (const record of await recovery.records()) {
      if (record.policy === fault.name || record.decision) say(`  ${JSON.stringify(record)}`)
    }
    return false
  }
}

async function healAll(stack: Stack, faults: readonly Fault[]): Promise<number> {
  const recovery = await startRecovery(stack, 'healing', healingConfig(faults))
  try {
    const healed = await Promise.all(faults.map((fault) => heal(fault, recovery)))
    return healed.filter(Boolean).length
  } finally {
    await recovery.kill('SIGTERM')
    const { problem, records } = readAudit(recovery.storagePath)
    say(problem === undefined ? `the audit log is whole: ${records} records` : `the audit log: ${problem}`)
  }
}

/** What a person stopped stays stopped. */
async function tryManualStop(stack: Stack, fault: Fault | undefined): Promise<number> {
  if (!fault?.stopOnPurpose || !fault.isStopped) return 0
  const recovery = await startRecovery(stack, 'stopped', healingConfig([fault]))
  try {
    await fault.stopOnPurpose()
    await waitFor(
      'the decision refused',
      async () => (await recovery.records()).some(({ decision }) => decision === 'refused'),
      120,
    )
    const isBreach = !(await fault.isStopped())
    say(`guard: a container that was stopped on purpose stays stopped: ${isBreach ? 'RESTARTED' : 'held'}`)
    return Number(isBreach)
  } finally {
    await recovery.kill('SIGTERM')
    await fault.startAgain?.()
  }
}

/** Their hooks answer nobody. */
const hangs = new Set(['hanging', 'hung'])

async function startPatients(): Promise<Patients> {
  const down = new Set<string>()
  const apps = new Map<string, App>()
  for (const name of patientNames) {
    const answer = hangs.has(name) ? () => delay(60_000, undefined, { ref: false }) : () => ({})
    apps.set(name, await startApp({ isHealthy: () => !down.has(name), answer }))
  }
  return { down, apps }
}

/** Each guard has a process of its own; more at once would only make each other late. */
const lanes = 4

async function tryGuards(stack: Stack, patients: Patients): Promise<number> {
  let breaches = 0
  const waiting = Object.entries(guards)
  async function tryNext(): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [claim, guard] = next
      const breach = await guard({ stack, patients }).catch((error: unknown) => String(error))
      if (breach !== undefined) breaches += 1
      say(`guard: ${claim}: ${breach ?? 'held'}`)
    }
  }
  await Promise.all(Array.from({ length: lanes }, tryNext))
  return breaches
}

const directory = await mkdtemp(join(tmpdir(), 'watchpost-proof-recovery-'))
const faults = await prepareFaults(directory)
const stopped = await brokenContainer('stopped')
const patients = await startPatients()
let stack: Stack | undefined
try {
  const services = [...patients.apps].map(([name, { url }]) => ({
    name,
    url: `${url}/health`,
    timeout: '900ms',
  }))
  stack = await startStack(directory, {
    services: [
      ...[...faults, ...(stopped ? [stopped] : [])].flatMap((fault) => fault.services ?? []),
      ...services,
    ],
    databases: faults.flatMap((fault) => fault.databases ?? []),
  })
  const [healed, restarted, broken] = await Promise.all([
    healAll(stack, faults),
    tryManualStop(stack, stopped),
    tryGuards(stack, patients),
  ])
  const breaches = restarted + broken
  say(`recovery ${healed}/${faults.length} healed, ${breaches} guard breaches`)
  process.exitCode = healed === faults.length && breaches === 0 ? 0 : 1
} finally {
  await stack?.stop()
  for (const app of patients.apps.values()) await app.close()
  for (const fault of faults) await fault.remove()
  await stopped?.remove()
  await rm(directory, { recursive: true, force: true })
}

// Faults of the demo fleet, one after the other: services, sources, database, tasks.
import { setTimeout as sleep } from 'node:timers/promises'
import { startFleet } from '../../../demo/fleet.ts'
import type { Fleet } from '../../../demo/fleet.ts'
import { renderConfig } from '../../../demo/config.ts'
import type { Expected, Score } from './score.ts'
import { startWatch } from './watch.ts'
import type { Said, Watch } from './watch.ts'

interface FleetFault extends Omit<Expected, 'fault'> {
  readonly name: string
  readonly break: string
}

const of = (name: string, fault: string, cause: string, more: Partial<Expected> = {}): FleetFault => {
  return { name, break: fault, target: name, cause, ...more }
}

/** Only then the demo has a disk to fill. */
const mayMount = process.platform === 'linux' && process.getuid?.() === 0

const faults: readonly FleetFault[] = [
  of('trending_api', 'down', 'container_exited', { mentions: 'exit code 1' }),
  of('trending_api', 'oom', 'container_oom_killed'),
  of('trending_api', 'hang', 'no_answer'),
  of('trending_api', 'error', 'server_error'),
  of('trending_api', 'bad-json', 'html_instead_of_json'),
  of('trending_api', 'flap', 'server_error'),
  of('trending_api', 'slow', 'slow_answer'),
  of('ohlc_api', 'down', 'container_exited', { victim: 'summary_api' }),
  of('ohlc_api', 'slow', 'slow_answer', { victim: 'summary_api' }),
  of('analyze_api', 'error', 'server_error', { victim: 'posting_service' }),
  of('cmoney_api', 'down', 'connection_refused', { victim: 'trending_api' }),
  of('cmoney_api', 'hang', 'no_answer', { victim: 'trending_api' }),
  of('cmoney_api', 'error', 'server_error', { victim: 'trending_api' }),
  of('cmoney_api', 'bad-json', 'html_instead_of_json', { victim: 'trending_api' }),
  of('google_sheets', 'down', 'connection_refused', { victim: 'posting_service' }),
  of('finlab_api', 'stall', 'stale_data'),
  of('platform_db', 'down', 'connection_refused', { victim: 'trainer' }),
  of('platform_db', 'block', 'sessions_blocked', { mentions: 'migration' }),
  of('platform_db', 'pool-full', 'connections_exhausted', { victim: 'trainer' }),
  of('platform_db', 'nulls', 'rows_incomplete', { target: 'finlab_api' }),
  of('platform_db', 'duplicates', 'rows_duplicated', { target: 'finlab_api' }),
  of('analyze', 'fail', 'run_failed'),
  of('summary', 'hang', 'run_hung'),
  of('post', 'miss', 'run_missed'),
  of('sync_kols', 'retry', 'run_retried'),
  ...(mayMount ? [of('host', 'disk-full', 'disk_full')] : []),
  // Last, since whoever was refused leaves the source alone for a while.
  of('cmoney_api', 'quota', 'quota_exhausted'),
  of('google_sheets', 'quota', 'quota_exhausted'),
]

// A run is due every five seconds: what takes an hour of the platform takes that long here.
const speed = 12
const patienceSeconds = 90
// Whoever was refused by cmoney_api waits for its next window of five minutes.
const healingSeconds = 330
const healthyLooks = 8

export interface FleetFaultOptions {
  readonly directory: string
  readonly score: Score
  /** Only faults whose name has this in it. */
  readonly only: string
  readonly write: (line: string) => void
}

/** `work` is given the fleet while it is whole. */
export async function injectFleetFaults(
  options: FleetFaultOptions,
  work: (fleet: Fleet) => Promise<void>,
): Promise<void> {
  const { directory, score } = options
  const fleet = await startFleet({ ports: 'ephemeral', dataDirectory: directory, speed })
  let watch: Watch | undefined
  try {
    watch = await startWatch(directory, withoutHostLimits(renderConfig(fleet)))
    await watch.lookForNothing(patienceSeconds)
    score.quiet('the demo fleet', await lookOften(watch))
    for (const fault of faults.filter((one) => `${one.name} ${one.break}`.includes(options.only)))
      await inject(fault, { fleet, watch, options })
    await work(fleet)
    await watch.lookForNothing(healingSeconds).catch((error: unknown) => options.write(String(error)))
    score.quiet('the healed fleet', await lookOften(watch))
  } finally {
    await watch?.stop()
    await fleet.stop()
  }
}

/** What was said in any of several looks. */
async function lookOften(watch: Watch): Promise<readonly Said[]> {
  const said: Said[] = []
  for (let look = 0; look < healthyLooks; look += 1) {
    said.push(...(await watch.look()))
    await sleep(1_000)
  }
  return said
}

interface Scene {
  readonly fleet: Fleet
  readonly watch: Watch
  readonly options: FleetFaultOptions
}

async function inject(fault: FleetFault, { fleet, watch, options }: Scene): Promise<void> {
  const { score, write } = options
  const expected: Expected = { ...fault, fault: `${fault.name} ${fault.break}` }
  try {
    await watch.lookForNothing(patienceSeconds, fault.target)
    const startedAt = performance.now()
    await fleet.break(fault.name, fault.break)
    score.judge(expected, await watch.lookFor(fault.target, patienceSeconds))
    write(`       after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  } catch (error) {
    score.miss(expected, error instanceof Error ? error.message : String(error))
  } finally {
    await fleet.heal(fault.name)
  }
}

/** The machine that the proof runs on is shared, and what it is short of is none of the fleet's faults. */
function withoutHostLimits(config: string): string {
  return config
    .replaceAll(/^( {2}(?:cpu|memory)): .*$/gm, '$1: 100%')
    .replace(/^ {2}disk: .*$/m, '  disk: 95%')
}

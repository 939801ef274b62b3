// Faults of the demo fleet, one after the other: services, sources, database, tasks.
import { setTimeout as sleep } from 'node:timers/promises'
import { parse, stringify } from 'yaml'
import { cacheName, networkName, schedulerName, standbyName } from '../../../demo/catalogue.ts'
import { mayMount } from '../../../demo/disk.ts'
import { startFleet } from '../../../demo/fleet.ts'
import type { FleetState } from '../../../demo/control-api.ts'
import type { Fleet } from '../../../demo/fleet.ts'
import { renderConfig } from '../../../demo/config.ts'
import { requireProgram } from '../../../demo/programs/find.ts'
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

/**
 * Waves one after the other, lanes of a wave side by side, faults of a lane in their order: what shares a lane
 * or needs one another must not be broken at once.
 */
const waves: readonly (readonly (readonly FleetFault[])[])[] = [
  [
    [
      of('trending_api', 'down', 'container_exited', { mentions: 'exit code 1' }),
      of('trending_api', 'oom', 'container_oom_killed'),
      of('trending_api', 'stopped', 'container_exited', { mentions: 'exit code 143' }),
      of('trending_api', 'hang', 'no_answer'),
      of('trending_api', 'error', 'server_error'),
      of('trending_api', 'bad-json', 'html_instead_of_json'),
      of('trending_api', 'flap', 'server_error'),
      of('trending_api', 'slow', 'slow_answer'),
    ],
    [
      of('ohlc_api', 'down', 'container_exited', { victim: 'summary_api' }),
      of('ohlc_api', 'slow', 'slow_answer', { victim: 'summary_api' }),
      of('analyze_api', 'error', 'server_error', { victim: 'posting_service' }),
    ],
    [of('finlab_api', 'stall', 'stale_data')],
    [of('analyze', 'fail', 'run_failed'), of('analyze', 'fail-until-retried', 'run_failed')],
    [of('summary', 'hang', 'run_hung')],
    [of('post', 'miss', 'run_missed')],
    [of('sync_kols', 'retry', 'run_retried')],
    [of('fetch_trending', 'hollow', 'run_hollow')],
    [of(standbyName, 'lag', 'replication_lag'), of(standbyName, 'down', 'connection_refused')],
    [of(cacheName, 'full', 'store_full'), of(cacheName, 'down', 'connection_refused')],
    mayMount() ? [of('host', 'disk-full', 'disk_full')] : [],
  ],
  // Long before it is down: only of tasks that it has started since can it be said that they wait for it.
  [[of(schedulerName, 'killed', 'scheduler_stopped')]],
  [
    [
      of('cmoney_api', 'down', 'connection_refused', { victim: 'trending_api' }),
      of('cmoney_api', 'hang', 'no_answer', { victim: 'trending_api' }),
      of('cmoney_api', 'error', 'server_error', { victim: 'trending_api' }),
      of('cmoney_api', 'bad-json', 'html_instead_of_json', { victim: 'trending_api' }),
      of('cmoney_api', 'certificate-expired', 'certificate_expired', { victim: 'trending_api' }),
      of('cmoney_api', 'certificate-expiring', 'certificate_expiring'),
      of('cmoney_api', 'certificate-wrong-host', 'certificate_name_mismatch', { victim: 'trending_api' }),
      of('cmoney_api', 'quota', 'quota_exhausted'),
    ],
    [
      of('google_sheets', 'down', 'connection_refused', { victim: 'posting_service' }),
      of('google_sheets', 'quota', 'quota_exhausted'),
    ],
    [of('trainer', 'leak', 'service_memory_high')],
    [of(schedulerName, 'down', 'scheduler_stopped')],
    [
      of('platform_db', 'nulls', 'rows_incomplete', { target: 'finlab_api' }),
      of('platform_db', 'duplicates', 'rows_duplicated', { target: 'finlab_api' }),
    ],
  ],
  [
    [
      of('platform_db', 'block', 'sessions_blocked', { mentions: 'migration' }),
      of('platform_db', 'idle-session', 'sessions_blocked', { mentions: 'posting_service' }),
      of('platform_db', 'pool-full', 'connections_exhausted', { victim: 'trainer' }),
      of('platform_db', 'down', 'connection_refused', { victim: 'trainer' }),
      of(networkName, 'down', 'own_network', { target: 'watchpost' }),
    ],
  ],
]

// A run is due every five seconds: what takes an hour of the platform takes that long here.
const speed = 12
const patienceSeconds = 90
/** Over more than a slot, half a second apart. */
const healthyLooks = 12
/** Programs that start beside it may hold a whole slot up, and then it is true that runs are missed. */
const healthyTries = 3

interface FleetFaultOptions {
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
  const { directory } = options
  const redis = await requireProgram('redis-server', { log: options.write })
  const fleet = await startFleet({ ports: 'ephemeral', dataDirectory: directory, speed, redis })
  let watch: Watch | undefined
  try {
    const begun = await startWatch(directory, forProof(renderConfig(fleet)))
    watch = begun
    await injectWaves({ fleet, watch: begun, options }, () => work(fleet))
  } finally {
    await watch?.stop()
    await fleet.stop()
  }
}

async function injectWaves(scene: Scene, whileWhole: () => Promise<void>): Promise<void> {
  const { watch, options } = scene
  const { score } = options
  score.quiet('the demo fleet', await lookAtTheWell(watch))
  await demandAll(scene)
  for (const wave of waves) await Promise.all(wave.map((lane) => injectLane(lane, scene)))
  await whileWhole()
  score.quiet('the healed fleet', await lookAtTheWell(watch))
}

/** A fault that the demo learns must be learnt here as well. */
async function demandAll({ fleet, options }: Scene): Promise<void> {
  const { targets } = (await (await fetch(`${fleet.controlUrl}/state`)).json()) as FleetState
  const known = new Set(waves.flat(2).map((fault) => fault.break))
  const lacking = new Set(targets.flatMap(({ faults }) => faults.filter((fault) => !known.has(fault))))
  for (const fault of lacking) options.score.miss({ fault, target: 'demo', cause: '' }, 'nobody injects it')
}

/** What is said of a fleet that is well, once it has settled. */
async function lookAtTheWell(watch: Watch): Promise<readonly Said[]> {
  let said: readonly Said[] = []
  for (let tried = 0; tried < healthyTries; tried += 1) {
    // Whatever does not end is found by the looks that follow.
    await watch.lookForNothing(patienceSeconds).catch(() => {})
    said = await lookOften(watch)
    if (said.length === 0) break
  }
  return said
}

/** What was said in any of several looks. */
async function lookOften(watch: Watch): Promise<readonly Said[]> {
  const said: Said[] = []
  for (let look = 0; look < healthyLooks; look += 1) {
    said.push(...(await watch.look()))
    await sleep(500)
  }
  return said
}

interface Scene {
  readonly fleet: Fleet
  readonly watch: Watch
  readonly options: FleetFaultOptions
}

async function injectLane(lane: readonly FleetFault[], scene: Scene): Promise<void> {
  const { only } = scene.options
  for (const fault of lane.filter((one) => `${one.name} ${one.break}`.includes(only)))
    await inject(fault, scene)
}

async function inject(fault: FleetFault, { fleet, watch, options }: Scene): Promise<void> {
  const { score, write } = options
  const expected: Expected = { ...fault, fault: `${fault.name} ${fault.break}` }
  try {
    await watch.lookForNothing(patienceSeconds, fault.target)
    const startedAt = performance.now()
    await fleet.break(fault.name, fault.break)
    score.judge(expected, await watch.lookFor(fault.target, patienceSeconds))
    write(`       after ${((performance.now() - startedAt) / 1000).toFixed(1)} s: ${expected.fault}`)
  } catch (error) {
    score.miss(expected, error instanceof Error ? error.message : String(error))
  } finally {
    await fleet.heal(fault.name)
  }
}

interface Rendered {
  readonly thresholds: object
  readonly data_sources: readonly { readonly quality?: object }[]
}

/**
 * The machine that the proof runs on is shared, and what it is short of is none of the fleet's faults.
 * Sources are asked more often than the demo does: a fault shows no sooner than they are.
 */
function forProof(config: string): string {
  const rendered = parse(config) as Rendered
  return stringify({
    ...rendered,
    thresholds: { ...rendered.thresholds, cpu: '100%', memory: '96%', disk: '95%', replication_lag: '3s' },
    data_sources: rendered.data_sources.map((source) => ({
      ...source,
      min_interval: '2s',
      retry_interval: '1s',
      ...(source.quality && { quality: { ...source.quality, every: '3s' } }),
    })),
  })
}

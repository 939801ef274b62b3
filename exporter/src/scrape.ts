// One round over all collectors: one deadline, failures kept apart, shared by all who ask meanwhile.
import { collectors } from './collectors/index.ts'
import type { Context, Reading, Round, Watch } from './collectors/collector.ts'
import type { TargetReading } from './collectors/target.ts'
import type { Config } from './config/load.ts'
import { explain } from './log.ts'
import type { History } from './history.ts'
import type { Log } from './log.ts'
import type { Outcome } from './probes/outcome.ts'

type AnyCollector = (typeof collectors)[number]
export type CollectorName = AnyCollector['name']

/** What each collector found, by its name; absent where it is not configured or failed. */
export type Readings = { readonly [C in AnyCollector as C['name']]?: Parameters<C['families']>[0] }

export interface CollectorOutcome {
  readonly collector: CollectorName
  readonly success: boolean
  readonly durationSeconds: number
}

/** What was found in one round. Metrics and JSON are two renderings of it. */
export interface Snapshot {
  /** Unix time of the beginning, in seconds. */
  readonly startedAt: number
  readonly durationSeconds: number
  readonly readings: Readings
  readonly outcomes: readonly CollectorOutcome[]
  readonly settings: Config['settings']
}

export interface Scraper {
  /**
   * A round that ends within `timeoutSeconds`, over all collectors or `only` some. One already under
   * way over the same ones is joined if it ends in time.
   */
  readonly scrape: (timeoutSeconds: number, only?: readonly CollectorName[]) => Promise<Snapshot>
  /** A probe of one target, with what it met on the wire; undefined when there is no such target. */
  readonly probe: (target: string, timeoutSeconds: number) => Promise<SingleProbe> | undefined
  /** The last finished round over all collectors. */
  readonly last: () => Snapshot | undefined
  /** Waits for the round under way, then lets go of everything. */
  readonly close: () => Promise<void>
}

export interface SingleProbe {
  readonly reading: TargetReading
  readonly outcome: Outcome | undefined
}

interface Watched {
  readonly name: CollectorName
  readonly watch: Watch
}

export interface ScraperOptions {
  readonly config: Config
  readonly context: Context
  /** Told of each finished round over all collectors. */
  readonly history?: History
  /** Unix time in milliseconds. */
  readonly clock: () => number
}

// How long after the deadline a collector may still hand in what it has.
const graceSeconds = 0.1

export function createScraper({ config, context, history, clock }: ScraperOptions): Scraper {
  const watched = startWatches(config, context)
  const running = new Map<string, { snapshot: Promise<Snapshot>; endsAt: number }>()
  let last: Snapshot | undefined

  async function run(timeoutSeconds: number, only: readonly CollectorName[] | undefined): Promise<Snapshot> {
    const startedAt = clock() / 1000
    const began = performance.now()
    const signal = AbortSignal.timeout(Math.max(0, Math.round((timeoutSeconds - graceSeconds) * 1000)))
    const round: Round = { signal, timeoutSeconds, now: startedAt }
    const asked = watched.filter(({ name }) => only?.includes(name) ?? true)
    const results = await Promise.all(asked.map((item) => collectOne(item, round, context.log)))
    const readings = Object.fromEntries(
      results.flatMap(({ name, reading }) => (reading ? [[name, reading]] : [])),
    )
    return Object.freeze({
      startedAt,
      durationSeconds: (performance.now() - began) / 1000,
      readings: Object.freeze(readings),
      outcomes: results.map((result) => result.outcome),
      settings: config.settings,
    })
  }

  async function scrape(timeoutSeconds: number, only?: readonly CollectorName[]): Promise<Snapshot> {
    const key = only?.join() ?? 'all'
    const endsAt = clock() + timeoutSeconds * 1000
    const other = running.get(key)
    if (other && other.endsAt <= endsAt) return other.snapshot
    const mine = { snapshot: run(timeoutSeconds, only), endsAt }
    running.set(key, mine)
    try {
      const snapshot = await mine.snapshot
      if (only === undefined) {
        last = snapshot
        history?.record(snapshot.readings)
      }
      return snapshot
    } finally {
      if (running.get(key) === mine) running.delete(key)
    }
  }

  const close = async (): Promise<void> => {
    await Promise.allSettled([...running.values()].map(({ snapshot }) => snapshot))
    await Promise.all(watched.map(async ({ watch }) => watch.close?.()))
  }
  const probe = (target: string, timeoutSeconds: number): Promise<SingleProbe> | undefined => {
    const found = watched.map(({ watch }) => watch.targets?.get(target)).find((one) => one !== undefined)
    return found && probeOne(found, timeoutSeconds, clock() / 1000)
  }
  return { scrape, probe, last: () => last, close }
}

function startWatches(config: Config, context: Context): Watched[] {
  return collectors.flatMap((collector) => {
    const section = config.settings[collector.name]
    // The section was parsed by this very collector's schema; the list of them cannot say so to the compiler.
    return section === undefined
      ? []
      : [{ name: collector.name, watch: collector.create(section as never, context) }]
  })
}

async function probeOne(
  probe: (round: Round) => Promise<TargetReading>,
  timeoutSeconds: number,
  now: number,
): Promise<SingleProbe> {
  let outcome: Outcome | undefined
  const signal = AbortSignal.timeout(Math.round(timeoutSeconds * 1000))
  const trace = (met: Outcome): void => void (outcome = met)
  const reading = await probe({ signal, timeoutSeconds, now, trace })
  return { reading, outcome }
}

interface Collected {
  readonly name: CollectorName
  readonly reading: Reading | undefined
  readonly outcome: CollectorOutcome
}

async function collectOne({ name, watch }: Watched, round: Round, log: Log): Promise<Collected> {
  const began = performance.now()
  const finish = (reading: Reading | undefined): Collected => {
    const durationSeconds = (performance.now() - began) / 1000
    return { name, reading, outcome: { collector: name, success: reading !== undefined, durationSeconds } }
  }
  try {
    return finish(await untilCut(watch.collect(round), round.signal))
  } catch (error) {
    log.error('collector failed', { collector: name, reason: explain(error) })
    return finish(undefined)
  }
}

/** A collector that ignores its signal is left behind shortly after the deadline: it cannot hold up the page. */
async function untilCut<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: cut, reject } = Promise.withResolvers<never>()
  let timer: NodeJS.Timeout | undefined
  const onAbort = (): void => {
    timer = setTimeout(() => reject(new Error('it did not end at the deadline')), graceSeconds * 1000)
  }
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, cut])
  } finally {
    signal.removeEventListener('abort', onAbort)
    clearTimeout(timer)
  }
}

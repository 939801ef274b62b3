// One round over all collectors: one deadline, failures kept apart, shared by all who ask meanwhile.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from './collectors/collector.ts'
import type { AnyCollector, CollectorName } from './collectors/index.ts'
import type { TargetReading } from './collectors/target.ts'
import type { ReceivePing } from './collectors/tasks/ping.ts'
import type { Config } from './config/load.ts'
import type { History } from './history.ts'
import { askOtherShards } from './other-shards.ts'
import type { AskOtherShards } from './other-shards.ts'
import { routePings } from './receive-ping.ts'
import { collectOne, graceSeconds, probeOne, startWatches } from './round.ts'
import type { CollectorOutcome, SingleProbe, Watched } from './round.ts'

export type { CollectorName } from './collectors/index.ts'
export type { SingleProbe } from './round.ts'

/** What each collector found, by its name; absent where it is not configured or failed. */
export type Readings = { readonly [C in AnyCollector as C['name']]?: Parameters<C['families']>[0] }

/** What was found in one round. Metrics and JSON are two renderings of it. */
export interface Snapshot {
  /** Unix time of the beginning, in seconds. */
  readonly startedAt: number
  readonly durationSeconds: number
  readonly readings: Readings
  readonly outcomes: readonly CollectorOutcome[]
  /** Those at work, which know how to render what they found. */
  readonly collectors: readonly AnyCollector[]
  readonly settings: Config['settings']
  /** Which part of the fleet this is, where it is not the whole. */
  readonly shard?: Config['shard']
  /** What other shards found broken, as far as it is known. */
  readonly others?: readonly TargetReading[]
}

export interface Scraper {
  /**
   * A round that ends within `timeoutSeconds`, over all collectors or `only` some. One already under
   * way over the same ones is joined if it ends in time and was given as much of it.
   */
  readonly scrape: (timeoutSeconds: number, only?: readonly CollectorName[]) => Promise<Snapshot>
  /** A probe of one target, with what it met on the wire; undefined when there is no such target. */
  readonly probe: (target: string, timeoutSeconds: number) => Promise<SingleProbe> | undefined
  /** Hands a ping to who waits for pings of its task. */
  readonly receivePing: ReceivePing
  /** Names of the targets that can be probed alone. */
  readonly targets: () => readonly string[]
  /** The last finished round over all collectors. */
  readonly last: () => Snapshot | undefined
  /** Waits for the round under way, then lets go of everything. */
  readonly close: () => Promise<void>
}

export interface ScraperOptions {
  readonly config: Config
  readonly context: Context
  /** Told of each finished round over all collectors. */
  readonly history?: History
  /** Unix time in milliseconds. */
  readonly clock: () => number
  /** Rounds begin after it if it comes soon: two scrapers at once would both add to what outlives a reload. */
  readonly after?: Promise<unknown>
}

export function createScraper({ config, context, history, clock, after }: ScraperOptions): Scraper {
  const watched = startWatches(config, context)
  const askOthers = askOtherShards(config, context.log)
  let before = after
  void after?.finally(() => (before = undefined))
  let last: Snapshot | undefined
  const rounds = shareRounds(clock, async (timeoutSeconds, only) => {
    const asked = clock()
    if (before)
      await Promise.race([before, sleep(timeoutSeconds * longestWait * 1000, undefined, { ref: false })])
    const leftSeconds = timeoutSeconds - (clock() - asked) / 1000
    const page = last ? 'later' : 'first'
    return runRound({ config, context, watched, clock, askOthers, page }, leftSeconds, only)
  })
  return {
    async scrape(timeoutSeconds, only) {
      const snapshot = await rounds.join(timeoutSeconds, only)
      if (only === undefined && snapshot !== last) {
        last = snapshot
        history?.record(snapshot.readings)
      }
      return snapshot
    },
    probe(target, timeoutSeconds) {
      const found = watched.map(({ watch }) => watch.targets?.get(target)).find((one) => one !== undefined)
      return found && probeOne(found, timeoutSeconds, clock() / 1000)
    },
    receivePing: routePings(config, watched),
    targets: () => watched.flatMap(({ watch }) => [...(watch.targets?.keys() ?? [])]),
    last: () => last,
    async close() {
      await rounds.settle()
      await Promise.all(watched.map(async ({ watch }) => watch.close?.()))
    },
  }
}

/** Of its time a round waits this share for a predecessor, which may hang with a server that it was asking. */
const longestWait = 0.2

type Run = (timeoutSeconds: number, only: readonly CollectorName[] | undefined) => Promise<Snapshot>

interface UnderWay {
  readonly snapshot: Promise<Snapshot>
  readonly timeoutSeconds: number
  readonly endsAt: number
}

/** With less of the time than this, a round may call late what would have answered in time. */
const leastShare = 0.9

/** Lets those who ask at once share one round, unless it would end too late for them, or too early. */
function shareRounds(
  clock: () => number,
  run: Run,
): { readonly join: Run; readonly settle: () => Promise<unknown> } {
  const newest = new Map<string, UnderWay>()
  const all = new Set<Promise<Snapshot>>()
  const join: Run = async (timeoutSeconds, only) => {
    const key = only?.join() ?? 'all'
    const endsAt = clock() + timeoutSeconds * 1000
    const other = newest.get(key)
    const isEnough = other && other.timeoutSeconds >= timeoutSeconds * leastShare
    if (isEnough && other.endsAt <= endsAt) return other.snapshot
    const mine = { snapshot: run(timeoutSeconds, only), timeoutSeconds, endsAt }
    newest.set(key, mine)
    all.add(mine.snapshot)
    try {
      return await mine.snapshot
    } finally {
      all.delete(mine.snapshot)
      if (newest.get(key) === mine) newest.delete(key)
    }
  }
  return { join, settle: () => Promise.allSettled(all) }
}

/** What a target takes after the probes. For the first page none of its lines is put together yet, and no code compiled. */
const pageSecondsOfTarget = { first: 0.0004, later: 0.0002 } as const

/** How long the probes may take: what they found has to be judged as a whole, written, compressed and sent in time. */
function probingSeconds(timeoutSeconds: number, asked: readonly Watched[], page: 'first' | 'later'): number {
  const targets = asked.reduce((sum, { watch }) => sum + (watch.targets?.size ?? 0), 0)
  const pageSeconds = Math.min(targets * pageSecondsOfTarget[page], timeoutSeconds / 5)
  return Math.max(0, timeoutSeconds - graceSeconds - pageSeconds)
}

interface RoundInput extends Omit<ScraperOptions, 'history' | 'after'> {
  readonly watched: readonly Watched[]
  readonly askOthers: AskOtherShards | undefined
  readonly page: 'first' | 'later'
}

async function runRound(
  { config, context, watched, clock, askOthers, page }: RoundInput,
  timeoutSeconds: number,
  only: readonly CollectorName[] | undefined,
): Promise<Snapshot> {
  const startedAt = clock() / 1000
  const began = performance.now()
  const asked = watched.filter(({ name }) => only?.includes(name) ?? true)
  const signal = AbortSignal.timeout(Math.round(probingSeconds(timeoutSeconds, asked, page) * 1000))
  const round = { signal, timeoutSeconds, now: startedAt }
  const othersFound = only === undefined ? askOthers?.(signal) : undefined
  const results = await Promise.all(asked.map((item) => collectOne(item, round, context.log)))
  const others = await othersFound
  const readings = Object.fromEntries(
    results.flatMap(({ name, reading }) => (reading ? [[name, reading]] : [])),
  )
  return Object.freeze({
    startedAt,
    durationSeconds: (performance.now() - began) / 1000,
    readings: Object.freeze(readings),
    outcomes: results.map((result) => result.outcome),
    collectors: config.collectors,
    settings: config.settings,
    ...(config.shard ? { shard: config.shard } : {}),
    ...(others ? { others } : {}),
  })
}

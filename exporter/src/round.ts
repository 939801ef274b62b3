// The collectors at work: each started once, asked in rounds, its failures kept to itself.
import type { CollectorName } from './collectors/index.ts'
import type { Context, Reading, Round, Watch } from './collectors/collector.ts'
import type { TargetReading } from './collectors/target.ts'
import type { Config } from './config/load.ts'
import { explain } from './log.ts'
import type { Log } from './log.ts'
import type { Outcome } from './probes/outcome.ts'

export interface CollectorOutcome {
  readonly collector: CollectorName
  readonly success: boolean
  readonly durationSeconds: number
}

export interface SingleProbe {
  readonly reading: TargetReading
  readonly outcome: Outcome | undefined
}

export interface Watched {
  readonly name: CollectorName
  readonly watch: Watch
}

// How long after the deadline a collector may still hand in what it has.
export const graceSeconds = 0.1

export function startWatches(config: Config, context: Context): Watched[] {
  return config.collectors.flatMap((collector) => {
    const section = config.settings[collector.name]
    // The section was parsed by this very collector's schema; the list of them cannot say so to the compiler.
    return section === undefined
      ? []
      : [{ name: collector.name, watch: collector.create(section as never, context) }]
  })
}

export async function probeOne(
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

export interface Collected {
  readonly name: CollectorName
  readonly reading: Reading | undefined
  readonly outcome: CollectorOutcome
}

export async function collectOne({ name, watch }: Watched, round: Round, log: Log): Promise<Collected> {
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

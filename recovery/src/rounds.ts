// When rounds run: at their interval, at once when something came in, never two at a time.
import { explain } from '../../exporter/src/log.ts'
import type { Log } from '../../exporter/src/log.ts'
import type { Engine } from './engine.ts'

export interface Rounds {
  wake(): void
  lastRoundAt(): number | undefined
  /** Why it is not well: rounds fail, or one does not end. */
  ailment(): string | undefined
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>
}

interface RoundsOptions {
  readonly engine: Engine
  readonly log: Log
  readonly clock: () => number
  readonly intervalSeconds: number
}

const slowSeconds = 120

export function createRounds({ engine, log, clock, intervalSeconds }: RoundsOptions): Rounds {
  const startedAt = clock()
  let lastRoundAt: number | undefined
  let failure: string | undefined
  let underWay: Promise<void> | undefined
  let isWanted = false

  async function run(): Promise<void> {
    do {
      isWanted = false
      try {
        await engine.round()
        lastRoundAt = clock()
        failure = undefined
      } catch (error) {
        failure = explain(error)
        log.error('round failed', { reason: failure })
      }
    } while (isWanted)
  }

  function wake(): void {
    isWanted = true
    underWay ??= run().finally(() => (underWay = undefined))
  }

  const timer = setInterval(wake, intervalSeconds * 1000)
  return {
    wake,
    lastRoundAt: () => lastRoundAt,
    ailment: () => {
      if (failure !== undefined) return failure
      const age = clock() - (lastRoundAt ?? startedAt)
      return age > slowSeconds + intervalSeconds ? `the last round was ${Math.round(age)} s ago` : undefined
    },
    stop: async () => {
      clearInterval(timer)
      await underWay
      await engine.idle()
    },
  }
}

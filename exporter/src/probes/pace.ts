// Starts of probes spread over the time there is: a burst would measure our own queue, and a cap on
// how many are under way would let hung targets keep the healthy ones waiting.
import { setTimeout as sleep } from 'node:timers/promises'

export interface Pace {
  readonly signal: AbortSignal
  readonly startsPerSecond: number
}

/** Slow enough to measure true latencies, fast enough to leave the last start more than half of `seconds`. */
export function startRate(count: number, seconds: number): number {
  return Math.max(200, count / (seconds * 0.4))
}

/** Starts `probe` for each item in order at a steady rate and waits for all. After an abort the rest start at once. */
export async function runPaced<Item, Result>(
  items: readonly Item[],
  probe: (item: Item) => Promise<Result>,
  { signal, startsPerSecond }: Pace,
): Promise<Result[]> {
  const began = performance.now()
  const running: Promise<Result>[] = []
  for (const [index, item] of items.entries()) {
    const waitMilliseconds = began + (index * 1000) / startsPerSecond - performance.now()
    // Timers tick in milliseconds; starts that are less than one ahead go together.
    if (waitMilliseconds >= 1 && !signal.aborted) {
      await sleep(waitMilliseconds, undefined, { signal }).catch(() => {})
    }
    const started = probe(item)
    // Awaited below with the others; until then a failure is not unhandled.
    started.catch(() => {})
    running.push(started)
  }
  return Promise.all(running)
}

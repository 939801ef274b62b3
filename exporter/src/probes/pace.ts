// Starts of probes spread over the time there is: a burst would measure our own queue, and a cap on
// how many are under way would let hung targets keep the healthy ones waiting.

interface Pace {
  readonly signal: AbortSignal
  readonly startsPerSecond: number
}

/**
 * Starts that are due within so many milliseconds go together, as waking the process is much of what a probe costs: a
 * third less CPU than one by one, and the reported median of 20 ms answers is still within half a millisecond.
 */
const tickMilliseconds = 4

/**
 * A thousand a second is slow enough to report true latencies; slower ones would wake the process for each
 * probe alone, which costs up to three times the CPU. More than fit into half of `seconds` come faster.
 */
export function startRate(count: number, seconds: number): number {
  return Math.max(1000, count / (seconds * 0.4))
}

/** Starts `probe` for each item in order at a steady rate and waits for all. After an abort the rest start at once. */
export async function runPaced<Item, Result>(
  items: readonly Item[],
  probe: (item: Item) => Promise<Result>,
  { signal, startsPerSecond }: Pace,
): Promise<Result[]> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const running: Promise<Result>[] = []
  const began = performance.now()
  // After a stall, too, only so many start together: a loop that is too busy is then given fewer, not more.
  const atOnce = Math.ceil((startsPerSecond * tickMilliseconds) / 1000)
  let next = 0
  let timer: NodeJS.Timeout | undefined
  const start = (): void => {
    for (let started = 0; next < items.length; started += 1) {
      const dueMilliseconds = began + (next * 1000) / startsPerSecond - performance.now()
      const isAhead = started === 0 ? dueMilliseconds >= 1 : dueMilliseconds >= tickMilliseconds
      if ((isAhead || started === atOnce) && !signal.aborted) {
        timer = setTimeout(start, Math.max(1, dueMilliseconds))
        return
      }
      const index = next
      next += 1
      const result = probe(items[index] as Item)
      // Awaited below with the others; until then a failure is not unhandled.
      result.catch(() => {})
      running[index] = result
    }
    resolve()
  }
  const startRest = (): void => {
    clearTimeout(timer)
    start()
  }
  signal.addEventListener('abort', startRest, { once: true })
  start()
  await promise
  signal.removeEventListener('abort', startRest)
  return Promise.all(running)
}

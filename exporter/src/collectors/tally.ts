// Probe totals of one target: the little that must add up between scrapes.
import type { Labels } from '../metrics/metric.ts'
import { remember } from './collector.ts'
import type { Totals } from './target.ts'

const bounds: readonly number[] = Object.freeze([0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5])

export interface Tally {
  /** Counts one probe and returns the totals so far. */
  record(durationSeconds: number, failed: boolean): Totals
  read(): Totals
}

interface Sums {
  probes: number
  failures: number
  seconds: number
  readonly counts: number[]
}

/** The tally of the target with these labels, continued from before a reload where it was known then. */
export function createTally(memory: Map<string, unknown>, labels: Labels): Tally {
  const key = `tally\u0000${labels['kind']}\u0000${labels['target']}`
  const sums = remember<Sums>(memory, key, () => ({
    probes: 0,
    failures: 0,
    seconds: 0,
    counts: Array.from({ length: bounds.length + 1 }, () => 0),
  }))
  const read = (): Totals => {
    const duration = { labels, bounds, counts: [...sums.counts], sum: sums.seconds }
    return { probes: sums.probes, failures: sums.failures, duration }
  }
  const record = (durationSeconds: number, failed: boolean): Totals => {
    sums.probes += 1
    sums.failures += Number(failed)
    sums.seconds += durationSeconds
    const first = bounds.findIndex((bound) => durationSeconds <= bound)
    for (let index = first === -1 ? bounds.length : first; index < sums.counts.length; index += 1) {
      sums.counts[index] = (sums.counts[index] ?? 0) + 1
    }
    return read()
  }
  return { record, read }
}

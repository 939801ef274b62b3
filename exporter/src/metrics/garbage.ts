// How long the collections of garbage took, by their kind.
import { PerformanceObserver, constants } from 'node:perf_hooks'
import { histogram, histogramFamily } from './metric.ts'
import type { Distribution, Family } from './metric.ts'

const duration = histogram('nodejs_gc_duration_seconds', 'How long collections of garbage took, by kind.', [
  'kind',
])
const bounds: readonly number[] = Object.freeze([0.001, 0.01, 0.1, 1])
const kinds: ReadonlyMap<number, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
])

interface Sums extends Distribution {
  readonly counts: number[]
  sum: number
}

/** Watches from now on; what is given has the collections so far. */
export function observeCollections(): () => Family {
  const sums = new Map<string, Sums>(
    Array.from(kinds.values(), (kind) => [
      kind,
      { labels: Object.freeze({ kind }), bounds, counts: [0, 0, 0, 0, 0], sum: 0 },
    ]),
  )
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      // Entries of this type have it; the types do not say so.
      const { kind } = (entry as unknown as { readonly detail: { readonly kind: number } }).detail
      const known = sums.get(kinds.get(kind) ?? '')
      if (known) count(known, entry.duration / 1000)
    }
  })
  observer.observe({ entryTypes: ['gc'] })
  return () => histogramFamily(duration, [...sums.values()])
}

function count(sums: Sums, seconds: number): void {
  sums.sum += seconds
  for (const [index, bound] of [...bounds, Infinity].entries()) {
    if (seconds <= bound) sums.counts[index] = (sums.counts[index] ?? 0) + 1
  }
}

// Our own requests within a sliding window: what is known of a quota of which the source says nothing.

export interface RequestCount {
  add(now: number, requests: number): void
  /** Requests of the last `windowSeconds`. */
  within(now: number, windowSeconds: number): number
  /** When the oldest of these leaves the window. */
  freedAt(now: number, windowSeconds: number): number | undefined
  readonly total: () => number
}

const keepSeconds = 86_400
const maxEntries = 10_000

export function createRequestCount(): RequestCount {
  let entries: { readonly at: number; readonly requests: number }[] = []
  let total = 0
  const recent = (now: number, windowSeconds: number) => entries.filter(({ at }) => at > now - windowSeconds)
  return {
    add(now, requests) {
      if (requests === 0) return
      total += requests
      entries = [...recent(now, keepSeconds), { at: now, requests }].slice(-maxEntries)
    },
    within: (now, windowSeconds) =>
      recent(now, windowSeconds).reduce((sum, entry) => sum + entry.requests, 0),
    freedAt(now, windowSeconds) {
      const oldest = recent(now, windowSeconds)[0]
      return oldest && oldest.at + windowSeconds
    },
    total: () => total,
  }
}

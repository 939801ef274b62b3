// The last verdicts on each target, for the landing page and diagnosis. Prometheus is the real memory.
import type { Reading } from './collectors/collector.ts'
import type { Reason, Status } from './collectors/target.ts'

export interface Verdict {
  readonly status: Status
  readonly reason: Reason
  readonly probedAt: number | undefined
  readonly durationSeconds: number | undefined
}

export interface History {
  record(readings: Readonly<Record<string, Reading | undefined>>): void
  /** Oldest first. */
  of(target: string): readonly Verdict[]
}

export function createHistory(length: number): History {
  const verdicts = new Map<string, Verdict[]>()
  return {
    record(readings) {
      for (const reading of Object.values(readings)) {
        for (const { target, status, reason, probedAt, durationSeconds } of reading?.targets ?? []) {
          const known = verdicts.get(target) ?? []
          if (known.length === 0) verdicts.set(target, known)
          // A reading that was kept from an earlier round is no new verdict.
          if (known.length > 0 && known.at(-1)?.probedAt === probedAt) continue
          known.push({ status, reason, probedAt, durationSeconds })
          // In place: a new list for each of a thousand targets at each scrape would be most of its garbage.
          if (known.length > length) known.shift()
        }
      }
    },
    of: (target) => verdicts.get(target) ?? [],
  }
}

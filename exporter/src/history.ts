// The last verdicts on each target, for the landing page and diagnosis. Prometheus is the real memory.
import type { Reading } from './collectors/collector.ts'
import { reasons, statuses } from './collectors/target.ts'
import type { Reason, Status, TargetReading } from './collectors/target.ts'

export interface Verdict {
  readonly status: Status
  readonly reason: Reason
  readonly probedAt: number | undefined
  readonly durationSeconds: number | undefined
}

export interface History {
  record(readings: Readonly<Record<string, Reading | undefined>>): void
  /** Oldest first; of all that are known, or of the newest `count`. */
  of(target: string, count?: number): readonly Verdict[]
}

/**
 * A hundred verdicts on each of a thousand targets would be a hundred thousand objects, which the collector of garbage
 * would walk through again and again. So: three numbers for each, in a ring, NaN for what is not known.
 */
interface Ring {
  readonly cells: Float64Array
  recorded: number
}

/** Reason and status as one number, time, duration. */
const columns = 3

export function createHistory(length: number): History {
  const rings = new Map<string, Ring>()
  return {
    record(readings) {
      for (const reading of Object.values(readings)) {
        for (const target of reading?.targets ?? []) {
          const ring = rings.get(target.target) ?? { cells: new Float64Array(length * columns), recorded: 0 }
          if (ring.recorded === 0) rings.set(target.target, ring)
          // A reading that was kept from an earlier round is no new verdict.
          if (ring.recorded === 0 || last(ring) !== target.probedAt) write(ring, target)
        }
      }
    },
    of(target, count = length) {
      const ring = rings.get(target)
      if (!ring) return []
      const size = Math.min(count, length, ring.recorded)
      return Array.from({ length: size }, (_, index) => read(ring, ring.recorded - size + index))
    },
  }
}

function cellOf({ cells }: Ring, index: number): number {
  return (index * columns) % cells.length
}

function last(ring: Ring): number | undefined {
  return known(ring.cells[cellOf(ring, ring.recorded - 1) + 1])
}

function write(ring: Ring, { status, reason, probedAt, durationSeconds }: TargetReading): void {
  const at = cellOf(ring, ring.recorded)
  ring.cells[at] = reasons.indexOf(reason) * statuses.length + statuses.indexOf(status)
  ring.cells[at + 1] = probedAt ?? Number.NaN
  ring.cells[at + 2] = durationSeconds ?? Number.NaN
  ring.recorded += 1
}

function read(ring: Ring, index: number): Verdict {
  const at = cellOf(ring, index)
  const verdict = ring.cells[at] ?? 0
  return {
    status: statuses[verdict % statuses.length] ?? 'unknown',
    reason: reasons[Math.floor(verdict / statuses.length)] ?? 'error',
    probedAt: known(ring.cells[at + 1]),
    durationSeconds: known(ring.cells[at + 2]),
  }
}

function known(number: number | undefined): number | undefined {
  return Number.isNaN(number) ? undefined : number
}

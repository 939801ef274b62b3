// How much one pass over a source may read.
import type { DatabaseTaskSource } from '../section.ts'

const pageRows = 5_000
const passRows = 50_000

export interface Budget {
  readonly pageRows: number
  readonly isSpent: (rows: number) => boolean
  /** How far clocks and the numbering of transactions may be apart. */
  readonly marginSeconds: number
  /** How much of the past is read when a table is seen for the first time. */
  readonly historySeconds: number
}

export function openBudget(source: DatabaseTaskSource, timeoutSeconds: number): Budget {
  // Less than half of the time there is, so that what was read can still be taken in, saved and shown.
  const until = performance.now() + timeoutSeconds * 400
  return {
    pageRows,
    isSpent: (rows) => rows >= passRows || performance.now() > until,
    marginSeconds: source.margin,
    historySeconds: source.history,
  }
}

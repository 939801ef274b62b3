// What a kind of source says of itself; reading, counting and judging are the same for all that keep their runs in a
// database.
import type { ClientBase } from 'pg'
import type { Plan } from '../follow/plan.ts'
import type { StatusMap } from '../follow/run.ts'
import type { Schedule } from '../account/slots.ts'

/** Totals that a source keeps itself, by a key that stays the same while the task is renamed. */
export interface SourceTotals {
  readonly key: string
  readonly task: string
  readonly runs: number
  readonly failures: number
}

/** How a task stands to its schedule, told by a scheduler whose schedule is no cron expression. */
export interface ToldSlots {
  readonly task: string
  readonly due: number | undefined
  readonly nextRun: number | undefined
  readonly isOverdue: boolean
  /** When it had the slot for which it is overdue. */
  readonly missedSince: number | undefined
}

/** A slot for which no run began, and none will. */
export interface SkippedSlot {
  readonly id: string
  readonly task: string
  readonly at: number
  readonly error: string | undefined
}

/** What is read besides the runs, in the same snapshot. */
export interface Extras {
  /** Undefined where runs are counted one by one. */
  readonly totals: readonly SourceTotals[] | undefined
  readonly schedules: readonly Schedule[]
  readonly slots: readonly ToldSlots[]
  readonly skipped: readonly SkippedSlot[]
}

export interface Adapter {
  /** What the state belongs to: it is begun afresh when this changes. */
  readonly subject: string
  readonly statuses: StatusMap
  plan(client: ClientBase): Promise<Plan>
  extras(client: ClientBase): Promise<Extras>
}

/** The source is there but not as configured: a column is missing, a right, the whole table. */
export class SchemaError extends Error {}

export const noExtras: Extras = Object.freeze({ totals: undefined, schedules: [], slots: [], skipped: [] })

// A run of a task as its record tells it.

/** How a record stands. `open` is anything that can still change: queued, waiting, running. What is `ignored` ended unseen, or is no run of the task. */
export type Outcome = 'open' | 'success' | 'failed' | 'canceled' | 'ignored' | 'unknown'

/** A record as it was read. Times are Unix seconds by the clock that wrote them. */
export interface RunRecord {
  readonly id: string
  readonly task: string
  readonly type: string | undefined
  readonly status: string | undefined
  readonly startedAt: number | undefined
  readonly finishedAt: number | undefined
  readonly error: string | undefined
  readonly isRetry: boolean
  /** How often this very record was tried again in place. */
  readonly retries: number
}

export interface StatusMap {
  readonly success: readonly string[]
  readonly failed: readonly string[]
  readonly canceled: readonly string[]
  readonly open: readonly string[]
  readonly ignored?: readonly string[]
}

/** A status that no list names is open while the record has no end, and `unknown` once it has one. */
export function judgeOutcome(record: RunRecord, statuses: StatusMap): Outcome {
  const status = record.status?.toLowerCase() ?? ''
  if (statuses.open.includes(status)) return 'open'
  if (statuses.success.includes(status)) return 'success'
  if (statuses.failed.includes(status)) return 'failed'
  if (statuses.canceled.includes(status)) return 'canceled'
  if (statuses.ignored?.includes(status)) return 'ignored'
  return record.finishedAt === undefined ? 'open' : 'unknown'
}

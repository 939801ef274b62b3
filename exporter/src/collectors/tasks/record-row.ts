// A row as Postgres gives it, made into a record.
import type { RunRecord } from './run.ts'

export interface RecordRow {
  readonly id: string
  readonly task: string | null
  readonly type: string | null
  readonly status: string | null
  readonly started_at: number | null
  readonly finished_at: number | null
  readonly error: string | null
  readonly is_retry: boolean
  readonly retries: number
}

const keptNameLength = 200

export function toRecord(row: RecordRow): RunRecord {
  return {
    id: row.id,
    task: toName(row.task) ?? '__unnamed__',
    type: toName(row.type),
    status: row.status ?? undefined,
    startedAt: toTime(row.started_at),
    finishedAt: toTime(row.finished_at),
    error: row.error ?? undefined,
    isRetry: row.is_retry,
    retries: Math.max(0, row.retries),
  }
}

/** What comes from a table and becomes a label is short and printable. */
function toName(text: string | null): string | undefined {
  const name = text
    ?.replaceAll(/[\p{Cc}\p{Cs}]/gu, ' ')
    .slice(0, keptNameLength)
    .trim()
  return name === '' ? undefined : name
}

/** Postgres knows `infinity`, which is no time that a run ended at. */
function toTime(seconds: number | null): number | undefined {
  return seconds === null || !Number.isFinite(seconds) ? undefined : seconds
}

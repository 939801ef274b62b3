// A row as Postgres gives it, made into a record.
import type { RunRecord } from './run.ts'

export interface RecordRow {
  readonly wp_id: string
  readonly wp_task: string | null
  readonly wp_type: string | null
  readonly wp_status: string | null
  readonly wp_started_at: number | null
  readonly wp_finished_at: number | null
  readonly wp_error: string | null
  readonly wp_is_retry: boolean
  readonly wp_retries: number
}

const keptNameLength = 200

export function toRecord(row: RecordRow): RunRecord {
  return {
    id: row.wp_id,
    task: toName(row.wp_task) ?? '__unnamed__',
    type: toName(row.wp_type),
    status: row.wp_status ?? undefined,
    startedAt: toTime(row.wp_started_at),
    finishedAt: toTime(row.wp_finished_at),
    error: row.wp_error ?? undefined,
    isRetry: row.wp_is_retry,
    retries: Math.max(0, row.wp_retries),
  }
}

/** What comes from a table and becomes a label is short and printable, and has no backquote, as names in the configuration. */
function toName(text: string | null): string | undefined {
  const name = text
    ?.replaceAll(/[\p{Cc}\p{Cs}]/gu, ' ')
    .replaceAll('`', "'")
    .slice(0, keptNameLength)
    .trim()
  return name === '' ? undefined : name
}

/** Postgres knows `infinity`, which is no time that a run ended at. */
function toTime(seconds: number | null): number | undefined {
  return seconds === null || !Number.isFinite(seconds) ? undefined : seconds
}

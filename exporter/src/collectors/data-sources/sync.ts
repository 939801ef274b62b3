// When data were last renewed, and how often that happens.
import type { Database } from '../../probes/postgres/postgres.ts'
import { readMoment } from '../judgement/moment.ts'

export interface SyncQuery {
  readonly database: string
  readonly query: string
}

export interface ReadLimits {
  readonly signal: AbortSignal
  readonly timeoutSeconds: number
}

/** Undefined where there was no sync yet; a problem where what came is no time. */
export type LastSync = { readonly at: number | undefined } | { readonly problem: string }

export async function readLastSync(
  { query }: SyncQuery,
  database: Database,
  limits: ReadLimits,
): Promise<LastSync> {
  const { rows, fields } = await database.read(limits, (client) =>
    client.query<unknown[]>({
      text: `SELECT * FROM (${trimmed(query)}\n) AS last_sync LIMIT 1`,
      rowMode: 'array',
    }),
  )
  const value = rows[0]?.[0]
  if (value === null || value === undefined) return { at: undefined }
  const moment = value instanceof Date ? value.getTime() / 1000 : readMoment(value)
  if (moment !== undefined && Number.isFinite(moment)) return { at: moment }
  return {
    problem: `expected a time in the column ${fields[0]?.name ?? ''} of the last sync, got ${typeof value}`,
  }
}

function trimmed(query: string): string {
  return query.trim().replace(/;+$/, '')
}

export interface SyncHistory {
  /** Takes the last sync as it is known now. */
  note(lastSyncAt: number): void
  /** The middle one of the last intervals between syncs, once there have been two. */
  interval(): number | undefined
}

const keptIntervals = 9

export function createSyncHistory(): SyncHistory {
  let last: number | undefined
  let intervals: readonly number[] = []
  return {
    note(lastSyncAt) {
      // A clock that was set back, or rows that were deleted, are no interval.
      if (last !== undefined && lastSyncAt > last)
        intervals = [...intervals, lastSyncAt - last].slice(-keptIntervals)
      last = lastSyncAt
    },
    interval() {
      const sorted = intervals.toSorted((a, b) => a - b)
      return sorted[Math.floor(sorted.length / 2)]
    },
  }
}

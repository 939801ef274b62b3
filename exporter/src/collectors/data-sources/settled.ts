// A source with every default filled in, and opened.
import type { Context } from '../collector.ts'
import { googleBudgets } from './google-budgets.ts'
import { openGoogleSheets } from './google-sheets.ts'
import { openHttpSource } from './http-source.ts'
import { applyPreset } from './presets.ts'
import type { Budget } from './quota/budget.ts'
import type { QuotaSection } from './quota/section.ts'
import type { DataSource } from './section.ts'
import type { Source } from './source.ts'
import { openSqlSource } from './sql-source.ts'

export interface SettledSource {
  readonly configured: DataSource
  readonly source: Source
  readonly quota: QuotaSection | undefined
  /** Shared with other sources. */
  readonly budgets: readonly Budget[]
  readonly timeoutSeconds: number
  readonly minIntervalSeconds: number
  readonly retryIntervalSeconds: number
  readonly staleAfterSeconds: number | undefined
}

const longestRetrySeconds = 60

export function settleSource(given: DataSource, context: Context): SettledSource {
  const configured = given.kind === 'google_sheets' || given.kind === 'sql' ? given : applyPreset(given)
  const timeoutSeconds = configured.timeout ?? context.timeoutSeconds
  const minIntervalSeconds = configured.min_interval ?? (configured.kind === 'google_sheets' ? 300 : 0)
  const { sync_every, stale_after, retry_interval } = configured
  return {
    configured,
    source: openSource(configured, context, timeoutSeconds),
    quota: 'quota' in configured ? configured.quota : undefined,
    budgets: configured.kind === 'google_sheets' ? googleBudgets(configured, context.memory) : [],
    timeoutSeconds,
    minIntervalSeconds,
    retryIntervalSeconds: retry_interval ?? Math.min(longestRetrySeconds, minIntervalSeconds),
    staleAfterSeconds: stale_after ?? (sync_every === undefined ? undefined : 2 * sync_every),
  }
}

/** Whether the last sync is asked of a database beside the source itself. */
export function isToldByDatabase({ configured: { kind, last_sync } }: SettledSource): boolean {
  return kind !== 'sql' && last_sync !== undefined && 'database' in last_sync
}

function openSource(source: DataSource, { databases }: Context, timeoutSeconds: number): Source {
  switch (source.kind) {
    case 'google_sheets':
      return openGoogleSheets(source, timeoutSeconds)
    case 'sql':
      return openSqlSource(source, databases.get(source.last_sync.database), timeoutSeconds)
    default:
      return openHttpSource(source, timeoutSeconds)
  }
}

// A source that is seen only by what it left in a database: connected as long as the database says when that was.
import { explainPostgres, isRefusedStatement } from '../../probes/postgres/failure.ts'
import type { Database } from '../../probes/postgres/postgres.ts'
import type { SqlSource } from './section.ts'
import { failed, healthy } from './source.ts'
import type { Answer, Source, Verdict } from './source.ts'
import { readLastSync } from './sync.ts'

export function openSqlSource(
  { last_sync }: SqlSource,
  database: Database | undefined,
  timeoutSeconds: number,
): Source {
  async function look(signal: AbortSignal): Promise<Verdict & Pick<Answer, 'lastSyncAt'>> {
    if (!database)
      return { ...unknown(`${last_sync.database} cannot be asked by SQL`), lastSyncAt: undefined }
    try {
      const found = await readLastSync(last_sync, database, { signal, timeoutSeconds })
      if ('problem' in found) return { ...failed('body', found.problem), lastSyncAt: undefined }
      const never = failed('body', 'expected the time of a last sync, got none')
      return { ...(found.at === undefined ? never : healthy), lastSyncAt: found.at }
    } catch (error) {
      const { detail } = explainPostgres(error, signal)
      return {
        ...(isRefusedStatement(error) ? failed('error', detail) : unknown(detail)),
        lastSyncAt: undefined,
      }
    }
  }
  return {
    url: `database ${last_sync.database}`,
    async ask({ signal }) {
      const began = performance.now()
      const found = await look(signal)
      return { ...nothingElse, ...found, durationSeconds: (performance.now() - began) / 1000 }
    },
  }
}

/** When the database does not answer, nothing is known of the source. */
function unknown(detail: string): Verdict {
  return { status: 'unknown', reason: 'unreachable_dependency', detail }
}

const nothingElse = {
  phases: {},
  certificate: undefined,
  assertions: [],
  values: [],
  isRateLimited: false,
  waitUntil: undefined,
  quota: undefined,
  requests: 0,
}

// What can be known of the queries before they run: EXPLAIN plans them against the real tables.
import { explain } from '../../log.ts'
import { isRefusedStatement } from '../../probes/postgres/failure.ts'
import type { Context } from '../collector.ts'
import { wrapQuery } from './query.ts'
import type { Statistic } from './section.ts'

const limitMilliseconds = 10_000

/** Logs each query that its database refuses. A database that cannot be reached says nothing against a query. */
export async function verifyStatistics(
  statistics: readonly Statistic[],
  { databases, log }: Pick<Context, 'databases' | 'log'>,
): Promise<void> {
  const signal = AbortSignal.timeout(limitMilliseconds)
  const limits = { signal, timeoutSeconds: limitMilliseconds / 1000 }
  for (const statistic of statistics) {
    try {
      await databases
        .get(statistic.database)
        ?.read(limits, (client) => client.query(`EXPLAIN ${wrapQuery(statistic)}`))
    } catch (error) {
      if (!isRefusedStatement(error)) continue
      log.error('statistic refused by its database', { statistic: statistic.name, detail: explain(error) })
    }
  }
}

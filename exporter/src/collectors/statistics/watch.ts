// One statistic: asked when it is due, turned into series, its troubles named once.
import { explainPostgres } from '../../probes/postgres/failure.ts'
import type { Database } from '../../probes/postgres/postgres.ts'
import type { Context, Round } from '../collector.ts'
import { hasPassed } from '../elapsed.ts'
import { wrapQuery } from './query.ts'
import { readRows } from './rows.ts'
import type { Row, Series } from './rows.ts'
import type { Statistic } from './section.ts'

export interface StatisticReading {
  readonly statistic: Statistic
  readonly success: boolean
  /** Why it did not succeed, for people. */
  readonly detail: string | undefined
  readonly durationSeconds: number | undefined
  /** Unix seconds of the reading that is served. */
  readonly readAt: number | undefined
  readonly series: Series | undefined
}

export interface StatisticWatch {
  readonly database: string
  /** Whether the last attempt failed: such are asked last, so that a hanging one costs only its own number. */
  hasFailed(): boolean
  read(round: Round): Promise<StatisticReading>
  /** What is served when there was no time left to ask. */
  skip(): StatisticReading
}

/** A query that is too slow is a burden on the database: it gets a tenth of the time at most. */
const restPerTimeout = 10

export function watchStatistic(statistic: Statistic, context: Context): StatisticWatch {
  const database = context.databases.get(statistic.database)
  const timeoutSeconds = statistic.timeout ?? context.timeoutSeconds
  const report = createReporter(statistic, context)
  const minIntervalSeconds = statistic.min_interval ?? 0
  let last: StatisticReading | undefined
  let restSeconds = 0
  let triedAt = 0

  async function read({ signal, now }: Round): Promise<StatisticReading> {
    const waitSeconds = last?.success ? minIntervalSeconds : restSeconds
    if (last && !hasPassed(waitSeconds, { at: triedAt, now })) return last
    triedAt = now
    const began = performance.now()
    const limit = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(timeoutSeconds * 1000))])
    const outcome = await ask(statistic, database, { signal: limit, timeoutSeconds })
    report(outcome)
    const durationSeconds = (performance.now() - began) / 1000
    // Not when it was only cut short by the end of the round.
    const isTooSlow = outcome.isTooSlow && durationSeconds >= 0.9 * timeoutSeconds
    restSeconds = isTooSlow ? restPerTimeout * timeoutSeconds : 0
    const readAt = outcome.series ? now : last?.readAt
    last = { statistic, success: outcome.series !== undefined, durationSeconds, readAt, ...outcome }
    return last
  }

  function skip(): StatisticReading {
    const detail = 'the deadline passed before it was its turn'
    return {
      statistic,
      success: false,
      detail,
      durationSeconds: undefined,
      readAt: last?.readAt,
      series: undefined,
    }
  }
  return { database: statistic.database, hasFailed: () => last?.success === false, read, skip }
}

interface Outcome {
  readonly series: Series | undefined
  readonly detail: string | undefined
  readonly isTooSlow: boolean
}

interface Limits {
  readonly signal: AbortSignal
  readonly timeoutSeconds: number
}

async function ask(statistic: Statistic, database: Database | undefined, limits: Limits): Promise<Outcome> {
  if (!database) return failed(`${statistic.database} cannot be asked by SQL`)
  try {
    const { fields, rows } = await database.read(limits, (client) => client.query<Row>(wrapQuery(statistic)))
    const columns = fields.map((field) => field.name)
    return { series: readRows(statistic, columns, rows), detail: undefined, isTooSlow: false }
  } catch (error) {
    const { failure, detail } = explainPostgres(error, limits.signal)
    return failed(failure === 'error' ? detail : `${failure}: ${detail}`, failure === 'timeout')
  }
}

function failed(detail: string, isTooSlow = false): Outcome {
  return { series: undefined, detail, isTooSlow }
}

/** Logs on change: what failed, what came back, and rows that had to be dropped. */
function createReporter({ name, database }: Statistic, { log }: Context): (outcome: Outcome) => void {
  let known = ''
  return ({ series, detail }) => {
    const drops = Object.entries(series?.dropped ?? {}).filter(([, count]) => count > 0)
    const reasons = drops.map(([reason]) => reason).join(' ')
    const current = detail ?? reasons
    if (current === known) return
    known = current
    const fields = { statistic: name, database }
    if (detail !== undefined) log.warn('statistic not read', { ...fields, detail })
    else if (reasons !== '')
      log.warn('rows of a statistic dropped', { ...fields, ...Object.fromEntries(drops) })
    else log.info('statistic read again', fields)
  }
}

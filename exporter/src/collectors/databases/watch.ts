// One database: asked, judged and counted.
import type { Outcome } from '../../probes/outcome.ts'
import { askIn, probePostgres } from '../../probes/postgres/session.ts'
import type { Connection } from '../../probes/connection/dial.ts'
import type { Database, ReadLimits } from '../../probes/postgres/postgres.ts'
import { probeRedis } from '../../probes/redis.ts'
import { publicUrl } from '../../schema/http-url.ts'
import type { Context, Round } from '../collector.ts'
import { createTally } from '../tally.ts'
import type { TargetReading } from '../target.ts'
import type { DatabaseFacts } from './facts.ts'
import { askPostgres } from './postgres.ts'
import type { Answers } from './postgres.ts'
import { readRedisFacts } from './redis.ts'
import type { DatabaseSection } from './section.ts'

export interface DatabaseReading extends TargetReading {
  readonly facts: Partial<DatabaseFacts>
  /** What kept a question from being answered, by question; undefined for those that were. */
  readonly problems: Readonly<Record<string, string | undefined>>
}

/** What one probe met, with what the server said of itself. */
export interface DatabaseOutcome extends Outcome, Connection {
  readonly facts: Partial<DatabaseFacts>
  readonly problems: DatabaseReading['problems']
}

export function watchDatabase(
  database: DatabaseSection,
  context: Context,
): (round: Round) => Promise<DatabaseReading> {
  const labels = Object.freeze({ target: database.name, kind: 'database' })
  const info = Object.freeze({ url: publicUrl(database.url.reveal()) })
  const tally = createTally(context.memory, labels)
  const timeoutSeconds = database.timeout ?? context.timeoutSeconds
  const reportChange = createReporter(database.name, context)
  return async (round) => {
    const signal = AbortSignal.any([round.signal, AbortSignal.timeout(Math.ceil(timeoutSeconds * 1000))])
    const asked = { ...round, signal }
    const found = await (database.kind === 'redis'
      ? askRedisServer(database, asked)
      : askPostgresServer(database, asked, { timeoutSeconds, pool: context.databases.get(database.name) }))
    round.trace?.(found)
    const { failure, detail, durationSeconds, phases, certificate, tlsVersion, facts, problems } = found
    const isDown = failure !== undefined
    reportChange({ failure, detail, problems })
    return {
      target: database.name,
      kind: 'database',
      labels,
      info,
      status: isDown ? 'error' : 'healthy',
      reason: failure ?? 'none',
      detail,
      probedAt: round.now,
      assertions: [],
      dependencies: context.dependencies.get(database.name) ?? [],
      totals: tally.record(durationSeconds, isDown),
      durationSeconds,
      phases,
      certificate,
      tlsVersion,
      facts,
      problems,
    }
  }
}

interface PostgresAccess {
  readonly timeoutSeconds: number
  readonly pool: Database | undefined
}

async function askPostgresServer(
  database: DatabaseSection,
  { signal }: Round,
  { timeoutSeconds, pool }: PostgresAccess,
): Promise<DatabaseOutcome> {
  const limits = { signal, timeoutSeconds }
  const address = { url: database.url.reveal(), tls: database.tls }
  const { result, ...outcome } = await probePostgres({ ...address, ...limits }, askPostgres)
  // A full server turns newcomers away, and who fills it can only be asked through a door that is still open.
  const answers = outcome.failure === 'quota' ? await askThroughPool(pool, limits) : result
  return { ...outcome, facts: answers?.facts ?? {}, problems: answers?.problems ?? {} }
}

async function askThroughPool(pool: Database | undefined, limits: ReadLimits): Promise<Answers | undefined> {
  try {
    return await pool?.read(limits, (client) => askPostgres(askIn(client)))
  } catch {
    // The pool was empty, and is turned away as well: the verdict says all there is to say.
    return undefined
  }
}

async function askRedisServer(
  { url, tls }: DatabaseSection,
  { signal, now }: Round,
): Promise<DatabaseOutcome> {
  const { info, problem, ...outcome } = await probeRedis(url.reveal(), signal, tls)
  const isTold = info !== undefined && problem === undefined
  return {
    ...outcome,
    facts: isTold ? readRedisFacts(info, now) : {},
    problems: { info: problem },
  }
}

type Change = Pick<DatabaseOutcome, 'failure' | 'detail' | 'problems'>

/** Says in the log what has changed since the last round, and nothing when nothing has. */
function createReporter(target: string, { log }: Context): (change: Change) => void {
  let lastFailure: string | undefined
  let lastProblems = new Set<string>()
  return ({ failure, detail, problems }) => {
    if (failure !== lastFailure) {
      if (failure === undefined) log.info('target changed', { target, status: 'healthy', reason: 'none' })
      else log.warn('target changed', { target, status: 'error', reason: failure, detail })
    }
    lastFailure = failure
    if (failure !== undefined) return
    const current = Object.entries(problems).flatMap(([query, problem]) =>
      problem ? [{ query, problem }] : [],
    )
    for (const { query, problem } of current) {
      if (!lastProblems.has(query))
        log.warn('database question not answered', { target, query, detail: problem })
    }
    lastProblems = new Set(current.map(({ query }) => query))
  }
}

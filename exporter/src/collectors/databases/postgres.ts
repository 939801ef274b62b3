// What Postgres says of itself. Each question stands alone: a missing grant costs its own series and no other.
import type { Ask } from '../../probes/postgres/session.ts'
import { explain } from '../../log.ts'
import type { DatabaseFacts, LockWait } from './facts.ts'

/** The questions by name, which is the value of the label `query`. */
const questions = {
  server: askServer,
  sessions: askSessions,
  locks: askLocks,
  activity: askActivity,
  size: askSize,
  replication: askReplication,
} as const

type PartialFacts = Partial<DatabaseFacts>

export interface Answers {
  readonly facts: PartialFacts
  /** What went wrong, by question; undefined where nothing did. */
  readonly problems: Readonly<Record<string, string | undefined>>
}

export async function askPostgres(ask: Ask): Promise<Answers> {
  const facts: PartialFacts = {}
  const problems: Record<string, string | undefined> = {}
  for (const [name, question] of Object.entries(questions)) {
    try {
      Object.assign(facts, await question(ask))
      problems[name] = undefined
    } catch (error) {
      problems[name] = explain(error)
    }
  }
  return { facts, problems }
}

interface ServerRow {
  version: string
  role: 'primary' | 'standby'
  started: number
  most: number
  reserved: number
}

async function askServer(ask: Ask): Promise<PartialFacts> {
  // reserved_connections is there from version 16 on.
  const [row] = await ask<ServerRow>(`
    SELECT current_setting('server_version') AS version,
      CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE 'primary' END AS role,
      extract(epoch FROM pg_postmaster_start_time())::float8 AS started,
      current_setting('max_connections')::int AS most,
      current_setting('superuser_reserved_connections')::int
        + coalesce(current_setting('reserved_connections', true), '0')::int AS reserved`)
  if (!row) return {}
  return {
    version: row.version.split(' ')[0],
    role: row.role,
    startedAt: row.started,
    connectionsMax: row.most,
    connectionsReserved: row.reserved,
  }
}

const sessionStates: Readonly<Record<string, string>> = {
  // Since version 18: signing in.
  starting: 'starting',
  active: 'active',
  idle: 'idle',
  'idle in transaction': 'idle_in_transaction',
  'idle in transaction (aborted)': 'idle_in_transaction_aborted',
  hidden: 'hidden',
}

interface SessionRow {
  state: string
  sessions: number
  longest: number | null
}

async function askSessions(ask: Ask): Promise<PartialFacts> {
  // Without pg_monitor the state of other users' sessions is null, as is backend_type; datid tells clients apart.
  const rows = await ask<SessionRow>(`
    SELECT coalesce(state, 'hidden') AS state, count(*)::int AS sessions,
      extract(epoch FROM max(clock_timestamp() - xact_start) FILTER (WHERE pid <> pg_backend_pid()))::float8 AS longest
    FROM pg_stat_activity
    WHERE backend_type = 'client backend' OR (backend_type IS NULL AND datid IS NOT NULL)
    GROUP BY 1`)
  const connections: Record<string, number> = Object.fromEntries(
    Object.values(sessionStates).map((state) => [state, 0]),
  )
  for (const { state, sessions } of rows) {
    const key = sessionStates[state] ?? 'other'
    connections[key] = (connections[key] ?? 0) + sessions
  }
  const isComplete = (connections['hidden'] ?? 0) === 0
  const longest = Math.max(0, ...rows.map((row) => row.longest ?? 0))
  return { connections, longestTransactionSeconds: isComplete ? longest : undefined }
}

const maxLockWaits = 20

async function askLocks(ask: Ask): Promise<PartialFacts> {
  const [grant] = await ask<{ granted: boolean }>(
    `SELECT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS granted`,
  )
  if (grant?.granted !== true) throw new Error('expected the role to be a member of pg_monitor')
  // Only who waits is asked for blockers: pg_blocking_pids stops the lock manager for a moment each time.
  const rows = await ask<LockWaitRow>(`
    WITH waiting AS MATERIALIZED (
      SELECT pid, application_name, pg_blocking_pids(pid) AS blockers FROM pg_stat_activity
      WHERE wait_event_type = 'Lock' LIMIT 500)
    SELECT waiting.pid AS "blockedPid", waiting.application_name AS blocked, blocker_pid AS "blockerPid",
      coalesce(blocker.application_name, 'prepared transaction') AS blocker,
      coalesce(blocker.usename, '') AS "blockerUser", coalesce(blocker.state, '') AS "blockerState",
      blocker_pid = ANY (SELECT pid FROM waiting) AS "blockerWaits",
      extract(epoch FROM clock_timestamp() - blocker.xact_start)::float8 AS "blockerSeconds"
    FROM waiting CROSS JOIN LATERAL unnest(blockers) AS blocker_pid
    LEFT JOIN pg_stat_activity AS blocker ON blocker.pid = blocker_pid`)
  return { blockedSessions: new Set(rows.map((row) => row.blockedPid)).size, lockWaits: groupWaits(rows) }
}

interface LockWaitRow {
  blockedPid: number
  blocked: string
  blockerPid: number
  blocker: string
  blockerUser: string
  blockerState: string
  blockerWaits: boolean
  blockerSeconds: number | null
}

/** By application, since process ids would make a new series for every session; the longest queues first. */
function groupWaits(rows: readonly LockWaitRow[]): LockWait[] {
  const groups = Map.groupBy(rows, ({ blocker, blocked }) => JSON.stringify([blocker, blocked]))
  const waits = [...groups.values()].flatMap((group) => {
    // Whoever waits itself is only a link of the chain; the one to look at is at its end.
    const head = group.find((row) => !row.blockerWaits) ?? group[0]
    if (!head) return []
    const { blocker, blocked, blockerPid, blockerUser, blockerState, blockerSeconds } = head
    const sessions = new Set(group.map((row) => row.blockedPid)).size
    const root = !head.blockerWaits
    const seconds = blockerSeconds ?? undefined
    return [
      { blocker, blocked, sessions, root, blockerPid, blockerUser, blockerState, blockerSeconds: seconds },
    ]
  })
  return waits.toSorted((a, b) => b.sessions - a.sessions).slice(0, maxLockWaits)
}

interface ActivityRow {
  commits: number
  rollbacks: number
  deadlocks: number
  hits: number
  misses: number
}

async function askActivity(ask: Ask): Promise<PartialFacts> {
  const [row] = await ask<ActivityRow>(`
    SELECT xact_commit::float8 AS commits, xact_rollback::float8 AS rollbacks, deadlocks::float8 AS deadlocks,
      blks_hit::float8 AS hits, blks_read::float8 AS misses
    FROM pg_stat_database WHERE datname = current_database()`)
  if (!row) return {}
  return {
    transactions: { commit: row.commits, rollback: row.rollbacks },
    deadlocks: row.deadlocks,
    cacheHits: row.hits,
    cacheMisses: row.misses,
  }
}

async function askSize(ask: Ask): Promise<PartialFacts> {
  const [row] = await ask<{ size: number }>('SELECT pg_database_size(current_database())::float8 AS size')
  return { sizeBytes: row?.size }
}

interface ReplicationRow {
  standby: boolean
  lag: number | null
  replicas: number
  visible: number
}

async function askReplication(ask: Ask): Promise<PartialFacts> {
  // A standby that has replayed all it received is not behind, however long ago the last change was; unless it
  // receives nothing.
  const [row] = await ask<ReplicationRow>(`
    SELECT pg_is_in_recovery() AS standby,
      CASE WHEN NOT pg_is_in_recovery() THEN (SELECT extract(epoch FROM max(replay_lag)) FROM pg_stat_replication)
        WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
          AND EXISTS (SELECT FROM pg_stat_wal_receiver) THEN 0
        ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END::float8 AS lag,
      (SELECT count(*) FROM pg_stat_replication)::int AS replicas,
      (SELECT count(state) FROM pg_stat_replication)::int AS visible`)
  if (!row) return {}
  // replay_lag is null where a standby has nothing to catch up with, and also where we may not see it.
  const isIdle = row.replicas > 0 && row.visible === row.replicas
  const lag = row.lag ?? (isIdle ? 0 : undefined)
  return { replicationLagSeconds: lag, replicas: row.standby ? undefined : row.replicas }
}

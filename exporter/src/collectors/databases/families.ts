// How what is known of databases becomes metrics.
import { counter, family, gauge, withLabel } from '../../metrics/metric.ts'
import type { Family, Labels, Metric } from '../../metrics/metric.ts'
import type { PoolUse } from '../../probes/postgres/postgres.ts'
import type { DatabaseFacts } from './facts.ts'
import type { DatabaseReading } from './watch.ts'

const of = ['target']

/** One number of a database, and where it is found. */
interface Fact {
  readonly metric: Metric
  readonly pick: (facts: Partial<DatabaseFacts>) => number | undefined
}

const single: readonly Fact[] = [
  {
    metric: gauge(
      'watchpost_database_connections_max',
      'Sessions that the server admits at once, from max_connections, for Redis maxclients.',
      of,
    ),
    pick: (facts) => facts.connectionsMax,
  },
  {
    metric: gauge(
      'watchpost_database_connections_reserved',
      'Sessions of the maximum that are kept for superusers and reserved roles.',
      of,
    ),
    pick: (facts) => facts.connectionsReserved,
  },
  {
    metric: gauge(
      'watchpost_database_longest_transaction_seconds',
      'Age of the oldest open transaction of a client, from pg_stat_activity; 0 where there is none.',
      of,
    ),
    pick: (facts) => facts.longestTransactionSeconds,
  },
  {
    metric: gauge(
      'watchpost_database_blocked_sessions',
      'Sessions that wait for a lock, from pg_stat_activity.',
      of,
    ),
    pick: (facts) => facts.blockedSessions,
  },
  {
    metric: counter('watchpost_database_deadlocks_total', 'Deadlocks, from pg_stat_database.', of),
    pick: (facts) => facts.deadlocks,
  },
  {
    metric: counter(
      'watchpost_database_cache_hits_total',
      'Reads served from memory, from blks_hit of pg_stat_database or keyspace_hits of Redis.',
      of,
    ),
    pick: (facts) => facts.cacheHits,
  },
  {
    metric: counter(
      'watchpost_database_cache_misses_total',
      'Reads not served from memory, from blks_read of pg_stat_database or keyspace_misses of Redis.',
      of,
    ),
    pick: (facts) => facts.cacheMisses,
  },
  {
    metric: gauge('watchpost_database_size_bytes', 'Size on disk, from pg_database_size.', of),
    pick: (facts) => facts.sizeBytes,
  },
  {
    metric: gauge(
      'watchpost_database_replication_lag_seconds',
      'How far a standby is behind; on a primary, its standby that is farthest behind.',
      of,
    ),
    pick: (facts) => facts.replicationLagSeconds,
  },
  {
    metric: gauge('watchpost_database_replicas', 'Standbys that are connected to this primary.', of),
    pick: (facts) => facts.replicas,
  },
  {
    metric: gauge('watchpost_database_start_timestamp_seconds', 'When the server was started.', of),
    pick: (facts) => facts.startedAt,
  },
  {
    metric: gauge('watchpost_database_memory_bytes', 'Memory that Redis uses, from used_memory.', of),
    pick: (facts) => facts.memoryBytes,
  },
  {
    metric: gauge('watchpost_database_memory_max_bytes', 'Memory that Redis may use, from maxmemory.', of),
    pick: (facts) => facts.memoryMaxBytes,
  },
  {
    metric: counter('watchpost_database_evictions_total', 'Keys that Redis dropped for want of memory.', of),
    pick: (facts) => facts.evictions,
  },
  {
    metric: counter('watchpost_database_commands_total', 'Commands that Redis has run.', of),
    pick: (facts) => facts.commands,
  },
]

const info = gauge('watchpost_database_info', 'What the server says it is; always 1.', [
  ...of,
  'version',
  'role',
])
const connections = gauge(
  'watchpost_database_connections',
  'Sessions of clients by state, from pg_stat_activity or INFO; state hidden without membership in pg_monitor.',
  [...of, 'state'],
)
const transactions = counter(
  'watchpost_database_transactions_total',
  'Transactions that ended, from pg_stat_database.',
  [...of, 'outcome'],
)
const lockWaits = gauge(
  'watchpost_database_lock_waits',
  'Sessions of the application blocked that wait for a lock of the application blocker, the 20 largest groups.',
  [...of, 'blocker', 'blocked'],
)
const answered = gauge(
  'watchpost_database_query_success',
  'Whether the database answered this question in the last probe; a missing grant shows here.',
  [...of, 'query'],
)
const pool = gauge(
  'watchpost_database_pool_connections',
  'Connections of the small pool that Watchpost itself reads tasks and statistics through.',
  [...of, 'state'],
)
const poolWaiting = gauge(
  'watchpost_database_pool_waiting',
  'Readers inside Watchpost that wait for a connection of its pool.',
  of,
)

export const databaseMetrics: readonly Metric[] = [
  info,
  connections,
  ...single.map(({ metric }) => metric),
  transactions,
  lockWaits,
  answered,
  pool,
  poolWaiting,
]

export function databaseFamilies(
  targets: readonly DatabaseReading[],
  pools: ReadonlyMap<string, PoolUse>,
): Family[] {
  const own = targets.map((target) => ({ ...target, labels: labelsOf(target) }))
  return [
    family(
      info,
      own.flatMap(({ labels, facts: { version, role } }) =>
        version === undefined ? [] : [[{ ...labels, version, role: role ?? '' }, 1] as const],
      ),
    ),
    family(
      connections,
      own.flatMap((t) => spread(t.labels, 'state', t.facts.connections)),
    ),
    ...single.map(({ metric, pick }) =>
      family(
        metric,
        own.map(({ labels, facts }) => [labels, pick(facts)]),
      ),
    ),
    family(
      transactions,
      own.flatMap((t) => spread(t.labels, 'outcome', t.facts.transactions)),
    ),
    family(
      lockWaits,
      own.flatMap(({ labels, facts }) =>
        (facts.lockWaits ?? []).map((w) => [
          { ...labels, blocker: w.blocker, blocked: w.blocked },
          w.sessions,
        ]),
      ),
    ),
    family(
      answered,
      own.flatMap(({ labels, problems }) =>
        Object.entries(problems).map(([query, problem]) => [withLabel(labels, 'query', query), !problem]),
      ),
    ),
    ...poolFamilies(pools),
  ]
}

function poolFamilies(pools: ReadonlyMap<string, PoolUse>): Family[] {
  const uses = [...pools].map(([target, use]) => ({ labels: Object.freeze({ target }), use }))
  return [
    family(
      pool,
      uses.flatMap(({ labels, use }) => spread(labels, 'state', { busy: use.busy, idle: use.idle })),
    ),
    family(
      poolWaiting,
      uses.map(({ labels, use }) => [labels, use.waiting]),
    ),
  ]
}

function spread(
  labels: Labels,
  label: string,
  values: Readonly<Record<string, number>> | undefined,
): [Labels, number][] {
  return Object.entries(values ?? {}).map(([value, number]) => [withLabel(labels, label, value), number])
}

const shortened = new WeakMap<Labels, Labels>()

/** `{target}` of a target's labels, the same object each time. */
function labelsOf(target: DatabaseReading): Labels {
  const known = shortened.get(target.labels) ?? Object.freeze({ target: target.target })
  shortened.set(target.labels, known)
  return known
}

// What Redis says of itself in INFO.
import type { DatabaseFacts } from './facts.ts'

type Info = Readonly<Record<string, string>>

export function readRedisFacts(info: Info, now: number): Partial<DatabaseFacts> {
  const number = (key: string): number | undefined => {
    const value = Number(info[key] === undefined || info[key] === '' ? NaN : info[key])
    return Number.isFinite(value) ? value : undefined
  }
  const clients = number('connected_clients')
  const blocked = number('blocked_clients') ?? 0
  const uptimeSeconds = number('uptime_in_seconds')
  const isReplica = info['role'] === 'slave'
  return {
    version: info['redis_version'],
    role: isReplica ? 'standby' : 'primary',
    startedAt: uptimeSeconds === undefined ? undefined : Math.round(now - uptimeSeconds),
    connections: clients === undefined ? {} : { connected: clients - blocked, blocked },
    connectionsMax: number('maxclients'),
    cacheHits: number('keyspace_hits'),
    cacheMisses: number('keyspace_misses'),
    memoryBytes: number('used_memory'),
    // 0 says that there is no limit.
    memoryMaxBytes: number('maxmemory') || undefined,
    evictions: number('evicted_keys'),
    commands: number('total_commands_processed'),
    // −1 while it has never heard of its primary.
    replicationLagSeconds: isReplica ? positive(number('master_last_io_seconds_ago')) : undefined,
    replicas: isReplica ? undefined : number('connected_slaves'),
  }
}

function positive(value: number | undefined): number | undefined {
  return value === undefined || value < 0 ? undefined : value
}

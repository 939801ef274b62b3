import { expect, test } from 'vitest'
import { readRedisFacts } from './redis.ts'

test('a primary shows its clients, memory, evictions and hits', () => {
  const info = {
    redis_version: '8.2.1',
    role: 'master',
    connected_slaves: '1',
    uptime_in_seconds: '100',
    connected_clients: '5',
    blocked_clients: '2',
    maxclients: '10000',
    used_memory: '1048576',
    maxmemory: '2097152',
    evicted_keys: '7',
    keyspace_hits: '90',
    keyspace_misses: '10',
    total_commands_processed: '123',
  }
  expect(readRedisFacts(info, 1_000)).toEqual({
    version: '8.2.1',
    role: 'primary',
    startedAt: 900,
    connections: { connected: 3, blocked: 2 },
    connectionsMax: 10_000,
    cacheHits: 90,
    cacheMisses: 10,
    memoryBytes: 1_048_576,
    memoryMaxBytes: 2_097_152,
    evictions: 7,
    commands: 123,
    replicationLagSeconds: undefined,
    replicas: 1,
  })
})

test('what is unlimited, unknown or nonsense is absent', () => {
  const info = { role: 'slave', master_last_io_seconds_ago: '-1', maxmemory: '0', used_memory: 'much' }
  expect(readRedisFacts(info, 1_000)).toMatchObject({
    role: 'standby',
    connections: {},
    memoryBytes: undefined,
    memoryMaxBytes: undefined,
    replicationLagSeconds: undefined,
  })
})

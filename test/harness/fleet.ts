// A demo fleet for a test file, whole again after each test, with the questions that tests ask it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { startFleet } from '../../demo/fleet.ts'
import type { Fleet } from '../../demo/fleet.ts'
import { requireProgram } from '../../demo/programs/find.ts'

export interface Health {
  readonly status: string
  readonly uptime: number
  readonly response_time: number
  readonly memory_usage: number
  readonly cpu_usage: number
  readonly request_count: number
  readonly error_count: number
  readonly dependencies: readonly { readonly name: string; readonly status: string }[]
  readonly version: string
}

export interface HealthAnswer {
  readonly code: number
  readonly body: Health
}

export interface TestFleet {
  readonly fleet: Fleet
  /** Breaks something until the end of the test. */
  spoil(name: string, fault: string): Promise<void>
  health(service: string): Promise<HealthAnswer>
  /** What the exporter's role reads. */
  rows(sql: string): Promise<unknown[]>
  /** Of what may follow FROM. */
  count(what: string): Promise<number>
}

/** For the whole file: the fleet is there in the tests, not before. `speed` 30 runs an hourly task every 2 s. */
export function useFleet(speed: number): TestFleet {
  let directory: string
  let fleet: Fleet | undefined
  const broken = new Set<string>()
  const current = (): Fleet => {
    if (!fleet) throw new Error('the fleet has not been started yet')
    return fleet
  }

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'watchpost-test-fleet-'))
    const redis = await requireProgram('redis-server', { log: () => {} })
    fleet = await startFleet({ ports: 'ephemeral', dataDirectory: directory, speed, redis })
  })
  afterEach(async () => {
    for (const name of broken) await current().heal(name)
    broken.clear()
  })
  afterAll(async () => {
    await fleet?.stop()
    await rm(directory, { recursive: true })
  })

  return {
    get fleet() {
      return current()
    },
    async spoil(name, fault) {
      broken.add(name)
      await current().break(name, fault)
    },
    async health(service) {
      // A connection of its own: one from before would end in the middle when the service goes down.
      const headers = { connection: 'close' }
      const answer = await fetch(`${current().services[service] ?? ''}/health`, { headers })
      return { code: answer.status, body: (await answer.json()) as Health }
    },
    rows: (sql) => query(current().databaseUrl, sql),
    async count(what) {
      const [row] = await query(current().databaseUrl, `SELECT count(*) FROM ${what}`)
      return Number((row as { count: string }).count)
    },
  }
}

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString })
  // The query tells of a server that goes away.
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

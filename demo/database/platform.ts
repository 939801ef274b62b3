// The database `platform_db`: a server of our own, or one that is already there.
import { readFile } from 'node:fs/promises'
import { Client, Pool } from 'pg'
import type { Postgres } from './postgres.ts'
import { createPostgres } from './postgres.ts'
import type { PostgresOptions } from './postgres.ts'

export interface PlatformDatabase {
  /** For the exporter: may read all and change nothing. Of a database that was given, the URL that was given. */
  readonly url: string
  /** For recovery: may end sessions, and read nothing. Undefined where the server is not ours. */
  readonly recoveryUrl: string | undefined
  /** For services and scheduler: owns the tables. */
  readonly ownerUrl: string
  readonly pool: Pool
  /** Undefined where the server is not ours to stop. */
  readonly server: Postgres | undefined
  readonly close: () => Promise<void>
}

/** Starts a server with an empty database. */
export async function startPlatformDatabase(options: PostgresOptions): Promise<PlatformDatabase> {
  const server = await createPostgres(options)
  try {
    await server.start()
    await withClient(server.adminUrl, async (admin) => {
      await admin.query("CREATE ROLE platform LOGIN PASSWORD 'platform'")
      await admin.query("CREATE ROLE watchpost LOGIN PASSWORD 'watchpost'")
      await admin.query('GRANT pg_monitor TO watchpost')
      await admin.query("CREATE ROLE recovery LOGIN PASSWORD 'recovery'")
      await admin.query('GRANT pg_signal_backend, pg_read_all_stats TO recovery')
      await admin.query('CREATE DATABASE platform OWNER platform')
    })
    const ownerUrl = databaseUrl(server.adminUrl, 'platform')
    await withClient(ownerUrl, async (owner) => {
      await owner.query('ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO watchpost')
      await applySchema(owner)
    })
    const pool = openPool(ownerUrl)
    const close = async (): Promise<void> => {
      await pool.end()
      await server.remove()
    }
    const recoveryUrl = databaseUrl(server.adminUrl, 'recovery')
    return { url: databaseUrl(server.adminUrl, 'watchpost'), recoveryUrl, ownerUrl, pool, server, close }
  } catch (error) {
    await server.remove()
    throw error
  }
}

/** Uses a database that others run; what an earlier fleet wrote there is kept. */
export async function connectPlatformDatabase(url: string): Promise<PlatformDatabase> {
  await withClient(url, applySchema)
  const pool = openPool(url)
  return { url, recoveryUrl: undefined, ownerUrl: url, pool, server: undefined, close: () => pool.end() }
}

export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 5000,
    application_name: 'demo',
  })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function applySchema(client: Client): Promise<void> {
  await client.query(await readFile(new URL('../schema.sql', import.meta.url), 'utf8'))
}

function databaseUrl(adminUrl: string, role: 'platform' | 'watchpost' | 'recovery'): string {
  const url = new URL(adminUrl)
  url.username = role
  url.password = role
  url.pathname = '/platform'
  return url.href
}

function openPool(url: string): Pool {
  const pool = new Pool({
    connectionString: url,
    max: 4,
    application_name: 'scheduler',
    connectionTimeoutMillis: 2000,
    lock_timeout: 2000,
    statement_timeout: 5000,
  })
  // The server goes away under idle connections whenever somebody breaks it; the next query says so.
  pool.on('error', () => {})
  return pool
}

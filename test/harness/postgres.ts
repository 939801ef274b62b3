// A real Postgres for a test file, with a free port and a folder of its own.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { createPostgres } from '../../demo/database/postgres.ts'
import type { PostgresOptions } from '../../demo/database/postgres.ts'
import { freePort } from '../../demo/programs/ports.ts'

export interface TestPostgres {
  /** As superuser. */
  readonly url: string
  /** The same server, asked by somebody else. */
  urlFor(user: string, password: string, database?: string): string
  /** Runs statements as superuser. */
  run(sql: string): Promise<void>
  /** A session that stays open until it is ended. */
  connect(options?: { readonly url?: string; readonly application?: string }): Promise<Client>
  stop(): Promise<void>
  start(): Promise<void>
  remove(): Promise<void>
}

export async function startPostgres(given: Partial<PostgresOptions> = {}): Promise<TestPostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-test-postgres-'))
  const server = await createPostgres({
    dataDirectory: directory,
    host: '127.0.0.1',
    port: await freePort(),
    ...given,
  })
  await server.start()
  const url = server.adminUrl

  async function connect(
    options: { readonly url?: string; readonly application?: string } = {},
  ): Promise<Client> {
    const client = new Client({
      connectionString: options.url ?? url,
      application_name: options.application ?? 'test',
    })
    // A server that is stopped under an open session is what some tests are about.
    client.on('error', () => {})
    return client.connect()
  }

  async function run(sql: string): Promise<void> {
    const client = await connect()
    try {
      await client.query(sql)
    } finally {
      await client.end()
    }
  }

  function urlFor(user: string, password: string, database = 'postgres'): string {
    const other = new URL(url)
    other.username = user
    other.password = password
    other.pathname = database
    return other.href
  }

  async function remove(): Promise<void> {
    await server.remove()
    await rm(directory, { recursive: true, force: true })
  }
  return { url, urlFor, run, connect, start: () => server.start(), stop: () => server.stop(), remove }
}

// The embedded database server: kept over a stop, and replaced where an earlier owner is gone.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPostgres } from '../../demo/database/postgres.ts'
import type { Postgres } from '../../demo/database/postgres.ts'
import { freePort } from '../../demo/programs/ports.ts'

let dataDirectory: string
const made: Postgres[] = []

beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'watchpost-test-cluster-'))
})
afterAll(async () => {
  for (const server of made) await server.remove()
  await rm(dataDirectory, { recursive: true })
})

async function create(): Promise<Postgres> {
  const server = await createPostgres({ dataDirectory, host: '127.0.0.1', port: await freePort() })
  made.push(server)
  return server
}

async function ask(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

test('the data outlive a stop', async () => {
  const server = await create()
  await server.start()
  await ask(server.adminUrl, 'CREATE TABLE kept AS SELECT 1 AS one')
  await server.stop()
  await expect(ask(server.adminUrl, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await server.start()
  expect(await ask(server.adminUrl, 'SELECT one FROM kept')).toEqual([{ one: 1 }])
})

test('a server that still runs on the folder is ended, and its data are gone', async () => {
  const former = await create()
  await former.start()
  await ask(former.adminUrl, 'CREATE TABLE lost ()')
  const next = await create()
  await expect(ask(former.adminUrl, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await next.start()
  expect(await ask(next.adminUrl, "SELECT to_regclass('lost') AS found")).toEqual([{ found: null }])
})

test('a server that cannot start says why', async () => {
  const first = await create()
  await first.start()
  const { port } = new URL(first.adminUrl)
  const elsewhere = await mkdtemp(join(tmpdir(), 'watchpost-test-cluster-'))
  const second = await createPostgres({ dataDirectory: elsewhere, host: '127.0.0.1', port: Number(port) })
  made.push(second)
  await expect(second.start()).rejects.toThrow(
    /^database: did not start, from .*postgres\.log: .* FATAL: +could not create any TCP/,
  )
  await rm(elsewhere, { recursive: true })
})

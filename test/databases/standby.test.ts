// Two real servers that replicate, and one that is reached by TLS.
import { spawn } from 'node:child_process'
import { chown, cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { findBinaries } from '../../demo/database/binaries.ts'
import type { Account } from '../../demo/database/binaries.ts'
import { freePort } from '../../demo/programs/ports.ts'
import { databases } from '../../exporter/src/collectors/databases/databases.ts'
import type { DatabaseReading } from '../../exporter/src/collectors/databases/watch.ts'
import { createIdentity } from '../../demo/certificate.ts'
import { collectorContext, startRound } from '../harness/collector.ts'
import { startPostgres } from '../harness/postgres.ts'
import type { TestPostgres } from '../harness/postgres.ts'

let primary: TestPostgres
let directory: string
let account: Account

beforeAll(async () => {
  account = (await findBinaries()).account
  directory = await mkdtemp(join(tmpdir(), 'watchpost-standby-'))
  await give(directory)
  primary = await startPostgres()
})
afterAll(async () => {
  await primary.remove()
  await rm(directory, { recursive: true, force: true })
})

async function give(path: string): Promise<void> {
  if (account.uid !== undefined && account.gid !== undefined) await chown(path, account.uid, account.gid)
}

async function probe(url: string): Promise<DatabaseReading> {
  const watch = databases.create(databases.schema.parse([{ name: 'db', url }]), collectorContext())
  const { targets } = await watch.collect(startRound())
  const [target] = targets
  if (!target) throw new Error('expected one target')
  return target
}

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' })
    return rows[0]?.[0]
  } finally {
    await client.end()
  }
}

/** A copy of the stopped primary that follows it once both run. */
async function startStandby(): Promise<string> {
  const { postgres } = await findBinaries()
  const data = join(directory, 'standby')
  const source = String(await ask(primary.url, 'SHOW data_directory'))
  await primary.stop()
  await cp(source, data, {
    recursive: true,
    preserveTimestamps: true,
    filter: (path) => !path.endsWith('postmaster.pid'),
  })
  const { hostname, port, username, password } = new URL(primary.url)
  await writeFile(join(data, 'standby.signal'), '')
  await writeFile(
    join(data, 'postgresql.auto.conf'),
    `primary_conninfo = 'host=${hostname} port=${port} user=${username} password=${password}'\n`,
  )
  await Promise.all(
    [data, ...(await readdir(data, { recursive: true })).map((path) => join(data, path))].map(give),
  )
  await primary.start()
  const own = await freePort()
  const flags = [
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'unix_socket_directories=',
    '-c',
    'max_connections=40',
  ]
  const server = spawn(postgres, ['-D', data, '-p', String(own), ...flags], {
    ...account,
    cwd: '/',
    stdio: 'ignore',
  })
  onTestFinished(async () => {
    const ended = new Promise((resolve) => server.once('exit', resolve))
    server.kill('SIGINT')
    await ended
  })
  const url = new URL(primary.url)
  url.port = String(own)
  await expect.poll(async () => (await probe(url.href)).status, { timeout: 20_000 }).toBe('healthy')
  return url.href
}

test('a standby shows how far it is behind, and its primary that it is there', async () => {
  const standby = await startStandby()
  await primary.run('CREATE TABLE changes (id int); INSERT INTO changes VALUES (1)')
  await expect
    .poll(async () => (await probe(standby)).facts, { timeout: 10_000 })
    .toMatchObject({ role: 'standby', replicationLagSeconds: 0, replicas: undefined })
  const upstream = await probe(primary.url)
  expect(upstream.facts).toMatchObject({ role: 'primary', replicas: 1 })
  expect(upstream.facts.replicationLagSeconds).toBeGreaterThanOrEqual(0)
  await primary.run("CREATE ROLE plain LOGIN PASSWORD 'hunter2'")
  const unseen = await probe(primary.urlFor('plain', 'hunter2'))
  expect(unseen.facts).toMatchObject({ replicas: 1, replicationLagSeconds: undefined })

  await ask(standby, 'SELECT pg_wal_replay_pause()')
  await primary.run('INSERT INTO changes VALUES (2)')
  const lag = async (): Promise<number> => (await probe(standby)).facts.replicationLagSeconds ?? 0
  await expect.poll(lag, { timeout: 10_000 }).toBeGreaterThan(0.5)
  expect(Object.values((await probe(standby)).problems).filter(Boolean)).toEqual([])

  await ask(standby, 'SELECT pg_wal_replay_resume()')
  await expect.poll(lag, { timeout: 10_000 }).toBe(0)
  // Cut off, it has replayed all that it received, and is behind all the same.
  await primary.stop()
  onTestFinished(() => primary.start())
  await expect.poll(lag, { timeout: 10_000 }).toBeGreaterThan(0.5)
})

test('a session by TLS shows the handshake and the certificate, and refuses one for another host', async () => {
  const authority = createIdentity({ name: 'authority', isAuthority: true })
  const notAfter = new Date('2031-02-03T04:05:06Z')
  const identity = createIdentity({ name: 'db', issuer: authority, hosts: ['localhost'], notAfter })
  const file = async (name: string, text: string): Promise<string> => {
    const path = join(directory, name)
    await writeFile(path, text, { mode: 0o600 })
    await give(path)
    return path
  }
  const [cert, key, ca] = [
    await file('cert.pem', identity.cert),
    await file('key.pem', identity.key),
    await file('ca.pem', authority.cert),
  ]
  await primary.run(`ALTER SYSTEM SET ssl_cert_file = '${cert}'`)
  await primary.run(`ALTER SYSTEM SET ssl_key_file = '${key}'`)
  await primary.run('ALTER SYSTEM SET ssl = on')
  await primary.run('SELECT pg_reload_conf()')
  const url = new URL(primary.url)
  url.hostname = 'localhost'
  url.search = `?sslmode=verify-full&sslrootcert=${ca}`
  await expect.poll(async () => (await probe(url.href)).detail, { timeout: 5_000 }).toBeUndefined()
  const { phases, certificate } = await probe(url.href)
  expect(phases.tls).toBeGreaterThan(0)
  expect(certificate).toMatchObject({ notAfter: notAfter.getTime() / 1000, verified: true })
  url.hostname = '127.0.0.1'
  const other = await probe(url.href)
  expect([other.status, other.reason]).toEqual(['error', 'tls'])
})

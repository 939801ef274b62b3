// Databases behind TLS: a real Postgres and a real Redis, each with certificates that fit, do not fit and have ended.
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { createIdentity } from '../../demo/certificate.ts'
import type { Identity } from '../../demo/certificate.ts'
import { requireProgram } from '../../demo/programs/find.ts'
import { freePort } from '../../demo/programs/ports.ts'
import { startProcess } from '../../demo/programs/process.ts'
import { databases } from '../../exporter/src/collectors/databases/databases.ts'
import type { DatabaseReading } from '../../exporter/src/collectors/databases/watch.ts'
import { targetFamilies } from '../../exporter/src/collectors/target-families.ts'
import { probeFamilies } from '../../exporter/src/http/probe-families.ts'
import { describeProbe } from '../../exporter/src/http/trace.ts'
import { openDatabase } from '../../exporter/src/probes/postgres/postgres.ts'
import { serveTcp } from '../../exporter/src/probes/testing/servers.ts'
import { probeOne } from '../../exporter/src/round.ts'
import { collectorContext, renderSeries, renderText, startRound } from '../harness/collector.ts'
import { createIdentityFiles } from '../harness/identity-files.ts'
import type { IdentityFiles } from '../harness/identity-files.ts'
import { startPostgres } from '../harness/postgres.ts'
import type { TestPostgres } from '../harness/postgres.ts'

const authority = createIdentity({ name: 'Test CA', isAuthority: true })
const hosts = ['127.0.0.1']
const good = createIdentity({ name: 'database', issuer: authority, hosts })
const longAgo = { notBefore: new Date('2024-01-01T00:00:00Z'), notAfter: new Date('2024-02-01T00:00:00Z') }
const expired = createIdentity({ name: 'database', issuer: authority, hosts, ...longAgo })
const named = createIdentity({ name: 'database', issuer: authority, hosts: ['db.example'] })
const plainRules = 'host all postgres 127.0.0.1/32 scram-sha-256\n'
const tlsRules = 'hostssl all certified 127.0.0.1/32 cert\nhostssl all monitor 127.0.0.1/32 scram-sha-256\n'

let files: IdentityFiles
let ca_file: string
let postgres: TestPostgres
let redisPort: number
let stopRedis: () => Promise<void>

beforeAll(async () => {
  files = await createIdentityFiles()
  ca_file = await files.writeText('ca.pem', authority.cert)
  await Promise.all([openPostgres(), openRedis()])
})
afterAll(async () => {
  await Promise.all([postgres.remove(), stopRedis()])
  await files.remove()
})

async function openPostgres(): Promise<void> {
  const { cert, key } = await files.write('postgres', good)
  const hba = await files.writeText('pg_hba.conf', plainRules + tlsRules)
  const tls = { ssl: 'on', ssl_cert_file: cert, ssl_key_file: key, ssl_ca_file: ca_file }
  postgres = await startPostgres({ settings: { ...tls, hba_file: hba } })
  await postgres.run(`
    CREATE ROLE monitor LOGIN PASSWORD 'hunter2' IN ROLE pg_monitor;
    CREATE ROLE certified LOGIN IN ROLE pg_monitor`)
}

/** Wants a client certificate, as it does by default. */
async function openRedis(): Promise<void> {
  const { cert, key } = await files.write('redis', good)
  redisPort = await freePort()
  const { path } = await requireProgram('redis-server', { log: () => {} })
  const flags = ['--port', '0', '--tls-port', String(redisPort), '--bind', '127.0.0.1', '--save', '']
  const identity = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', ca_file]
  const server = await startProcess({
    name: 'redis',
    command: path,
    arguments: [...flags, ...identity],
    readyUrl: `tcp://127.0.0.1:${redisPort}`,
  })
  stopRedis = server.stop
}

/** Postgres presents `identity` to whom connects from now on. */
async function present(identity: Identity): Promise<void> {
  await files.write('postgres', identity)
  await postgres.run('SELECT pg_reload_conf()')
  const ends = Date.parse(identity === expired ? '2024-02-01T00:00:00Z' : '') / 1000
  await expect
    .poll(async () => (await probe({ tls: { ca_file, insecure_skip_verify: true } })).certificate)
    .toMatchObject(identity === expired ? { notAfter: ends } : { verified: identity === good })
}

beforeEach(async () => {
  await present(good)
})

async function probe(section: object): Promise<DatabaseReading> {
  const url = postgres.urlFor('monitor', 'hunter2')
  const parsed = databases.schema.parse([{ name: 'db', url, ...section }])
  const [target] = (await databases.create(parsed, collectorContext()).collect(startRound())).targets
  if (!target) throw new Error('expected one target')
  return target
}

function probeRedis(tls: object | undefined, scheme = 'redis'): Promise<DatabaseReading> {
  return probe({ kind: 'redis', url: `${scheme}://127.0.0.1:${redisPort}`, ...(tls && { tls }) })
}

test('Postgres with an authority of its own is verified, and shows version and dates of TLS', async () => {
  const target = await probe({ tls: { ca_file } })
  expect(target).toMatchObject({
    status: 'healthy',
    tlsVersion: 'TLSv1.3',
    certificate: { verified: true, subject: 'CN=database', issuer: 'CN=Test CA' },
    facts: { role: 'primary' },
  })
  expect(target.phases.tls).toBeGreaterThan(0)
  const families = targetFamilies([target])
  expect(renderSeries(families, 'watchpost_target_tls_version_info')).toEqual([
    'watchpost_target_tls_version_info{target="db",kind="database",version="TLSv1.3"} 1',
  ])
  expect(renderSeries(families, 'watchpost_target_tls_verified')).toEqual([
    'watchpost_target_tls_verified{target="db",kind="database"} 1',
  ])
})

test('a certificate of Postgres that has ended is reason tls, and its end is still told', async () => {
  await present(expired)
  const ended = { notAfter: longAgo.notAfter.getTime() / 1000, verified: false }
  const detail = 'the certificate is not trusted: CERT_HAS_EXPIRED'
  const strict = { status: 'error', reason: 'tls', detail, certificate: ended, tlsVersion: 'TLSv1.3' }
  expect(await probe({ tls: { ca_file } })).toMatchObject(strict)
  const url = `${postgres.urlFor('monitor', 'hunter2')}?sslmode=verify-full&sslrootcert=${ca_file}`
  expect(await probe({ url })).toMatchObject(strict)
  const lenient = { ca_file, insecure_skip_verify: true }
  expect(await probe({ tls: lenient })).toMatchObject({ status: 'healthy', certificate: ended })
})

test('Postgres by another name than its host is believed under the name it was given', async () => {
  await present(named)
  const wrong = await probe({ tls: { ca_file } })
  expect(wrong).toMatchObject({ reason: 'tls', certificate: { alternativeNames: 'DNS:db.example' } })
  expect(wrong.detail).toContain('ERR_TLS_CERT_ALTNAME_INVALID')
  expect(await probe({ tls: { ca_file, server_name: 'db.example' } })).toMatchObject({ status: 'healthy' })
})

test('a user of Postgres may be known by a certificate alone, and is refused without it', async () => {
  const client = createIdentity({ name: 'certified', issuer: authority })
  const { cert: cert_file, key: key_file } = await files.write('client', client)
  const url = postgres.urlFor('certified', '')
  expect(await probe({ url, tls: { ca_file, cert_file, key_file } })).toMatchObject({ status: 'healthy' })
  expect(await probe({ url, tls: { ca_file } })).toMatchObject({ status: 'error', reason: 'auth' })
})

test('what does not fit is reason tls: an unknown authority, an old version, junk in place of a file', async () => {
  expect(await probe({ tls: {} })).toMatchObject({ reason: 'tls', certificate: { verified: false } })
  const junk = await probe({ tls: { ca_file, cert_file: ca_file, key_file: ca_file } })
  expect(junk).toMatchObject({ status: 'error', reason: 'tls' })
  const url = `${postgres.urlFor('monitor', 'hunter2')}?sslmode=verify-full&sslrootcert=/nowhere/ca.pem`
  const missing = await probe({ url })
  expect([missing.reason, missing.detail]).toEqual(['tls', expect.stringContaining('/nowhere/ca.pem')])
  const limitTls = async (setting: string): Promise<void> => {
    await postgres.run(`ALTER SYSTEM ${setting}`)
    await postgres.run('SELECT pg_reload_conf()')
  }
  await limitTls("SET ssl_max_protocol_version = 'TLSv1.2'")
  onTestFinished(() => limitTls('RESET ssl_max_protocol_version'))
  await expect.poll(async () => (await probe({ tls: { ca_file } })).tlsVersion).toBe('TLSv1.2')
  expect(await probe({ tls: { ca_file, min_version: 'TLSv1.3' } })).toMatchObject({ reason: 'tls' })
})

test.each([
  ['promises TLS and falls silent', 'S', 'timeout', 'time was up in the tls phase'],
  ['has no TLS', 'N', 'tls', 'The server does not support SSL connections'],
  ['is no Postgres', 'HTTP/1.1 400 Bad Request', 'tls', 'There was an error establishing an SSL connection'],
])('a server that %s is told apart, at the deadline', async (_what, reply, reason, detail) => {
  const port = await serveTcp((socket) => socket.once('data', () => socket.write(reply)))
  const url = `postgres://monitor:hunter2@127.0.0.1:${port}/postgres`
  expect(await probe({ url, tls: { ca_file }, timeout: '300ms' })).toMatchObject({ reason, detail })
})

test('the pool for tasks and statistics is as careful as the probe, and takes files that were renewed', async () => {
  const limits = { signal: AbortSignal.timeout(5_000), timeoutSeconds: 5 }
  const other = createIdentity({ name: 'Other CA', isAuthority: true })
  const renewed = await files.writeText('renewed.pem', other.cert)
  const pool = openDatabase('db', postgres.urlFor('monitor', 'hunter2'), { ca_file: renewed })
  onTestFinished(() => pool.close())
  const isSecure = (): Promise<boolean | undefined> =>
    pool.read(limits, async (client) => {
      const sql = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'
      return (await client.query<{ ssl: boolean }>(sql)).rows[0]?.ssl
    })
  await expect(isSecure()).rejects.toThrow(/unable to verify|self-signed/)
  await files.writeText('renewed.pem', authority.cert)
  expect(await isSecure()).toBe(true)
})

test('Redis is verified likewise, with a client certificate and under a name of its own', async () => {
  const client = createIdentity({ name: 'watchpost', issuer: authority })
  const { cert: cert_file, key: key_file } = await files.write('watchpost', client)
  const tls = { ca_file, cert_file, key_file }
  expect(await probeRedis(tls)).toMatchObject({
    status: 'healthy',
    tlsVersion: 'TLSv1.3',
    certificate: { verified: true },
    facts: { role: 'primary' },
  })
  expect(await probeRedis(tls, 'rediss')).toMatchObject({ status: 'healthy' })
  expect(await probeRedis({ ca_file })).toMatchObject({ status: 'error', reason: 'tls' })
  expect(await probeRedis({ ...tls, server_name: 'cache.example' })).toMatchObject({
    reason: 'tls',
    certificate: { verified: false },
  })
  expect(await probeRedis(undefined)).toMatchObject({ status: 'error' })
})

test('one probe of a database shows the whole course of it, and the same names as other probes', async () => {
  const url = postgres.urlFor('monitor', 'hunter2')
  const section = databases.schema.parse([{ name: 'db', url, tls: { ca_file } }])
  const watch = databases.create(section, collectorContext()).targets?.get('db')
  if (!watch) throw new Error('expected the database to be a target')
  const single = await probeOne(watch, 5, 7)
  const course = describeProbe(single)
  expect(course).toMatch(/^answer +version \d+\.\d+, primary from 127\.0\.0\.1$/m)
  expect(course).toMatch(/^tls +TLSv1\.3 TLS_AES_256_GCM_SHA384$/m)
  expect(course).toMatch(/^certificate +verified, valid from /m)
  expect(course).not.toContain('hunter2')
  const page = renderText(probeFamilies(single, 5))
  for (const line of [
    'probe_success 1',
    'probe_ip_protocol 4',
    'probe_tls_version_info{version="TLS 1.3"} 1',
  ])
    expect(page).toContain(`${line}\n`)
  expect(page).toMatch(/^probe_ssl_earliest_cert_expiry \d+$/m)
})

test('TLS told twice, half a client certificate and a file that is not there are refused', () => {
  const refusal = (section: object): string | undefined =>
    databases.schema.safeParse([{ name: 'db', ...section }]).error?.issues[0]?.message
  const url = 'postgres://me@127.0.0.1/postgres'
  expect(refusal({ url: `${url}?sslmode=require`, tls: {} })).toBe(
    'expected either tls or the ssl parameters of the URL',
  )
  expect(refusal({ url, tls: { cert_file: ca_file } })).toBe('expected cert_file and key_file together')
  expect(refusal({ url, tls: { ca_file: '/nowhere/ca.pem' } })).toContain('there is no such file')
  expect(refusal({ url: `${url}?sslnegotiation=direct`, tls: {} })).toBeUndefined()
})

// Recovery's own sessions behind TLS: a real Postgres and a real Redis with an authority of their own.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createIdentity } from '../../demo/certificate.ts'
import { requireProgram } from '../../demo/programs/find.ts'
import { freePort } from '../../demo/programs/ports.ts'
import { startProcess } from '../../demo/programs/process.ts'
import type { Plan } from '../../recovery/src/actions/action.ts'
import { clearRedisMemory } from '../../recovery/src/actions/clear-redis-memory.ts'
import { reconnectPostgres } from '../../recovery/src/actions/reconnect-postgres.ts'
import { createIdentityFiles } from '../harness/identity-files.ts'
import type { IdentityFiles } from '../harness/identity-files.ts'
import { startPostgres } from '../harness/postgres.ts'
import type { TestPostgres } from '../harness/postgres.ts'

const authority = createIdentity({ name: 'Test CA', isAuthority: true })
// By this name alone, so that an address is not enough.
const identity = createIdentity({ name: 'server', issuer: authority, hosts: ['db.example'] })
const server_name = 'db.example'

let files: IdentityFiles
let ca_file: string
let client: { readonly cert_file: string; readonly key_file: string }
let postgres: TestPostgres
let redis: { readonly url: string; readonly stop: () => Promise<void> }

beforeAll(async () => {
  files = await createIdentityFiles()
  ca_file = await files.writeText('ca.pem', authority.cert)
  const { cert, key } = await files.write('client', createIdentity({ name: 'healer', issuer: authority }))
  client = { cert_file: cert, key_file: key }
  await Promise.all([openPostgres(), openRedis()])
})
afterAll(async () => {
  await Promise.all([postgres.remove(), redis.stop()])
  await files.remove()
})

/** Lets the healer in by its certificate alone. */
async function openPostgres(): Promise<void> {
  const { cert, key } = await files.write('postgres', identity)
  const rules =
    'host all postgres 127.0.0.1/32 scram-sha-256\nhostssl all healer 127.0.0.1/32 cert\nhostssl all secret 127.0.0.1/32 scram-sha-256\n'
  const hba_file = await files.writeText('pg_hba.conf', rules)
  const settings = { ssl: 'on', ssl_cert_file: cert, ssl_key_file: key, ssl_ca_file: ca_file, hba_file }
  postgres = await startPostgres({ settings })
  await postgres.run(`
    CREATE ROLE healer LOGIN IN ROLE pg_signal_backend, pg_read_all_stats;
    CREATE ROLE secret LOGIN PASSWORD 'hunter2' IN ROLE pg_signal_backend, pg_read_all_stats`)
}

/** Wants a client certificate, as it does by default. */
async function openRedis(): Promise<void> {
  const { cert, key } = await files.write('redis', identity)
  const port = await freePort()
  const { path } = await requireProgram('redis-server', { log: () => {} })
  const flags = ['--port', '0', '--tls-port', String(port), '--bind', '127.0.0.1', '--save', '']
  const { stop } = await startProcess({
    name: 'redis',
    command: path,
    arguments: [...flags, '--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', ca_file],
    readyUrl: `tcp://127.0.0.1:${port}`,
  })
  redis = { url: `redis://127.0.0.1:${port}`, stop }
}

const moment = () => ({ now: 0, signal: AbortSignal.timeout(10_000), idempotencyKey: 'k' })
const nothing: Plan = { refusal: 'no session that may be ended blocks others' }

function planPostgres(tls: object, url = postgres.urlFor('healer', '')): Promise<Plan> {
  return reconnectPostgres.bind(reconnectPostgres.fields.parse({ url, tls, users: ['app'] })).plan(moment())
}

function bindRedis(tls: object | undefined, url = redis.url) {
  return clearRedisMemory.bind(clearRedisMemory.fields.parse({ url, ...(tls && { tls }) }))
}

test('Postgres is asked under the name of its certificate, by a certificate or a password', async () => {
  expect(await planPostgres({ ca_file, server_name, ...client })).toEqual(nothing)
  expect(await planPostgres({ ca_file, server_name }, postgres.urlFor('secret', 'hunter2'))).toEqual(nothing)
  expect(await planPostgres({ insecure_skip_verify: true, ...client })).toEqual(nothing)
})

test('a Postgres that cannot be believed is not told the password', async () => {
  const url = postgres.urlFor('secret', 'hunter2')
  await expect(planPostgres({ ca_file }, url)).rejects.toThrow(/does not match certificate's altnames/)
  await expect(planPostgres({ server_name }, url)).rejects.toThrow(/unable to verify|self-signed/)
  await expect(planPostgres({ ca_file, server_name })).rejects.toThrow(/certificate/)
})

test('Redis is asked likewise, and gives memory back', async () => {
  const tls = { ca_file, server_name, ...client }
  expect(await bindRedis(tls).plan(moment())).toEqual({ steps: [expect.stringMatching(/^MEMORY PURGE/)] })
  expect(await bindRedis(tls).run(moment())).toEqual([expect.stringMatching(/^MEMORY PURGE: .* after$/)])
  const secured = redis.url.replace('redis:', 'rediss:')
  expect(await bindRedis(tls, secured).plan(moment())).toHaveProperty('steps')
})

test.each([
  ['of another name', () => ({ ca_file, ...client }), /altnames/],
  ['of an unknown authority', () => ({ server_name, ...client }), /unable to verify|self-signed/],
  ['that wants a client certificate', () => ({ ca_file, server_name }), /certificate required|closed/],
  ['that speaks only TLS', () => undefined, /closed|ECONNRESET/],
])('a Redis %s is an error', async (_what, tls, message) => {
  await expect(bindRedis(tls()).plan(moment())).rejects.toThrow(message)
})

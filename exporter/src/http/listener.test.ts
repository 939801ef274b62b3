import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { RequestOptions } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { hashSync } from 'bcryptjs'
import express from 'express'
import { stringify } from 'yaml'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatProblem } from '../config/problem.ts'
import { createLog } from '../log.ts'
import { listen } from '../probes/testing/servers.ts'
import { createIdentity } from '../../../demo/certificate.ts'
import { createListener } from './listener.ts'

let directory: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'watchpost-web-'))
  certificate('server', 'localhost')
  certificate('client', 'prometheus.example')
})

afterAll(() => rmSync(directory, { recursive: true }))

function certificate(file: string, name: string): void {
  const { cert, key } = createIdentity({ name, hosts: [name], isAuthority: true })
  writeFileSync(join(directory, `${file}.crt`), cert)
  writeFileSync(join(directory, `${file}.key`), key)
}

function write(text: string): string {
  const file = join(directory, `${crypto.randomUUID()}.yml`)
  writeFileSync(file, text)
  return file
}

async function serve(file: string): Promise<{ port: number; server: Server }> {
  const app = express().get(/.*/, (_request, response) => void response.send('in'))
  const server = createListener(app, file, createLog('error'))
  if ('length' in server) throw new Error(server.map(formatProblem).join())
  return { port: await listen(server), server }
}

const get = async (port: number, path = '/', authorization?: string): Promise<number> =>
  (await fetch(`http://127.0.0.1:${port}${path}`, { headers: authorization ? { authorization } : {} })).status

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

/** The status of a request over TLS, or the code of the error that ended it. */
async function getSecure(port: number, options: RequestOptions = {}): Promise<number | string> {
  return new Promise((resolve) => {
    const sent = httpsRequest(
      { host: '127.0.0.1', port, rejectUnauthorized: false, agent: false, ...options },
      (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      },
    )
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    sent.end()
  })
}

const refused = (text: string): string => {
  const server = createListener(express(), write(text), createLog('error'))
  return 'length' in server
    ? server.map((problem) => formatProblem(problem).replace(/^[^:]*:/, '')).join('\n')
    : 'accepted'
}

test.each([
  [
    'an unknown key',
    'basic_auth_user: {}',
    '1:1: basic_auth_user: unknown key "basic_auth_user", did you mean basic_auth_users?',
  ],
  [
    'a password that is no hash',
    'basic_auth_users: { me: hunter2 }',
    '1:25: basic_auth_users.me: expected a bcrypt hash',
  ],
  [
    'TLS without a key',
    'tls_server_config: { cert_file: server.crt }',
    '1:20: tls_server_config.key_file: expected either key or key_file',
  ],
  [
    'an unknown version of TLS',
    'tls_server_config: { cert_file: a, key_file: b, min_version: SSL3 }',
    '1:62: tls_server_config.min_version: expected one of TLS10, TLS11, TLS12, TLS13',
  ],
  [
    'a header that may not be set',
    'http_server_config: { headers: { Server: x } }',
    '1:34: http_server_config.headers.Server: unknown key "Server", expected one of Content-Security-Policy, Strict-Transport-Security, X-Content-Type-Options, X-Frame-Options, X-XSS-Protection',
  ],
])('refuses %s', (_what, text, message) => {
  expect(refused(text)).toBe(message)
})

test.each([
  ['a key of another certificate', 'cert_file: server.crt, key_file: client.key', 'key values mismatch'],
  ['an empty certificate', 'cert_file: empty.crt, key_file: server.key', 'no start line'],
  [
    'a cipher that nobody knows',
    'cert_file: server.crt, key_file: server.key, cipher_suites: [ROT13]',
    'no cipher match',
  ],
  [
    'a curve that nobody knows',
    'cert_file: server.crt, key_file: server.key, curve_preferences: [P-1]',
    'expected one of CurveP256',
  ],
  [
    'a version that ends before it begins',
    'cert_file: server.crt, key_file: server.key, min_version: TLS13, max_version: TLS12',
    'max_version: expected a version not older than min_version',
  ],
])('refuses %s before anybody connects', (_what, fields, why) => {
  writeFileSync(join(directory, 'empty.crt'), '')
  expect(refused(`tls_server_config: { ${fields} }`)).toContain(why)
})

test('certificates may stand in the file itself, and ciphers and curves bear the names that Go gives them', async () => {
  const [cert, key] = ['crt', 'key'].map((end) => readFileSync(join(directory, `server.${end}`), 'utf8'))
  const { port } = await serve(
    write(
      stringify({
        tls_server_config: {
          cert,
          key,
          max_version: 'TLS12',
          cipher_suites: ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'],
          curve_preferences: ['CurveP256', 'X25519'],
        },
      }),
    ),
  )
  expect(await getSecure(port)).toBe(200)
  expect(await getSecure(port, { ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' })).not.toBe(200)
  expect(await getSecure(port, { ecdhCurve: 'P-384' })).not.toBe(200)
})

test('a certificate that was renewed is presented, one that does not fit is not', async () => {
  certificate('renewed', 'first.example')
  const { port } = await serve(write('tls_server_config: { cert_file: renewed.crt, key_file: renewed.key }'))
  const presented = async (): Promise<string> => {
    const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const { subject } = socket.getPeerCertificate()
    socket.destroy()
    return String(subject.CN)
  }
  expect(await presented()).toBe('first.example')
  certificate('renewed', 'second.example')
  expect(await presented()).toBe('second.example')
  writeFileSync(join(directory, 'renewed.crt'), readFileSync(join(directory, 'server.crt')))
  expect(await presented()).toBe('second.example')
})

test('a certificate that is not there is named', () => {
  expect(refused('tls_server_config: { cert_file: none.crt, key_file: none.key }')).toContain('none.crt')
})

test('only the right user with the right password passes, and a wrong one cannot be learnt from the cache', async () => {
  const { port } = await serve(
    write(`basic_auth_users: { me: "${hashSync('right', 4)}" }\nauth_excluded_paths: [/-/healthy]`),
  )
  expect(await get(port)).toBe(401)
  for (let round = 0; round < 2; round += 1) {
    expect(await get(port, '/', basic('me', 'right'))).toBe(200)
    expect(await get(port, '/', basic('me', 'wrong'))).toBe(401)
    expect(await get(port, '/', basic('you', 'right'))).toBe(401)
    expect(await get(port, '/', basic('m', 'e:right'))).toBe(401)
    expect(await get(port, '/', basic('__proto__', 'right'))).toBe(401)
  }
  expect(await get(port, '/-/healthy')).toBe(200)
})

test('more than the bucket holds is turned away', async () => {
  const { port } = await serve(write('rate_limit: { interval: 1h, burst: 2 }'))
  expect([await get(port), await get(port), await get(port)]).toEqual([200, 200, 429])
})

test('a changed password counts from the next request on, a broken file changes nothing', async () => {
  const file = write(`basic_auth_users: { me: "${hashSync('old', 4)}" }`)
  const { port } = await serve(file)
  expect(await get(port, '/', basic('me', 'old'))).toBe(200)
  writeFileSync(file, `basic_auth_users: { me: "${hashSync('new', 4)}" }\n`)
  await get(port)
  expect([await get(port, '/', basic('me', 'old')), await get(port, '/', basic('me', 'new'))]).toEqual([
    401, 200,
  ])
  writeFileSync(file, 'nonsense: true\n')
  expect(await get(port, '/', basic('me', 'new'))).toBe(200)
})

test('TLS asks for the client certificate and for the name in it', async () => {
  const tls = (sans: string): string =>
    `tls_server_config: { cert_file: server.crt, key_file: server.key, client_auth_type: RequireAndVerifyClientCert, client_ca_file: client.crt, client_allowed_sans: [${sans}] }`
  const { port } = await serve(write(tls('prometheus.example')))
  const { port: other } = await serve(write(tls('somebody.else')))
  const mine = {
    cert: readFileSync(join(directory, 'client.crt')),
    key: readFileSync(join(directory, 'client.key')),
  }
  expect(await getSecure(port, mine)).toBe(200)
  expect(await getSecure(port)).not.toBe(200)
  expect(await getSecure(other, mine)).toBe(403)
  await expect(get(port)).rejects.toThrow('fetch failed')
})

test('a certificate that must be verified from now on must be, whatever the server began with', async () => {
  const tls = (type: string): string =>
    `tls_server_config: { cert_file: server.crt, key_file: server.key, client_auth_type: ${type}, client_ca_file: client.crt }\n`
  const file = write(tls('RequireAnyClientCert'))
  const { port } = await serve(file)
  certificate('stranger', 'stranger.example')
  const shown = (name: string): RequestOptions => ({
    cert: readFileSync(join(directory, `${name}.crt`)),
    key: readFileSync(join(directory, `${name}.key`)),
  })
  expect(await getSecure(port, shown('stranger'))).toBe(200)
  writeFileSync(file, tls('RequireAndVerifyClientCert'))
  expect(await getSecure(port, shown('client'))).toBe(200)
  expect(await getSecure(port, shown('stranger'))).toBe(403)
})

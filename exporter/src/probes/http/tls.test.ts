import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import type { TlsOptions as ServerOptions, TLSSocket } from 'node:tls'
import { afterAll, expect, test } from 'vitest'
import { probeHttp } from './http.ts'
import type { HttpOutcome, HttpRequest } from './http.ts'
import { createIdentity } from '../../../../demo/certificate.ts'
import type { Identity } from '../../../../demo/certificate.ts'
import { serveHttps, serveTcp, serveText } from '../testing/servers.ts'
import type { TlsOptions } from '../connection/tls.ts'

const never = new AbortController().signal
const folder = mkdtempSync(join(tmpdir(), 'watchpost-tls-'))
afterAll(() => rmSync(folder, { recursive: true }))

const authority = createIdentity({ name: 'Test CA', isAuthority: true })
const hosts = ['localhost', '127.0.0.1']
const good = createIdentity({ name: 'good', issuer: authority, hosts })
const longAgo = { notBefore: new Date('2024-01-01T00:00:00Z'), notAfter: new Date('2024-02-01T00:00:00Z') }
const later = { notBefore: new Date('2048-01-01T00:00:00Z'), notAfter: new Date('2049-06-01T00:00:00Z') }
const ca_file = file('ca.pem', authority.cert)

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

function serve(identity: Identity, more: ServerOptions = {}): Promise<number> {
  return serveHttps({ cert: identity.cert, key: identity.key, ...more }, (request, response) => {
    response.end(request.headers.host)
  })
}

function probe(port: number, tls?: TlsOptions, more: Partial<HttpRequest> = {}): Promise<HttpOutcome> {
  return probeHttp({ url: `https://127.0.0.1:${port}`, tls, timeoutSeconds: 5, ...more }, never)
}

test('a certificate that verifies is reported with its dates, and tls is a phase', async () => {
  const outcome = await probe(await serve(good), { ca_file })
  expect(outcome).toMatchObject({
    failure: undefined,
    status: 200,
    tlsVersion: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    certificate: { verified: true, subject: 'CN=good', issuer: 'CN=Test CA' },
  })
  const now = Date.now() / 1000
  expect(outcome.certificate?.notBefore).toBeCloseTo(now - 86_400, -2)
  expect(outcome.certificate?.notAfter).toBeCloseTo(now + 30 * 86_400, -2)
  expect(Object.keys(outcome.phases)).toEqual(['connect', 'tls', 'processing', 'transfer'])
})

test.for<[string, Identity, string]>([
  ['expired', createIdentity({ name: 'old', issuer: authority, hosts, ...longAgo }), 'CERT_HAS_EXPIRED'],
  [
    'not yet valid',
    createIdentity({ name: 'new', issuer: authority, hosts, ...later }),
    'CERT_NOT_YET_VALID',
  ],
  ['self-signed', createIdentity({ name: 'self', hosts }), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  [
    'for another name',
    createIdentity({ name: 'other', issuer: authority, hosts: ['other.example'] }),
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ],
])('a certificate that is %s fails the probe and is still reported', async ([, identity, code]) => {
  const port = await serve(identity)
  const outcome = await probe(port, { ca_file })
  expect(outcome).toMatchObject({
    failure: 'tls',
    detail: `the certificate is not trusted: ${code}`,
    status: undefined,
    tlsVersion: 'TLSv1.3',
    certificate: { verified: false, subject: `CN=${identity.name}` },
  })
  expect(outcome.certificate?.notAfter).toBeGreaterThan(1_700_000_000)
  const lenient = await probe(port, { ca_file, insecure_skip_verify: true })
  expect(lenient).toMatchObject({ failure: undefined, status: 200, certificate: { verified: false } })
})

test('the exact dates of an expired certificate are read', async () => {
  const expired = createIdentity({ name: 'old', issuer: authority, hosts, ...longAgo })
  const { certificate } = await probe(await serve(expired), { ca_file })
  expect(certificate?.notBefore).toBe(longAgo.notBefore.getTime() / 1000)
  expect(certificate?.notAfter).toBe(longAgo.notAfter.getTime() / 1000)
})

test('the earliest end of the chain is known beside that of the certificate itself', async () => {
  const soon = new Date(Math.floor(Date.now() / 1000) * 1000 + 3_600_000)
  const middle = createIdentity({ name: 'middle', issuer: authority, isAuthority: true, notAfter: soon })
  const leaf = createIdentity({ name: 'leaf', issuer: middle, hosts })
  const port = await serveHttps({ cert: leaf.cert + middle.cert, key: leaf.key }, (_, response) =>
    response.end(),
  )
  const { certificate } = await probe(port, { ca_file })
  expect(certificate).toMatchObject({ verified: true, chainNotAfter: soon.getTime() / 1000 })
  expect(certificate?.notAfter).toBeGreaterThan(soon.getTime() / 1000)
})

test('what a server shows is told alike at each probe, and another certificate at the first that meets it', async () => {
  // The root, which is not looked for at once in a chain that has changed, must not be what ends first.
  const soon = new Date(Math.floor(Date.now() / 1000) * 1000 + 3_600_000)
  const middle = createIdentity({ name: 'middle', issuer: authority, isAuthority: true, notAfter: soon })
  const first = createIdentity({ name: 'first', issuer: middle, hosts })
  const second = createIdentity({ name: 'second', issuer: authority, hosts: ['other.example'] })
  let shown: ServerOptions = { cert: first.cert + middle.cert, key: first.key }
  const port = await serve(first, {
    SNICallback: (_, done) => done(null, createSecureContext(shown)),
  })
  const tls = { ca_file }
  const ask = (): Promise<HttpOutcome> => probe(port, tls, { url: `https://localhost:${port}` })
  const known = await ask()
  expect(known).toMatchObject({ failure: undefined, certificate: { verified: true, subject: 'CN=first' } })
  for (let probes = 0; probes < 2; probes += 1) expect((await ask()).certificate).toEqual(known.certificate)
  shown = { cert: second.cert, key: second.key }
  for (let probes = 0; probes < 3; probes += 1) {
    expect(await ask()).toMatchObject({
      detail: 'the certificate is not trusted: ERR_TLS_CERT_ALTNAME_INVALID',
      certificate: { verified: false, subject: 'CN=second', alternativeNames: 'DNS:other.example' },
    })
  }
  shown = { cert: first.cert + middle.cert, key: first.key }
  for (let probes = 0; probes < 3; probes += 1) expect((await ask()).certificate).toEqual(known.certificate)
})

test('without the authority nothing is trusted', async () => {
  expect(await probe(await serve(good))).toMatchObject({ failure: 'tls', certificate: { verified: false } })
})

test('server_name is asked for and checked in place of the host', async () => {
  const other = createIdentity({ name: 'other', issuer: authority, hosts: ['other.example'] })
  let asked = ''
  const port = await serve(other, {
    SNICallback: (name, done) => {
      asked = name
      done(null)
    },
  })
  const outcome = await probe(port, { ca_file, server_name: 'other.example' })
  expect(outcome).toMatchObject({ failure: undefined, bodyText: `127.0.0.1:${port}` })
  expect(asked).toBe('other.example')
})

test('a client certificate is presented, and its absence is a tls failure', async () => {
  const client = createIdentity({ name: 'client', issuer: authority })
  const port = await serve(good, { requestCert: true, rejectUnauthorized: true, ca: authority.cert })
  const cert_file = file('client.pem', client.cert)
  const key_file = file('client.key', client.key)
  expect(await probe(port, { ca_file, cert_file, key_file })).toMatchObject({
    status: 200,
    failure: undefined,
  })
  expect(await probe(port, { ca_file })).toMatchObject({ failure: 'tls', certificate: { verified: true } })
})

test('a file that was replaced is read again', async () => {
  const port = await serve(good)
  const tls = { ca_file: file('rotating.pem', createIdentity({ name: 'Other CA', isAuthority: true }).cert) }
  expect(await probe(port, tls)).toMatchObject({ failure: 'tls' })
  file('rotating.pem', authority.cert)
  expect(await probe(port, tls)).toMatchObject({ failure: undefined })
})

test('a file that cannot be used is a tls failure that names it', async () => {
  const port = await serve(good)
  const missing = await probe(port, { ca_file: join(folder, 'missing.pem') })
  expect(missing).toMatchObject({ failure: 'tls' })
  expect(missing.detail).toContain('missing.pem')
  expect(await probe(port, { cert_file: file('junk.pem', 'junk') })).toMatchObject({ failure: 'tls' })
})

test('a server older than min_version is a tls failure', async () => {
  const port = await serve(good, { maxVersion: 'TLSv1.2' })
  expect(await probe(port, { ca_file })).toMatchObject({ tlsVersion: 'TLSv1.2', failure: undefined })
  expect(await probe(port, { ca_file, min_version: 'TLSv1.3' })).toMatchObject({ failure: 'tls' })
})

test.for<[string, () => Promise<number>, string]>([
  ['speaks no TLS', async () => Number(new URL(await serveText('HTTP/1.1 400 Bad\r\n\r\n')).port), 'tls'],
  ['hangs in the handshake', () => serveTcp(() => {}), 'timeout'],
  ['closes in the handshake', () => serveTcp((socket) => socket.once('data', () => socket.destroy())), 'tls'],
])('a server that %s fails as it should', async ([, start, failure]) => {
  const outcome = await probe(await start(), { ca_file }, { timeoutSeconds: 0.3 })
  expect(outcome).toMatchObject({ failure, status: undefined, certificate: undefined })
  expect(Object.keys(outcome.phases)).toEqual(['connect', 'tls'])
})

test('a resumed session keeps the certificate that was seen, and a fresh probe never resumes', async () => {
  let resumed = 0
  const port = await serveHttps({ cert: good.cert, key: good.key }, (request, response) => {
    resumed += Number((request.socket as TLSSocket).isSessionReused())
    response.end('ok')
  })
  const tls = { ca_file }
  const first = await probe(port, tls, { connection: 'resume' })
  const second = await probe(port, tls, { connection: 'resume' })
  expect(resumed).toBe(1)
  expect(second.failure).toBeUndefined()
  expect(second.certificate).toEqual(first.certificate)
  await probe(port, tls, { connection: 'fresh' })
  expect(resumed).toBe(1)
})

test('a session is not resumed once the certificate it stands for has ended', async () => {
  const end = new Date(Math.ceil(Date.now() / 1000) * 1000 + 1000)
  const brief = createIdentity({ name: 'brief', issuer: authority, hosts, notAfter: end })
  const port = await serve(brief)
  const tls = { ca_file }
  expect(await probe(port, tls, { connection: 'resume' })).toMatchObject({ certificate: { verified: true } })
  await expect
    .poll(() => probe(port, tls, { connection: 'resume' }), { timeout: 4000 })
    .toMatchObject({ failure: 'tls', certificate: { verified: false } })
})

test('a kept connection still shows its certificate', async () => {
  const port = await serve(good)
  const request = {
    url: `https://127.0.0.1:${port}`,
    tls: { ca_file },
    connection: 'keep',
    timeoutSeconds: 5,
  } as const
  await probeHttp(request, never)
  expect(await probeHttp(request, never)).toMatchObject({
    isReused: true,
    tlsVersion: 'TLSv1.3',
    certificate: { verified: true },
  })
})

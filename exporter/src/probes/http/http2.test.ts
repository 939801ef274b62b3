import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { probeHttp } from './http.ts'
import type { HttpOutcome, HttpRequest } from './http.ts'
import { createIdentity } from '../../../../demo/certificate.ts'
import type { Identity } from '../../../../demo/certificate.ts'
import { serveHttp2, serveHttp2Tls } from '../testing/http2.ts'
import { serveHttps } from '../testing/servers.ts'

const never = new AbortController().signal
let folder: string
let server: Identity

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'watchpost-h2-'))
  const authority = createIdentity({ name: 'Test CA', isAuthority: true })
  server = createIdentity({ name: 'server', issuer: authority, hosts: ['localhost', '127.0.0.1'] })
  writeFileSync(join(folder, 'ca.pem'), authority.cert)
})

afterAll(() => rmSync(folder, { recursive: true }))

function probe(url: string, more: Partial<HttpRequest> = {}): Promise<HttpOutcome> {
  const tls = url.startsWith('https:') ? { tls: { ca_file: join(folder, 'ca.pem') } } : {}
  return probeHttp({ url, timeoutSeconds: 5, ...tls, ...more }, never)
}

test('over TLS HTTP/2 is spoken where the server offers it, with all phases and the certificate', async () => {
  const port = await serveHttp2Tls(server, (stream, headers) => {
    stream.respond({ ':status': 200, 'x-path': headers[':path'] ?? '' })
    setTimeout(() => stream.end('{"status":"healthy"}'), 30)
  })
  const outcome = await probe(`https://localhost:${port}/health?deep=1`)
  expect(outcome).toMatchObject({
    failure: undefined,
    status: 200,
    httpVersion: '2',
    bodyText: '{"status":"healthy"}',
    agreedProtocol: 'h2',
    certificate: { verified: true },
  })
  expect(outcome.headers.get('x-path')).toEqual(['/health?deep=1'])
  expect(Object.keys(outcome.phases)).toEqual(['dns', 'connect', 'tls', 'processing', 'transfer'])
  expect(outcome.phases.transfer).toBeGreaterThan(0.02)
  expect(outcome.phases.transfer).toBeLessThan(1)
})

test('http_version 1.1 keeps to that, and 2 is refused where the server does not speak it', async () => {
  const both = await serveHttp2Tls(server, (stream) =>
    stream.respond({ ':status': 200 }, { endStream: true }),
  )
  const old = await serveHttps({ ...server }, (_, response) => response.end('ok'))
  expect(await probe(`https://127.0.0.1:${both}/`, { httpVersion: '1.1' })).toMatchObject({
    httpVersion: '1.1',
    agreedProtocol: undefined,
  })
  expect(await probe(`https://127.0.0.1:${both}/`, { httpVersion: '2' })).toMatchObject({ httpVersion: '2' })
  expect(await probe(`https://127.0.0.1:${old}/`)).toMatchObject({ httpVersion: '1.1', bodyText: 'ok' })
  const refused = await probe(`https://127.0.0.1:${old}/`, { httpVersion: '2' })
  expect(refused.failure).toMatch(/^(?:tls|error)$/)
  expect(refused.status).toBeUndefined()
})

test('without TLS HTTP/2 is spoken where it is configured, also with a body and our own headers', async () => {
  const asked: object[] = []
  const origin = await serveHttp2((stream, headers) => {
    let body = ''
    stream.on('data', (chunk: Buffer) => (body += chunk.toString()))
    stream.on('end', () => {
      asked.push({ ...headers, body })
      stream.respond({ ':status': 201, 'set-cookie': ['a=1', 'b=2'], 'x-name': 'caf\u00c3\u00a9' })
      stream.end(body.toUpperCase())
    })
  })
  const outcome = await probe(origin, {
    httpVersion: '2',
    method: 'POST',
    body: 'ping',
    headers: { Host: 'shop.example', 'X-Key': 'é', Connection: 'close', TE: 'trailers' },
  })
  expect(outcome).toMatchObject({ status: 201, bodyText: 'PING', httpVersion: '2', failure: undefined })
  expect(outcome.headers.get('set-cookie')).toEqual(['a=1', 'b=2'])
  expect(asked).toMatchObject([
    {
      ':method': 'POST',
      ':scheme': 'http',
      ':authority': 'shop.example',
      'x-key': 'Ã©',
      'content-length': '4',
      'user-agent': 'watchpost',
      body: 'ping',
    },
  ])
  expect(asked[0]).not.toHaveProperty('connection')
})

test('a compressed body is decoded, HEAD and 204 have none, interim answers are passed over', async () => {
  const origin = await serveHttp2((stream, headers) => {
    if (headers[':path'] === '/empty') return stream.respond({ ':status': 204 }, { endStream: true })
    if (headers[':method'] === 'HEAD') return stream.respond({ ':status': 200 }, { endStream: true })
    stream.additionalHeaders({ ':status': 103 })
    stream.respond({ ':status': 200, 'content-encoding': 'gzip' })
    stream.end(gzipSync('hello'))
  })
  const request = { httpVersion: '2' } as const
  expect(await probe(origin, request)).toMatchObject({ status: 200, bodyText: 'hello' })
  expect(await probe(origin, { ...request, method: 'HEAD' })).toMatchObject({ status: 200, bodyText: '' })
  expect(await probe(`${origin}/empty`, request)).toMatchObject({ status: 204, bodyText: '' })
})

test('a server that speaks only HTTP/2 is told to one who asked in 1.1', async () => {
  const origin = await serveHttp2(() => {})
  expect(await probe(origin)).toMatchObject({
    failure: 'error',
    detail: 'the answer is HTTP/2 (http_version: 2)',
  })
})

test('a redirect is followed from one version to the other', async () => {
  const secured = await serveHttps({ ...server }, (request, response) => response.end(request.url))
  const port = await serveHttp2Tls(server, (stream) => {
    stream.respond({ ':status': 302, location: `https://127.0.0.1:${secured}/end` }, { endStream: true })
  })
  expect(await probe(`https://127.0.0.1:${port}/`, { redirects: 1 })).toMatchObject({
    httpVersion: '1.1',
    bodyText: '/end',
  })
})

test('a session that is kept is used again, and opened again once the server has gone away', async () => {
  let sessions = 0
  const origin = await serveHttp2((stream) => {
    if (stream.id === 1) sessions += 1
    stream.respond({ ':status': 200 })
    stream.end(String(sessions))
    if (stream.id === 5) stream.session?.close()
  })
  const request: HttpRequest = { url: origin, httpVersion: '2', connection: 'keep', timeoutSeconds: 5 }
  const outcomes: HttpOutcome[] = []
  for (let count = 0; count < 5; count += 1) outcomes.push(await probeHttp(request, never))
  expect(outcomes.map(({ isReused, bodyText }) => [isReused, bodyText])).toEqual([
    [false, '1'],
    [true, '1'],
    [true, '1'],
    [false, '2'],
    [true, '2'],
  ])
  expect(Object.keys(outcomes[1]?.phases ?? {})).toEqual(['processing', 'transfer'])
})

test('a session that is kept shows its certificate with every answer', async () => {
  const port = await serveHttp2Tls(server, (stream) => {
    stream.respond({ ':status': 200 })
    stream.end('ok')
  })
  const request: HttpRequest = {
    url: `https://127.0.0.1:${port}/`,
    connection: 'keep',
    tls: { ca_file: join(folder, 'ca.pem') },
    timeoutSeconds: 5,
  }
  await probeHttp(request, never)
  expect(await probeHttp(request, never)).toMatchObject({
    isReused: true,
    httpVersion: '2',
    certificate: { verified: true },
  })
})

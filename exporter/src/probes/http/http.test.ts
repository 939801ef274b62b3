import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { createSecret, secretFile } from '../../schema/secret.ts'
import { probeHttp } from './http.ts'
import type { HttpOutcome, HttpRequest } from './http.ts'
import { serveHttp, serveTcp } from '../testing/servers.ts'

const never = new AbortController().signal

function probe(request: HttpRequest): Promise<HttpOutcome> {
  return probeHttp({ timeoutSeconds: 5, ...request }, never)
}

test('an answer is reported whole: status, headers, body, version, address, duration', async () => {
  const origin = await serveHttp((_, response) => {
    response.writeHead(503, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Content-Type', 'application/json'])
    // Long enough that what lies between the phases is little beside it.
    setTimeout(() => response.end('{"status":"error"}'), 200)
  })
  const outcome = await probe({ url: `${origin}/health?x=1#fragment` })
  expect(outcome).toMatchObject({
    failure: undefined,
    status: 503,
    bodyText: '{"status":"error"}',
    transferredBytes: 18,
    httpVersion: '1.1',
    remoteAddress: '127.0.0.1',
    redirects: 0,
  })
  expect(outcome.headers.get('set-cookie')).toEqual(['a=1', 'b=2'])
  const sum = Object.values(outcome.phases).reduce((total, seconds) => total + seconds, 0)
  expect(sum).toBeLessThanOrEqual(outcome.durationSeconds)
  expect(sum).toBeGreaterThan(outcome.durationSeconds * 0.5)
})

test('the phases of a name are dns, connect, processing and transfer; an address needs no dns', async () => {
  const origin = await serveHttp((_, response) => response.end('ok'))
  const named = await probe({ url: origin.replace('127.0.0.1', 'localhost'), ipFamily: 4 })
  expect(Object.keys(named.phases)).toEqual(['dns', 'connect', 'processing', 'transfer'])
  const numbered = await probe({ url: origin })
  expect(Object.keys(numbered.phases)).toEqual(['connect', 'processing', 'transfer'])
})

test('processing is the time until the answer begins and transfer the time until it ends', async () => {
  const origin = await serveHttp((_, response) => {
    setTimeout(() => {
      response.write('a')
      setTimeout(() => response.end('b'), 100)
    }, 50)
  })
  const { phases } = await probe({ url: origin })
  expect(phases.processing).toBeGreaterThan(0.045)
  // A slow machine delivers the first part late, and the second not.
  expect((phases.processing ?? 0) + (phases.transfer ?? 0)).toBeGreaterThan(0.145)
  expect(phases.transfer).toBeGreaterThan(0.05)
})

test('method, headers, body, host and user agent reach the server', async () => {
  const origin = await serveHttp((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => {
      response.end(JSON.stringify({ method: request.method, url: request.url, body, ...request.headers }))
    })
  })
  const headers = { 'X-Key': 'k', Host: 'api.example', 'User-Agent': 'other' }
  const { bodyText } = await probe({ url: `${origin}/a?b=c`, method: 'POST', body: '{"é":1}', headers })
  expect(JSON.parse(bodyText ?? '')).toMatchObject({
    method: 'POST',
    url: '/a?b=c',
    body: '{"é":1}',
    'x-key': 'k',
    host: 'api.example',
    'user-agent': 'other',
    connection: 'close',
  })
})

test('a body may come from a file, read at each probe', async () => {
  const origin = await serveHttp((request, response) => void request.pipe(response))
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-body-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'body.json')
  writeFileSync(file, '{"n":1}\n')
  const request = { url: origin, method: 'POST', body: secretFile.parse(file) }
  expect((await probe(request)).bodyText).toBe('{"n":1}')
  writeFileSync(file, '{"n":2}')
  expect((await probe(request)).bodyText).toBe('{"n":2}')
  rmSync(file)
  expect(await probe(request)).toMatchObject({ failure: 'error', detail: expect.stringContaining(file) })
})

test('basic and bearer credentials are sent, and a token source that fails is an auth failure', async () => {
  const origin = await serveHttp((request, response) => response.end(request.headers.authorization))
  const basic = await probe({
    url: origin,
    auth: { basic: { username: 'u', password: createSecret('p:ß') } },
  })
  expect(basic.bodyText).toBe(`Basic ${Buffer.from('u:p:ß').toString('base64')}`)
  const bearer = await probe({ url: origin, auth: { bearer: createSecret('t') } })
  expect(bearer.bodyText).toBe('Bearer t')
  const fault = { failure: 'auth', detail: 'no token' } as const
  const token = { read: () => Promise.resolve({ fault }), drop: () => {} }
  expect(await probe({ url: origin, auth: { token } })).toMatchObject({ failure: 'auth', status: undefined })
})

test('a secret that cannot be read is an auth failure', async () => {
  const gone = { ...createSecret(''), reveal: () => readFileSync('/nowhere/token', 'utf8') }
  const outcome = await probe({ url: 'http://127.0.0.1:1/', auth: { bearer: gone } })
  expect(outcome).toMatchObject({ failure: 'auth', durationSeconds: expect.any(Number) as number })
  expect(outcome.detail).toContain('/nowhere/token')
})

test('a POST without a body says so', async () => {
  const origin = await serveHttp((request, response) => response.end(request.headers['content-length']))
  expect((await probe({ url: origin, method: 'POST' })).bodyText).toBe('0')
})

test('compressed bodies are decoded and both sizes are known', async () => {
  const text = 'x'.repeat(10_000)
  const zipped = gzipSync(text)
  const origin = await serveHttp((_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' })
    response.end(zipped)
  })
  const outcome = await probe({ url: origin })
  expect(outcome.bodyText).toBe(text)
  expect(outcome.transferredBytes).toBe(zipped.length)
})

test('an unknown content coding is passed through and a known one that does not fit is a body failure', async () => {
  const origin = await serveHttp((request, response) => {
    response.writeHead(200, { 'content-encoding': (request.url ?? '').slice(1) })
    response.end('plain')
  })
  expect(await probe({ url: `${origin}/aes128gcm` })).toMatchObject({ failure: undefined, bodyText: 'plain' })
  expect(await probe({ url: `${origin}/gzip` })).toMatchObject({
    failure: 'body',
    bodyText: undefined,
    status: 200,
  })
})

test('text is read by its charset', async () => {
  const origin = await serveHttp((_, response) => {
    response.setHeader('content-type', 'text/plain; charset="Big5"')
    response.end(Buffer.from([0xa4, 0xa4, 0xa4, 0xe5]))
  })
  expect((await probe({ url: origin })).bodyText).toBe('中文')
})

test('a kept connection is used again, has no connect phase, and is opened again when it was closed', async () => {
  const ports: number[] = []
  const origin = await serveHttp((request, response) => {
    ports.push(request.socket.remotePort ?? 0)
    if (request.url === '/close') response.setHeader('connection', 'close')
    response.end('ok')
  })
  const request: HttpRequest = { url: origin, connection: 'keep', timeoutSeconds: 5 }
  const first = await probeAgain(request)
  const second = await probeAgain(request)
  expect([first.isReused, second.isReused]).toEqual([false, true])
  expect(second.phases).not.toHaveProperty('connect')
  expect(second.remoteAddress).toBe('127.0.0.1')
  expect(ports[0]).toBe(ports[1])
  const closing: HttpRequest = { url: `${origin}/close`, connection: 'keep', timeoutSeconds: 5 }
  await probeAgain(closing)
  expect(await probeAgain(closing)).toMatchObject({ isReused: false, failure: undefined })
})

test('a kept connection that the server closes just as it is used costs one more try', async () => {
  let connections = 0
  const port = await serveTcp((socket) => {
    connections += 1
    let requests = 0
    socket.on('data', () => {
      requests += 1
      if (requests === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
      else socket.destroy()
    })
  })
  const request: HttpRequest = { url: `http://127.0.0.1:${port}`, connection: 'keep', timeoutSeconds: 5 }
  await probeAgain(request)
  expect(await probeAgain(request)).toMatchObject({ failure: undefined, bodyText: 'ok', isReused: false })
  expect(connections).toBe(2)
})

test('a kept connection whose peer has fallen silent fails once, by the deadline, and is not used again', async () => {
  let isSilent = false
  const origin = await serveHttp((request, response) => {
    if (isSilent) isSilent = false
    else response.end(String(request.socket.remotePort))
  })
  const request: HttpRequest = { url: origin, connection: 'keep', timeoutSeconds: 0.2 }
  const before = await probeAgain(request)
  isSilent = true
  expect(await probeAgain(request)).toMatchObject({ failure: 'timeout', isReused: true })
  const after = await probeAgain(request)
  expect(after).toMatchObject({ failure: undefined, isReused: false })
  expect(after.bodyText).not.toBe(before.bodyText)
})

test('HEAD, 204 and 304 end without a body', async () => {
  const origin = await serveHttp((request, response) => {
    response.writeHead(Number((request.url ?? '').slice(1)), { 'content-length': '5' })
    response.end()
  })
  expect(await probe({ url: `${origin}/200`, method: 'HEAD' })).toMatchObject({ status: 200, bodyText: '' })
  expect(await probe({ url: `${origin}/304` })).toMatchObject({
    status: 304,
    bodyText: '',
    failure: undefined,
  })
})

/** Without a copy: what is kept is remembered by the request object. */
function probeAgain(request: HttpRequest): Promise<HttpOutcome> {
  return probeHttp(request, never)
}

// Servers that misbehave, each in its own way. Whatever they do, a probe ends in time with the right reason.
import { gzipSync, brotliCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { createSecret } from '../../schema/secret.ts'
import { probeHttp } from './http.ts'
import type { HttpOutcome, HttpRequest } from './http.ts'
import { serveHttp, serveTcp, serveText } from '../testing/servers.ts'

const never = new AbortController().signal
const hang = (): void => {}
const head = 'HTTP/1.1 200 OK\r\n'

function probe(url: string, more: Partial<HttpRequest> = {}): Promise<HttpOutcome> {
  return probeHttp({ url, timeoutSeconds: 0.25, ...more }, never)
}

async function expectCut(url: string): Promise<HttpOutcome> {
  const outcome = await probe(url)
  expect(outcome.failure).toBe('timeout')
  expect(outcome.durationSeconds).toBeGreaterThan(0.24)
  expect(outcome.durationSeconds).toBeLessThan(2)
  return outcome
}

test('a closed port is refused at once', async () => {
  const outcome = await probe('http://127.0.0.1:1/')
  expect(outcome).toMatchObject({ failure: 'connect', detail: 'connect ECONNREFUSED 127.0.0.1:1' })
  expect(outcome.durationSeconds).toBeLessThan(0.24)
})

test('a name that does not exist is a dns failure', async () => {
  const outcome = await probe('http://nowhere.invalid/', { timeoutSeconds: 5 })
  expect(outcome.failure).toBe('dns')
  expect(Object.keys(outcome.phases)).toEqual(['dns'])
})

test('a peer that accepts and says nothing is cut in the processing phase', async () => {
  const outcome = await expectCut(`http://127.0.0.1:${await serveTcp(hang)}`)
  expect(outcome.phases.processing).toBeGreaterThan(0.2)
  expect(outcome.detail).toBe('time was up in the processing phase')
})

test('headers that never end are cut by the deadline, however lively the server', async () => {
  const port = await serveTcp((socket) => {
    socket.write(head)
    const drip = setInterval(() => socket.write('a: b\r\n'), 20)
    socket.on('close', () => clearInterval(drip))
  })
  expect(await expectCut(`http://127.0.0.1:${port}`)).toMatchObject({ status: undefined })
})

test('a body that drips for ever is cut by the deadline, and the status is known', async () => {
  const port = await serveTcp((socket) => {
    socket.write(`${head}\r\n`)
    const drip = setInterval(() => socket.write('x'), 20)
    socket.on('close', () => clearInterval(drip))
  })
  expect(await expectCut(`http://127.0.0.1:${port}`)).toMatchObject({ status: 200, bodyText: undefined })
})

test('a peer that does not read a long request is cut', async () => {
  const port = await serveTcp((socket) => socket.pause())
  const outcome = await probe(`http://127.0.0.1:${port}`, { method: 'POST', body: 'x'.repeat(20_000_000) })
  expect(outcome.failure).toBe('timeout')
  expect(outcome.durationSeconds).toBeLessThan(2)
})

test('the signal of the round cuts a probe as its own timeout does', async () => {
  const round = new AbortController()
  const port = await serveTcp(() => round.abort())
  expect(await probeHttp({ url: `http://127.0.0.1:${port}` }, round.signal)).toMatchObject({
    failure: 'timeout',
  })
  expect(await probeHttp({ url: `http://127.0.0.1:${port}` }, round.signal)).toMatchObject({
    failure: 'timeout',
  })
})

test.for<[string, string, string]>([
  ['closes without a word', '', 'error'],
  ['is not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'error'],
  ['sends two different lengths', `${head}content-length: 2\r\ncontent-length: 3\r\n\r\nabc`, 'error'],
  [
    'sends a length and chunks',
    `${head}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    'error',
  ],
  ['sends less than it promised', `${head}content-length: 10\r\n\r\nabc`, 'body'],
  ['sends chunks of no size', `${head}transfer-encoding: chunked\r\n\r\nzz\r\nabc\r\n`, 'body'],
  ['ends within a chunk', `${head}transfer-encoding: chunked\r\n\r\n10\r\nabc`, 'body'],
  ['sends 40 kB of headers', `${head}${`a: ${'b'.repeat(1000)}\r\n`.repeat(40)}\r\n`, 'size'],
  [
    'sends two hundred interim answers',
    `${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(200)}${head}\r\n`,
    'size',
  ],
  [
    'switches protocols unasked',
    'HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    'error',
  ],
])('a server that %s fails as it should', async ([, text, failure]) => {
  const outcome = await probe(await serveText(text), { timeoutSeconds: 5 })
  expect(outcome.failure).toBe(failure)
  expect(outcome.bodyText).toBeUndefined()
})

test.for(['', ';a=b', ';a', ';a="b; \\"c\\""'])(
  'a chunk whose size is followed by %o is read',
  async (after) => {
    const text = `${head}transfer-encoding: chunked\r\n\r\n3${after}\r\nabc\r\n0\r\n\r\n`
    expect(await probe(await serveText(text))).toMatchObject({ failure: undefined, bodyText: 'abc' })
  },
)

test('a body longer than was promised is cut there, and the connection is not used again', async () => {
  const origin = await serveText(`${head}content-length: 2\r\n\r\nabcdef`)
  expect(await probe(origin)).toMatchObject({ status: 200, bodyText: 'ab', failure: undefined })
  const request: HttpRequest = { url: origin, connection: 'keep', timeoutSeconds: 1 }
  await probeHttp(request, never)
  expect(await probeHttp(request, never)).toMatchObject({ isReused: false, bodyText: 'ab' })
})

test('a reset in the middle of a body is a body failure and nothing of it is used', async () => {
  const origin = await serveText(`${head}content-length: 10\r\n\r\nabc`, (socket) => socket.resetAndDestroy())
  expect(await probe(origin)).toMatchObject({ failure: 'body', status: 200, body: undefined })
})

test('an endless body is left at the limit', async () => {
  let sentBytes = 0
  const port = await serveTcp((socket) => {
    const block = Buffer.alloc(64 * 1024, 'x')
    const pump = (): void => {
      while (socket.writable && socket.write(block)) sentBytes += block.length
    }
    socket.on('drain', pump)
    socket.write(`${head}\r\n`)
    pump()
  })
  const outcome = await probe(`http://127.0.0.1:${port}`, { maxBodyBytes: 100_000, timeoutSeconds: 5 })
  expect(outcome).toMatchObject({
    failure: 'size',
    detail: 'the body is larger than 100000 bytes',
    status: 200,
  })
  expect(outcome.transferredBytes).toBeLessThan(200_000)
  expect(sentBytes).toBeLessThan(20_000_000)
})

test('a small body that unpacks to a large one is left at the limit, and memory with it', async () => {
  const bomb = gzipSync(Buffer.alloc(200_000_000))
  const nested = gzipSync(gzipSync('a'))
  const origin = await serveHttp((request, response) => {
    const isNested = request.url === '/nested'
    response.writeHead(200, { 'content-encoding': isNested ? 'gzip, gzip' : 'gzip' })
    response.end(isNested ? nested : bomb)
  })
  const before = process.memoryUsage().rss
  const outcome = await probe(origin, { timeoutSeconds: 5 })
  expect(outcome).toMatchObject({ failure: 'size', status: 200 })
  expect(process.memoryUsage().rss - before).toBeLessThan(64_000_000)
  expect((await probe(`${origin}/nested`)).bodyText).toBe('a')
})

test('twenty stacked codings are refused', async () => {
  const origin = await serveHttp((_, response) => {
    response.writeHead(200, { 'content-encoding': Array.from({ length: 20 }, () => 'br').join() })
    response.end(brotliCompressSync('x'))
  })
  expect(await probe(origin)).toMatchObject({ failure: 'body', detail: 'the body is encoded 20 times' })
})

test('bytes that are not text become replacement characters, and a byte order mark is dropped', async () => {
  const origin = await serveHttp((_, response) => {
    response.end(Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xff, 0xed, 0xa0, 0x80, 0x00]))
  })
  expect((await probe(origin)).bodyText).toBe('a\ufffd\ufffd\ufffd\ufffd\u0000')
})

test('status lines that are out of range are reported as they are', async () => {
  expect((await probe(await serveText('HTTP/1.1 999 What\r\ncontent-length: 0\r\n\r\n'))).status).toBe(999)
  expect((await probe(await serveText('HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n'))).status).toBe(200)
})

test('a header that cannot be sent fails the probe without showing the value', async () => {
  const outcome = await probe('http://127.0.0.1:1/', { headers: { 'x-key': 'hush\nhush' } })
  expect(outcome.failure).toBeDefined()
  expect(outcome.detail).not.toContain('hush')
  const bearer = await probe(await serveHttp((_, response) => response.end()), {
    auth: { bearer: createSecret('hush\u0000') },
  })
  expect(bearer).toMatchObject({ failure: 'error', status: undefined })
  expect(bearer.detail).not.toContain('hush')
})

test('ten targets that hang take nothing from the eleventh', async () => {
  const silent = `http://127.0.0.1:${await serveTcp(hang)}`
  const well = await serveHttp((_, response) => response.end('ok'))
  const hanging = Array.from({ length: 10 }, () => probe(silent))
  const outcome = await probe(well)
  expect(outcome).toMatchObject({ failure: undefined })
  expect(outcome.durationSeconds).toBeLessThan(0.24)
  for (const each of await Promise.all(hanging)) expect(each.failure).toBe('timeout')
})

// HTTP/2 servers that misbehave, frame by frame. Whatever they do, a probe ends in time with the right reason.
import { expect, test } from 'vitest'
import { probeHttp } from './http.ts'
import type { HttpOutcome, HttpRequest } from './http.ts'
import { frame, serveFrames, serveHttp2, status200, uint32 } from '../testing/http2.ts'
import { serveTcp, serveText } from '../testing/servers.ts'

const never = new AbortController().signal
const endStream = 1
const endHeaders = 4

function probe(url: string, more: Partial<HttpRequest> = {}): Promise<HttpOutcome> {
  return probeHttp({ url, httpVersion: '2', timeoutSeconds: 5, ...more }, never)
}

async function expectCut(url: string, more: Partial<HttpRequest> = {}): Promise<HttpOutcome> {
  const outcome = await probe(url, { timeoutSeconds: 0.25, ...more })
  expect(outcome.failure).toBe('timeout')
  expect(outcome.durationSeconds).toBeGreaterThan(0.24)
  expect(outcome.durationSeconds).toBeLessThan(2)
  return outcome
}

const ok = frame('headers', endHeaders, 1, status200)
/** A status of 200 and, as a literal with its name from the static table, a content-length of 10. */
const promise = Buffer.concat([status200, Buffer.from([0x0f, 0x0d, 2]), Buffer.from('10')])

test('a server that never answers, not even with its settings, is cut in the processing phase', async () => {
  const outcome = await expectCut(`http://127.0.0.1:${await serveTcp(() => {})}`)
  expect(outcome).toMatchObject({ detail: 'time was up in the processing phase', status: undefined })
})

test('a body that does not come is cut in the transfer phase, and the status is known', async () => {
  const origin = await serveFrames((socket) => socket.write(ok))
  expect(await expectCut(origin)).toMatchObject({ status: 200, bodyText: undefined })
})

test('a server that lets nothing be sent to it is cut', async () => {
  const noWindow = frame('settings', 0, 0, Buffer.concat([Buffer.from([0, 4]), uint32(0)]))
  const origin = await serveFrames(() => {}, noWindow)
  const outcome = await expectCut(origin, { method: 'POST', body: 'x'.repeat(1_000_000) })
  expect(outcome.status).toBeUndefined()
})

test('a server that has gone away, before or within the answer, is said to have', async () => {
  const goaway = frame('goaway', 0, 0, uint32(0, 2))
  expect(await probe(await serveFrames((socket) => socket.write(goaway)))).toMatchObject({
    failure: 'error',
    status: undefined,
  })
  const late = await probe(await serveFrames((socket) => socket.write(Buffer.concat([ok, goaway]))))
  expect(late).toMatchObject({ failure: 'body', status: 200, body: undefined })
})

test.for<[string, number]>([
  ['an error', 2],
  ['nothing wrong', 0],
  ['cancelled', 8],
  ['the other version wanted', 13],
])('a stream that is reset with %s is a failure, and nothing of its body is used', async ([, code]) => {
  const reset = frame('reset', 0, 1, uint32(code))
  expect(await probe(await serveFrames((socket) => socket.write(reset)))).toMatchObject({
    failure: 'error',
    status: undefined,
  })
  const promised = frame('headers', endHeaders, 1, promise)
  const half = Buffer.concat([promised, frame('data', 0, 1, Buffer.from('half')), reset])
  expect(await probe(await serveFrames((socket) => socket.write(half)))).toMatchObject({
    failure: 'body',
    status: 200,
    body: undefined,
  })
})

test('a connection that ends within a body is a body failure', async () => {
  const half = Buffer.concat([ok, frame('data', 0, 1, Buffer.from('half'))])
  const origin = await serveFrames((socket) => socket.write(half, () => socket.resetAndDestroy()))
  expect(await probe(origin)).toMatchObject({ failure: 'body', status: 200, body: undefined })
})

test('a body that is shorter or longer than was promised is a failure', async () => {
  for (const body of ['short', 'much too long']) {
    const answer = [frame('headers', endHeaders, 1, promise), frame('data', endStream, 1, Buffer.from(body))]
    const origin = await serveFrames((socket) => socket.write(Buffer.concat(answer)))
    expect(await probe(origin)).toMatchObject({
      failure: expect.stringMatching(/error|body/),
      body: undefined,
    })
  }
})

test('headers that never end are left, and memory with them', async () => {
  const before = process.memoryUsage().rss
  const filler = Buffer.concat(
    Array.from({ length: 100 }, () => Buffer.from([0, 1, 0x61, 100, ...Buffer.alloc(100, 0x62)])),
  )
  const origin = await serveFrames((socket) => {
    socket.write(frame('headers', 0, 1, status200))
    const pump = (): void => {
      while (socket.writable && socket.write(frame('continuation', 0, 1, filler)));
    }
    socket.on('drain', pump)
    pump()
  })
  const outcome = await probe(origin)
  expect(outcome).toMatchObject({ failure: expect.stringMatching(/error|size/), status: undefined })
  expect(process.memoryUsage().rss - before).toBeLessThan(64_000_000)
})

test('a few bytes of headers that unpack to many are left', async () => {
  // One entry of 4,000 bytes into the table, then ten thousand times the one byte that stands for it.
  const entry = Buffer.from([0x40, 1, 0x61, 0x7f, 0xa1, 0x1e, ...Buffer.alloc(4_000, 0x62)])
  const bomb = Buffer.concat([status200, entry, Buffer.alloc(10_000, 0xbe)])
  const before = process.memoryUsage().rss
  const origin = await serveFrames((socket) =>
    socket.write(frame('headers', endHeaders | endStream, 1, bomb)),
  )
  const outcome = await probe(origin)
  expect(outcome).toMatchObject({ failure: expect.stringMatching(/error|size/), status: undefined })
  expect(process.memoryUsage().rss - before).toBeLessThan(64_000_000)
})

test('two hundred interim answers are too many', async () => {
  const origin = await serveHttp2((stream) => {
    for (let count = 0; count < 200; count += 1) stream.additionalHeaders({ ':status': 103 })
    stream.respond({ ':status': 200 }, { endStream: true })
  })
  expect(await probe(origin)).toMatchObject({ failure: 'size' })
})

test('an endless body is left at the limit', async () => {
  let sentBytes = 0
  const origin = await serveHttp2((stream) => {
    stream.respond({ ':status': 200 })
    const block = Buffer.alloc(64 * 1024, 'x')
    const pump = (): void => {
      while (stream.writable && stream.write(block)) sentBytes += block.length
    }
    stream.on('drain', pump)
    pump()
  })
  expect(await probe(origin, { maxBodyBytes: 100_000 })).toMatchObject({
    failure: 'size',
    detail: 'the body is larger than 100000 bytes',
    status: 200,
  })
  expect(sentBytes).toBeLessThan(20_000_000)
})

test('whoever floods us with pings is cut or left', async () => {
  const ping = frame('ping', 0, 0, Buffer.alloc(8))
  const origin = await serveFrames((socket) => {
    const flood = Buffer.concat(Array.from({ length: 1_000 }, () => ping))
    const pump = (): void => {
      while (socket.writable && socket.write(flood));
    }
    socket.on('drain', pump)
    pump()
  })
  const outcome = await probe(origin, { timeoutSeconds: 0.5 })
  expect(outcome.failure).toMatch(/timeout|error/)
  expect(outcome.durationSeconds).toBeLessThan(2)
})

test.for<[string, string]>([
  ['speaks HTTP/1.1', 'HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n'],
  ['closes without a word', ''],
  ['says anything', 'SSH-2.0-OpenSSH_9.2\r\n'],
])('a server that %s is not taken for one of HTTP/2', async ([, text]) => {
  expect(await probe(await serveText(text))).toMatchObject({ failure: 'error', status: undefined })
})

test('a server that begins with its settings and is then silent takes nothing from the next probe', async () => {
  const silent = await serveFrames(() => {})
  const well = await serveHttp2((stream) => {
    stream.respond({ ':status': 200 })
    stream.end('ok')
  })
  const hanging = Array.from({ length: 10 }, () => probe(silent, { timeoutSeconds: 0.4 }))
  expect(await probe(well)).toMatchObject({ bodyText: 'ok' })
  for (const each of await Promise.all(hanging)) expect(each.failure).toBe('timeout')
})

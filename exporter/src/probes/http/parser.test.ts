import * as fc from 'fast-check'
import { request } from 'node:http'
import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { AnswerParser } from './parser.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 1000)

interface Read {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly failure: string | undefined
}

function parse(parts: readonly Buffer[], method = 'GET', maxBodyBytes = 1 << 20): Read {
  const parser = new AnswerParser({ method, maxBodyBytes })
  for (const part of parts) if (!parser.isDone) parser.push(part)
  parser.end()
  const headers = Object.fromEntries(
    [...(parser.head?.headers ?? [])].map(([name, all]) => [name, all.join()]),
  )
  const failure = parser.fault?.failure
  return {
    status: parser.head?.status,
    headers,
    body: failure ? '' : parser.body.toString('latin1'),
    failure,
  }
}

/** What the client of Node makes of the same bytes. */
function parseByNode(bytes: Buffer, method: string): Promise<Read> {
  const { promise, resolve } = Promise.withResolvers<Read>()
  const failed = { status: undefined, headers: {}, body: '', failure: 'any' }
  const peer = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() })
  const asked = request({ method, createConnection: () => peer })
  asked.on('error', () => resolve(failed))
  // The end of an answer may be told after the end of its connection.
  asked.on('close', () => setImmediate(() => resolve(failed)))
  asked.on('response', (response) => {
    let body = ''
    response.setEncoding('latin1')
    response.on('data', (chunk: string) => (body += chunk))
    response.on('error', () => resolve(failed))
    response.on('end', () => {
      const headers = Object.fromEntries(
        Object.entries(response.headersDistinct).map(([name, all = []]) => [name, all.join()]),
      )
      resolve({ status: response.statusCode, headers, body, failure: undefined })
    })
  })
  asked.end()
  peer.push(bytes)
  peer.push(null)
  return promise
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const parts: Buffer[] = []
  let at = 0
  for (const size of sizes) {
    parts.push(bytes.subarray(at, at + size))
    at += size
  }
  return [...parts, bytes.subarray(at)].filter(({ length }) => length > 0)
}

const token = fc.stringMatching(/^[A-Za-z][\w-]{0,8}$/)
const header = fc.tuple(
  token.filter((name) => !/^(?:connection|content-length|transfer-encoding|upgrade|trailer)$/i.test(name)),
  fc.stringMatching(/^[!-~]?[ -~\t]{0,12}$/),
)
const status = fc.constantFrom(200, 201, 204, 301, 304, 404, 418, 500, 503, 999)
const text = fc.string({ unit: 'binary-ascii', maxLength: 40 })

interface Asked {
  readonly method: string
  readonly bytes: Buffer
}

/** A request and an answer to it in any of the ways in which HTTP/1.1 can tell the length of a body. */
const answered: fc.Arbitrary<Asked> = fc
  .record({
    method: fc.constantFrom('GET', 'HEAD', 'POST'),
    status,
    headers: fc.array(header, { maxLength: 5 }),
    body: text,
    chunks: fc.array(text, { maxLength: 4 }),
    way: fc.constantFrom('length', 'chunks', 'close'),
    interim: fc.nat({ max: 2 }),
    version: fc.constantFrom('1.0', '1.1'),
  })
  .map(({ method, headers, body, chunks, way, interim, version, status: code }) => {
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    const pieces = chunks.filter(({ length }) => length > 0)
    const chunked = pieces.map((piece) => `${piece.length.toString(16)};x=y;q="a;b"\r\n${piece}\r\n`).join('')
    const [framing, content] = {
      length: [`content-length: ${body.length}\r\n`, body],
      chunks: ['transfer-encoding: chunked\r\n', `${chunked}0\r\ntrailer: x\r\n\r\n`],
      close: ['', body],
    }[way]
    const isEmpty = method === 'HEAD' || code === 204 || code === 304
    const early = 'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n'.repeat(interim)
    const head = `${early}HTTP/${version} ${code} Whatever\r\n${lines}${framing}\r\n`
    return { method, bytes: Buffer.from(head + (isEmpty ? '' : content), 'latin1') }
  })

const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 40 })

/** What we leave lying after an answer is a fault to Node, which has no other way to say so. */
function hasExcess({ method, bytes }: Asked): boolean {
  const parser = new AnswerParser({ method, maxBodyBytes: 1 << 20 })
  parser.push(bytes.subarray(0, -1))
  return parser.isDone
}

test('an answer is the same however its bytes are cut', () => {
  const same = fc.property(answered, sizes, ({ method, bytes }, cuts) => {
    expect(parse(cut(bytes, cuts), method)).toEqual(parse([bytes], method))
  })
  fc.assert(same, { numRuns })
})

test('a proper answer is read as the client of Node reads it', async () => {
  const same = fc.asyncProperty(answered, async ({ method, bytes }) => {
    expect(parse([bytes], method)).toEqual(await parseByNode(bytes, method))
  })
  await fc.assert(same, { numRuns })
})

test('an answer with a broken byte is never read where Node refuses it, nor read differently', async () => {
  const spoilt = fc.tuple(answered, fc.nat(), fc.nat({ max: 255 })).map(([{ method, bytes }, at, byte]) => {
    const copy = Buffer.from(bytes)
    copy[at % copy.length] = byte
    return { method, bytes: copy }
  })
  const isAsStrict = fc.asyncProperty(spoilt, async (asked) => {
    const ours = parse([asked.bytes], asked.method)
    if (ours.failure !== undefined || hasExcess(asked)) return
    expect(await parseByNode(asked.bytes, asked.method)).toEqual(ours)
  })
  await fc.assert(isAsStrict, { numRuns })
})

test('whatever comes, the parser ends with an answer or a fault and keeps to its limits', () => {
  const noise = fc
    .uint8Array({ maxLength: 300 })
    .map((bytes) => ({ method: 'GET', bytes: Buffer.from(bytes) }))
  const bounded = fc.property(fc.oneof(noise, answered), sizes, ({ method, bytes }, cuts) => {
    const read = parse(cut(bytes, cuts), method, 16)
    expect(read.body.length).toBeLessThanOrEqual(16)
    expect(read.failure !== undefined || read.status !== undefined).toBe(true)
  })
  fc.assert(bounded, { numRuns })
})

test('headers made of blanks take no time', () => {
  const began = performance.now()
  const blanks = ' '.repeat(30_000)
  for (const line of [`a:${blanks}\0`, `a:${blanks}b${blanks}`, `a:b${blanks}\0`]) {
    for (let index = 0; index < 10; index += 1) parse([Buffer.from(`HTTP/1.1 200 OK\r\n${line}\r\n\r\n`)])
  }
  expect(performance.now() - began).toBeLessThan(2_000)
})

test.for<[string, boolean]>([
  ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok', true],
  ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n', true],
  ['HTTP/1.1 204 No Content\r\n\r\n', true],
  ['HTTP/1.1 200 OK\r\nconnection: x, Close\r\ncontent-length: 2\r\n\r\nok', false],
  ['HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok', false],
  ['HTTP/1.1 200 OK\r\n\r\nok', false],
  ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\n', false],
])('after %o the connection is reusable: %s', ([bytes, isReusable]) => {
  const parser = new AnswerParser({ method: 'GET', maxBodyBytes: 100 })
  parser.push(Buffer.from(bytes))
  expect(parser.isReusable).toBe(isReusable)
})

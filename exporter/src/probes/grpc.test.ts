import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createSecureServer, createServer } from 'node:http2'
import type { ServerHttp2Stream } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { probeGrpc } from './grpc.ts'
import type { GrpcOutcome, GrpcRequest } from './grpc.ts'
import { createIdentity } from '../../../demo/certificate.ts'
import { listen, serveHttp, serveTcp } from './testing/servers.ts'

const never = new AbortController().signal
const ok = { ':status': 200, 'content-type': 'application/grpc' }

function probe(port: number, more: Partial<GrpcRequest> = {}): Promise<GrpcOutcome> {
  return probeGrpc({ host: '127.0.0.1', port, timeoutSeconds: 2, ...more }, never)
}

/** Says `bytes` as its message, then OK, and notes what was asked. */
function answer(bytes: readonly number[], asked: string[] = []): (stream: ServerHttp2Stream) => void {
  return (stream) => {
    stream.on('data', (chunk: Buffer) => asked.push(chunk.toString('latin1')))
    stream.respond(ok, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.end(Buffer.from([0, 0, 0, 0, bytes.length, ...bytes]))
  }
}

function serve(use: (stream: ServerHttp2Stream) => void): Promise<number> {
  return listen(
    createServer().on('stream', (stream) => {
      stream.on('error', () => {})
      use(stream)
    }),
  )
}

test.for<[string, number[]]>([
  ['unknown', []],
  ['serving', [8, 1]],
  ['not_serving', [8, 2]],
  ['service_unknown', [8, 3]],
])('a server that is %s says so', async ([serving, bytes]) => {
  const outcome = await probe(await serve(answer(bytes)))
  expect(outcome).toMatchObject({ failure: undefined, grpcStatus: 0, httpStatus: 200, serving })
  expect(Object.keys(outcome.phases)).toEqual(['connect', 'processing'])
})

test('one service is asked for by its name, the server as a whole by none', async () => {
  const asked: string[] = []
  const port = await serve(answer([8, 1], asked))
  await probe(port, { service: 'shop.Orders' })
  await probe(port)
  await probe(port, { service: 'x'.repeat(200) })
  expect(asked).toEqual([
    '\0\0\0\0\r\n\vshop.Orders',
    '\0\0\0\0\0',
    `\0\0\0\0\u00cb\n\u00c8\u0001${'x'.repeat(200)}`,
  ])
})

test('a status of gRPC other than OK is an answer without a serving state', async () => {
  const port = await serve((stream) => stream.respond({ ...ok, 'grpc-status': '12' }, { endStream: true }))
  expect(await probe(port)).toMatchObject({ failure: undefined, grpcStatus: 12, serving: undefined })
})

test.for<[string, () => Promise<number>, string]>([
  [
    'speaks HTTP/1.1',
    async () => Number(new URL(await serveHttp((_, response) => response.end())).port),
    'error',
  ],
  ['is no gRPC', () => serve((stream) => stream.respond({ ':status': 404 }, { endStream: true })), 'error'],
  ['resets the stream', () => serve((stream) => stream.close(2)), 'error'],
  ['closes at once', () => serveTcp((socket) => socket.destroy()), 'error'],
  ['hangs', () => serve(() => {}), 'timeout'],
  ['sends too much', () => serve((stream) => (stream.respond(ok), stream.end(Buffer.alloc(10_000)))), 'size'],
])('a server that %s fails as it should', async ([, start, failure]) => {
  const outcome = await probe(await start(), { timeoutSeconds: 0.3 })
  expect(outcome).toMatchObject({ failure, serving: undefined })
})

test('over TLS the certificate is verified and HTTP/2 agreed upon', async () => {
  const authority = createIdentity({ name: 'Test CA', isAuthority: true })
  const { cert, key } = createIdentity({ name: 'good', issuer: authority, hosts: ['127.0.0.1'] })
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-grpc-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'ca.pem'), authority.cert)
  const port = await listen(createSecureServer({ cert, key }).on('stream', answer([8, 1])))
  const trusted = { options: { ca_file: join(folder, 'ca.pem') } }
  expect(await probe(port, { tls: trusted })).toMatchObject({
    serving: 'serving',
    certificate: { verified: true },
  })
  expect(await probe(port, { tls: { options: undefined } })).toMatchObject({ failure: 'tls' })
})

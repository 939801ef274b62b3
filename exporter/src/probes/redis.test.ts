import type { Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { expect, test } from 'vitest'
import { probeRedis } from './redis.ts'
import { createIdentity } from '../../../demo/certificate.ts'
import { listen as listenOn, serveTcp } from './testing/servers.ts'

/** A server that speaks the protocol: `answer` is given each command as its words. */
async function listen(answer: (words: string[], socket: Socket) => void): Promise<string> {
  const port = await serveTcp((socket) => {
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString()
      for (;;) {
        const found = /^\*(\d+)\r\n/.exec(text)
        if (!found) return
        const words = text
          .slice(found[0].length)
          .split('\r\n')
          .slice(0, Number(found[1]) * 2)
        text = text.slice(found[0].length + words.join('\r\n').length + 2)
        answer(
          words.filter((_, index) => index % 2 === 1),
          socket,
        )
      }
    })
  })
  return `127.0.0.1:${port}`
}

const info = '# Server\r\nredis_version:8.2.1\r\nuptime_in_seconds:10\r\n# Clients\r\nconnected_clients:3\r\n'
const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`
const signal = (): AbortSignal => AbortSignal.timeout(300)

test('the fields of INFO are read, however the answer is cut into packets', async () => {
  const address = await listen((words, socket) => {
    for (const byte of words[0] === 'PING' ? '+PONG\r\n' : bulk(info)) socket.write(byte)
  })
  const outcome = await probeRedis(`redis://${address}`, signal())
  expect(outcome).toMatchObject({
    failure: undefined,
    info: { redis_version: '8.2.1', connected_clients: '3' },
  })
  expect(outcome.phases.connect).toBeGreaterThan(0)
})

test('user and password of the URL sign in first', async () => {
  const seen: string[][] = []
  const address = await listen((words, socket) => {
    seen.push(words)
    socket.write({ AUTH: '+OK\r\n', PING: '+PONG\r\n' }[words[0] ?? ''] ?? bulk(info))
  })
  const outcome = await probeRedis(`redis://watch:p%40ss@${address}`, signal())
  expect(outcome.failure).toBeUndefined()
  expect(seen).toEqual([['AUTH', 'watch', 'p@ss'], ['PING'], ['INFO']])
})

test.each([
  ['-WRONGPASS invalid username-password pair or user is disabled.', 'auth'],
  ['-NOAUTH Authentication required.', 'auth'],
  ['-ERR max number of clients reached', 'quota'],
  ['-LOADING Redis is loading the dataset in memory', 'error'],
])('the refusal %s is %s', async (reply, failure) => {
  const address = await listen((_words, socket) => socket.write(`${reply}\r\n`))
  const outcome = await probeRedis(`redis://:hunter2@${address}`, signal())
  expect(outcome).toMatchObject({ info: undefined, failure, detail: `redis refused: ${reply.slice(1)}` })
})

test('who may ping and not ask for INFO finds the server well, and is told what is missing', async () => {
  const refusal = "-NOPERM this user has no permissions to run the 'info' command"
  const address = await listen((words, socket) => {
    socket.write(words[0] === 'PING' ? '+PONG\r\n' : `${refusal}\r\n`)
  })
  expect(await probeRedis(`redis://${address}`, signal())).toMatchObject({
    failure: undefined,
    info: {},
    problem: `redis refused: ${refusal.slice(1)}`,
  })
})

test('something that is not Redis is told by what it sends', async () => {
  const page = await listen((_words, socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  expect(await probeRedis(`redis://${page}`, signal())).toMatchObject({
    failure: 'error',
    detail: 'expected PONG, got something else',
  })
  const endless = await listen((_words, socket) => socket.write(`+${'x'.repeat(2_000_000)}`))
  expect(await probeRedis(`redis://${endless}`, signal())).toMatchObject({ failure: 'size' })
})

test('a server that says nothing is given up at the deadline, one that is absent at once', async () => {
  const silent = await listen(() => {})
  expect(await probeRedis(`redis://${silent}`, signal())).toMatchObject({ failure: 'timeout' })
  expect(await probeRedis('redis://127.0.0.1:1', signal())).toMatchObject({ failure: 'connect' })
  expect(await probeRedis('redis://nowhere.invalid', AbortSignal.timeout(3_000))).toMatchObject({
    failure: 'dns',
  })
  const plain = await listen((_words, socket) => socket.end())
  expect(await probeRedis(`rediss://${plain}`, signal())).toMatchObject({ info: undefined })
})

test('over TLS a certificate that nobody vouches for is reason tls', async () => {
  const { cert, key } = createIdentity({ name: 'cache', hosts: ['localhost'] })
  const server = createTlsServer({ cert, key }, (socket) => void socket.on('error', () => {}))
  const port = await listenOn(server)
  expect(await probeRedis(`rediss://localhost:${port}`, AbortSignal.timeout(2_000))).toMatchObject({
    failure: 'tls',
    info: undefined,
    certificate: { verified: false },
  })
})

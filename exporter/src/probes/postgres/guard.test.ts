// Ports at which something else than Postgres answers, or a Postgres that is out of its mind.
import type { Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { serveTcp } from '../testing/servers.ts'
import { openDatabase } from './postgres.ts'
import { probePostgres } from './session.ts'

const message = (code: string, length: number, rest = Buffer.alloc(0)): Buffer => {
  const head = Buffer.alloc(5)
  head.write(code, 'latin1')
  head.writeInt32BE(length, 1)
  return Buffer.concat([head, rest])
}
const welcome = Buffer.concat([message('R', 8, Buffer.alloc(4)), message('Z', 5, Buffer.from('I'))])

const answers: readonly (readonly [string, (socket: Socket) => void])[] = [
  ['a row that is shorter than it says', (socket) => socket.write(message('D', 6, Buffer.from([255, 255])))],
  ['a length below its own', (socket) => socket.write(message('D', 0))],
  ['noise', (socket) => socket.write(Buffer.from(Array.from({ length: 5_000 }, (_, n) => (n * 7) % 9)))],
  ['a row that nobody asked for', (socket) => socket.write(message('D', 6, Buffer.alloc(2)))],
  ['a reset', (socket) => socket.resetAndDestroy()],
  ['an end', (socket) => socket.end()],
  ['the page of a web server', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
]

async function serve(answer: (socket: Socket) => void, isWelcome: boolean): Promise<string> {
  const port = await serveTcp((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      if (isWelcome) socket.write(welcome)
      else answer(socket)
      socket.once('data', () => answer(socket))
    })
  })
  return `postgres://watcher@127.0.0.1:${port}/db`
}

const within = (milliseconds: number) => ({
  signal: AbortSignal.timeout(milliseconds),
  timeoutSeconds: milliseconds / 1000,
})

for (const isWelcome of [false, true]) {
  const when = isWelcome ? 'after the welcome' : 'at once'
  test.each(answers)(`%s, ${when}, costs this probe and this reading only`, async (_what, answer) => {
    const url = await serve(answer, isWelcome)
    const probed = await probePostgres({ url, ...within(500) }, (ask) => ask('SELECT 1'))
    expect(probed.result).toBeUndefined()
    expect(probed.failure).toMatch(/^(?:error|connect|timeout)$/)
    const database = openDatabase('db', url)
    onTestFinished(() => database.close())
    await expect(database.read(within(500), (client) => client.query('SELECT 1'))).rejects.toBeInstanceOf(
      Error,
    )
  })
}

test('a message without end is not waited for with all of the memory', async () => {
  const piece = Buffer.alloc(1_048_576)
  const pour = (socket: Socket): void => {
    if (!socket.destroyed) socket.write(piece, () => pour(socket))
  }
  const url = await serve((socket) => {
    socket.write(message('D', 2_000_000_000))
    pour(socket)
  }, true)
  const { failure, detail } = await probePostgres({ url, ...within(30_000) }, (ask) => ask('SELECT 1'))
  expect(failure).toBe('error')
  expect(detail).toContain('a message is longer than 16777216 bytes')
})

test('a port that is none ends the probe, and nothing else', async () => {
  const url = 'postgres://watcher@127.0.0.1/db?port=abc'
  const { failure, detail } = await probePostgres({ url, ...within(200) }, (ask) => ask('SELECT 1'))
  expect([failure, detail]).toEqual(['error', expect.stringContaining('Port')])
  await new Promise((resolve) => setTimeout(resolve, 300))
})

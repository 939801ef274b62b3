// Clients that take their time, each against a real listener; each test has a second client that is served meanwhile.
import { once } from 'node:events'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { createIdentity } from '../../../demo/certificate.ts'
import { createLog } from '../log.ts'
import { listen } from '../probes/testing/servers.ts'
import { limits } from './limits.ts'
import type { Limits } from './limits.ts'
import { createListener } from './listener.ts'

const page = 'x'.repeat(16_000_000)

async function open(given: Partial<Limits>, webConfig?: string): Promise<{ port: number; server: Server }> {
  const app = express()
    .get('/page', (_request, response) => void response.send(page))
    .use((_request, response) => void response.send('in'))
  const server = createListener(app, webConfig, createLog('error'), { ...limits, ...given })
  if ('length' in server) throw new Error('the web configuration was refused')
  return { port: await listen(server), server }
}

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** What was said until the other side closed, and after how many seconds that was. */
async function untilClosed(socket: Socket): Promise<{ said: string; seconds: number }> {
  const began = performance.now()
  let said = ''
  socket.on('data', (bytes) => (said += bytes.toString()))
  await once(socket, 'close')
  return { said, seconds: (performance.now() - began) / 1000 }
}

const get = async (port: number): Promise<number> => (await fetch(`http://127.0.0.1:${port}/`)).status

test('a head that never ends is answered with 408, and others are served meanwhile', async () => {
  const { port } = await open({ headSeconds: 0.3 })
  const socket = await dial(port)
  socket.write('GET / HTTP/1.1\r\nhost: a\r\n')
  const drip = setInterval(() => socket.write('x-drip: a\r\n'), 50)
  onTestFinished(() => clearInterval(drip))
  const closed = untilClosed(socket)
  expect(await get(port)).toBe(200)
  const { said, seconds } = await closed
  expect(said).toMatch(/^HTTP\/1\.1 408 /)
  expect(seconds).toBeGreaterThan(0.25)
})

test('a connection on which nothing is said does not stay, first or between requests', async () => {
  const { port } = await open({ headSeconds: 0.3, idleSeconds: 0.3 })
  const silent = untilClosed(await dial(port))
  const socket = await dial(port)
  socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
  expect((await untilClosed(socket)).said).toMatch(/^HTTP\/1\.1 200 .*in$/s)
  expect((await silent).seconds).toBeGreaterThan(0.25)
})

test('a body that trickles is cut at the limit of the request', async () => {
  const { port } = await open({ headSeconds: 0.3, requestSeconds: 0.5 })
  const socket = await dial(port)
  socket.write('POST /-/reload HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n')
  const drip = setInterval(() => socket.write('a'), 50)
  onTestFinished(() => clearInterval(drip))
  expect((await untilClosed(socket)).seconds).toBeGreaterThan(0.4)
})

test('who stops reading an answer is cut, and who reads slowly gets all of it', async () => {
  const { port, server } = await open({ unreadSeconds: 1 })
  const stalled = await dial(port)
  stalled.pause()
  stalled.write('GET /page HTTP/1.1\r\nhost: a\r\n\r\n')
  await once(server, 'request')
  const slow = await dial(port)
  slow.write('GET /page HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n')
  let read = 0
  for await (const bytes of slow) {
    read += (bytes as Buffer).length
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  expect(read).toBeGreaterThan(page.length)
  const connections = (): Promise<number> =>
    new Promise((resolve) => server.getConnections((_error, count) => resolve(count)))
  await expect.poll(connections, { timeout: 10_000 }).toBe(0)
})

test('a head that is too large is 431, and more connections than allowed are closed at once', async () => {
  const { port } = await open({ headBytes: 2_000, connections: 2 })
  const large = await dial(port)
  large.write(`GET / HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(3_000)}\r\n\r\n`)
  expect((await untilClosed(large)).said).toMatch(/^HTTP\/1\.1 431 /)
  const [first, second] = [await dial(port), await dial(port)]
  expect((await untilClosed(await dial(port))).said).toBe('')
  first.destroy()
  await expect.poll(() => get(port).catch(() => 0)).toBe(200)
  expect(second.destroyed).toBe(false)
})

test('a handshake of TLS that never ends is given up', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-limits-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const { cert, key } = createIdentity({ name: 'localhost', hosts: ['localhost'] })
  for (const [name, text] of Object.entries({ cert, key })) writeFileSync(join(folder, name), text)
  const file = join(folder, 'web.yml')
  writeFileSync(file, 'tls_server_config: { cert_file: cert, key_file: key }\n')
  const { port } = await open({ headSeconds: 0.3 }, file)
  const socket = await dial(port)
  // The beginning of a record, and no more.
  socket.write(Buffer.from([0x16, 3, 1]))
  expect((await untilClosed(socket)).seconds).toBeGreaterThan(0.25)
})

// Redis as it is found on a real server: in use, full, closed to us, crowded and gone.
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { requireProgram } from '../../demo/programs/find.ts'
import { freePort } from '../../demo/programs/ports.ts'
import { startProcess } from '../../demo/programs/process.ts'
import type { RunningProcess } from '../../demo/programs/process.ts'
import { databases } from '../../exporter/src/collectors/databases/databases.ts'
import type { DatabaseReading } from '../../exporter/src/collectors/databases/watch.ts'
import { collectorContext, startRound } from '../harness/collector.ts'

const maxMemory = 4_000_000
let directory: string
let port: number
let server: RunningProcess

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-redis-'))
  port = await freePort()
  await start()
})
afterAll(async () => {
  await server.stop()
  await rm(directory, { recursive: true })
})

async function start(): Promise<void> {
  const { path } = await requireProgram('redis-server', { log: () => {} })
  const settings = [
    `--port ${port} --bind 127.0.0.1 --dir ${directory} --save`,
    `--maxclients 20 --maxmemory ${maxMemory} --maxmemory-policy allkeys-lru`,
    '--requirepass hunter2',
  ]
  const flags = settings.join(' ').split(' ')
  flags.splice(flags.indexOf('--save') + 1, 0, '')
  server = await startProcess({
    name: 'redis',
    command: path,
    arguments: flags,
    readyUrl: `tcp://127.0.0.1:${port}`,
  })
}

async function probe(password = 'hunter2'): Promise<DatabaseReading> {
  const url = `redis://:${password}@127.0.0.1:${port}/0`
  const section = databases.schema.parse([{ name: 'cache', kind: 'redis', url }])
  const { targets } = await databases.create(section, collectorContext()).collect(startRound())
  const [target] = targets
  if (!target) throw new Error('expected one target')
  return target
}

/** A session that stays until the test ends; what is answered is not read. */
async function open(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {}).resume()
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  socket.write('AUTH hunter2\r\n')
  return socket
}

test('a server that is in use', async () => {
  const user = await open()
  user.write('SET a 1\r\nGET a\r\nGET nothing\r\n')
  await expect.poll(async () => (await probe()).facts.cacheMisses).toBe(1)
  const { status, facts, problems } = await probe()
  expect(status).toBe('healthy')
  expect(Object.values(problems).filter(Boolean)).toEqual([])
  expect(facts).toMatchObject({
    role: 'primary',
    connections: { blocked: 0 },
    connectionsMax: 20,
    cacheHits: 1,
    evictions: 0,
    memoryMaxBytes: maxMemory,
    replicas: 0,
  })
  expect(facts.version).toMatch(/^\d+\.\d+/)
  expect(facts.memoryBytes).toBeGreaterThan(100_000)
  expect(facts.connections?.['connected']).toBeGreaterThanOrEqual(1)
  expect(Math.abs((facts.startedAt ?? 0) - Date.now() / 1000)).toBeLessThan(60)
})

test('one that waits for others is told apart', async () => {
  const waiting = await open()
  waiting.write('BLPOP queue 0\r\n')
  await expect.poll(async () => (await probe()).facts.connections?.['blocked']).toBe(1)
})

test('memory that is used up shows in evictions', async () => {
  const writer = await open()
  for (let key = 0; key < 600; key += 1) writer.write(`SET filling:${key} ${'x'.repeat(10_000)}\r\n`)
  await expect.poll(async () => (await probe()).facts.evictions).toBeGreaterThan(0)
  expect((await probe()).facts.memoryBytes).toBeGreaterThan(maxMemory * 0.8)
  writer.write('FLUSHALL\r\n')
})

test('a wrong password is reason auth, and is not told', async () => {
  const found = await probe('wrong-secret')
  expect(found).toMatchObject({ status: 'error', reason: 'auth' })
  expect(JSON.stringify(found)).not.toContain('wrong-secret')
})

test('a server without room for another client is reason quota', async () => {
  await Promise.all(Array.from({ length: 20 }, open))
  expect(await probe()).toMatchObject({ status: 'error', reason: 'quota' })
})

test('a server that is gone is reason connect, and is found again', async () => {
  await server.stop()
  expect(await probe()).toMatchObject({ status: 'error', reason: 'connect' })
  await start()
  expect(await probe()).toMatchObject({ status: 'healthy' })
})

test('a user who may only ping finds it well, and is told what is missing', async () => {
  const user = await open()
  user.write('ACL SETUSER watcher on >pinger +ping\r\n')
  await expect
    .poll(async () => {
      const url = `redis://watcher:pinger@127.0.0.1:${port}/0`
      const section = databases.schema.parse([{ name: 'cache', kind: 'redis', url }])
      const { targets } = await databases.create(section, collectorContext()).collect(startRound())
      return targets[0]
    })
    .toMatchObject({
      status: 'healthy',
      facts: {},
      problems: { info: expect.stringMatching(/^redis refused: NOPERM/) as string },
    })
})

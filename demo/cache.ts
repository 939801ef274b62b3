// The cache of the fleet: a real Redis that is used a little all the time, and can be filled up.
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { setInterval } from 'node:timers'
import type { Breakable } from './fault.ts'
import type { Program } from './programs/find.ts'
import { startProcess } from './programs/process.ts'
import type { RunningProcess } from './programs/process.ts'

export interface Cache {
  readonly url: string
  readonly breakable: Breakable
  readonly close: () => Promise<void>
}

export interface CacheOptions {
  readonly name: string
  readonly program: Program
  readonly port: number
  readonly directory: string
}

const host = '127.0.0.1'
const maxMemory = '8mb'
const valueBytes = 10_000
// Twice what there is room for.
const fillingKeys = 1_600
const useMilliseconds = 500

interface Running {
  /** Undefined where others run it. */
  readonly server: RunningProcess | undefined
  /** A session in which commands are written; what is answered is read and forgotten. */
  readonly user: Socket
}

interface Place {
  readonly name: string
  readonly url: string
  readonly faults: readonly string[]
  readonly start: () => Promise<Running>
}

/** Starts a Redis of our own. */
export function openCache(options: CacheOptions): Promise<Cache> {
  const url = `redis://${host}:${options.port}`
  return useCache({ name: options.name, url, faults: ['down', 'full'], start: () => start(options) })
}

/** Uses a Redis that others run, and that is not ours to stop. */
export function connectCache(name: string, url: string): Promise<Cache> {
  const { hostname, port } = new URL(url)
  const join = async (): Promise<Running> => ({
    server: undefined,
    user: await openSession(Number(port || 6379), hostname),
  })
  return useCache({ name, url, faults: ['full'], start: join })
}

async function useCache({ name, url, faults, start: begin }: Place): Promise<Cache> {
  let running: Running | undefined = await begin()
  let turn = 0

  async function stop(): Promise<void> {
    running?.user.destroy()
    await running?.server?.stop()
    running = undefined
  }

  const say = (command: string): void => void running?.user.write(`${command}\r\n`)
  /** A value is written, and two are asked for of which one may not be there. */
  function use(): void {
    turn += 1
    say(`SET quote:${turn % 50} ${turn}`)
    say(`MGET quote:${turn % 50} quote:${(turn + 7) % 60}`)
  }

  const using = setInterval(use, useMilliseconds).unref()
  const breakable: Breakable = {
    name,
    kind: 'database',
    faults,
    async break(fault) {
      if (fault === 'down') return stop()
      for (let key = 0; key < fillingKeys; key += 1) say(`SET filling:${key} ${'x'.repeat(valueBytes)}`)
    },
    async heal() {
      if (running === undefined || running.user.destroyed) running = await begin()
      say('FLUSHALL')
    },
  }
  const close = async (): Promise<void> => {
    clearInterval(using)
    await stop()
  }
  return { url, breakable, close }
}

async function start({ name, program, port, directory }: CacheOptions): Promise<Running> {
  const settings = {
    port: String(port),
    bind: host,
    dir: directory,
    save: '',
    maxmemory: maxMemory,
    'maxmemory-policy': 'allkeys-lru',
  }
  const server = await startProcess({
    name,
    command: program.path,
    arguments: Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]),
    readyUrl: `tcp://${host}:${port}`,
  })
  return { server, user: await openSession(port, host) }
}

async function openSession(port: number, address: string): Promise<Socket> {
  const user = connect(port, address)
  user.on('error', () => {}).resume()
  await once(user, 'connect')
  return user
}

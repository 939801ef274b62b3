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
  readonly server: RunningProcess
  /** A session in which commands are written; what is answered is read and forgotten. */
  readonly user: Socket
}

export async function openCache(options: CacheOptions): Promise<Cache> {
  let running: Running | undefined = await start(options)
  let turn = 0

  async function stop(): Promise<void> {
    running?.user.destroy()
    await running?.server.stop()
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
    name: options.name,
    kind: 'database',
    faults: ['down', 'full'],
    async break(fault) {
      if (fault === 'down') return stop()
      for (let key = 0; key < fillingKeys; key += 1) say(`SET filling:${key} ${'x'.repeat(valueBytes)}`)
    },
    async heal() {
      running ??= await start(options)
      say('FLUSHALL')
    },
  }
  const close = async (): Promise<void> => {
    clearInterval(using)
    await stop()
  }
  return { url: `redis://${host}:${options.port}`, breakable, close }
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
  const user = connect(port, host)
  user.on('error', () => {}).resume()
  await once(user, 'connect')
  return { server, user }
}

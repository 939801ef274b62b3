// A Postgres server of our own on a fresh cluster: started, stopped, started again, removed.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { withDeathSignal } from '../programs/death-signal.ts'
import { findBinaries } from './binaries.ts'
import type { Binaries } from './binaries.ts'
import { createCluster, initialise } from './cluster.ts'
import type { FillCluster } from './cluster.ts'

const startSeconds = 20
const stopSeconds = 10

export interface PostgresOptions {
  /** Holds the log, and the cluster where the database's user may write there. */
  readonly dataDirectory: string
  readonly host: string
  readonly port: number
  /** A folder with `bin`, `lib` and `share` of another version than ours. */
  readonly programs?: string
  /** Besides those that every server here has. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface Postgres {
  /** As superuser, on the database `postgres`. */
  readonly adminUrl: string
  readonly start: () => Promise<void>
  /** Cuts all sessions and stops the server; the data stay. */
  readonly stop: () => Promise<void>
  /** Stops the server and removes the data. */
  readonly remove: () => Promise<void>
}

/** A server of its own. */
export async function createPostgres(options: PostgresOptions): Promise<Postgres> {
  const password = randomBytes(16).toString('hex')
  const fill: FillCluster = (folder, binaries) => initialise(folder, password, binaries)
  return createServer({ ...options, password, fill })
}

interface ServerOptions extends PostgresOptions {
  /** Of the superuser. */
  readonly password: string
  readonly fill: FillCluster
}

/** A server on a cluster that `fill` makes. */
export async function createServer({ fill, password, ...options }: ServerOptions): Promise<Postgres> {
  const binaries = await findBinaries(options.programs)
  // Absolute, as Postgres is run from another folder.
  const dataDirectory = resolve(options.dataDirectory)
  await mkdir(dataDirectory, { recursive: true })
  const cluster = await createCluster(dataDirectory, fill, binaries)
  const logFile = join(dataDirectory, 'postgres.log')
  const adminUrl = `postgresql://postgres:${password}@${options.host}:${options.port}/postgres`
  let server: ChildProcess | undefined

  async function start(): Promise<void> {
    if (server) return
    const child = await launch({ cluster, logFile, binaries, ...options })
    child.once('exit', () => {
      if (server === child) server = undefined
    })
    server = child
    await untilReady(child, adminUrl, logFile)
  }

  async function stop(): Promise<void> {
    const child = server
    if (!child || child.exitCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGINT')
    const limit = new AbortController()
    const insist = sleep(stopSeconds * 1000, undefined, { signal: limit.signal }).then(
      () => child.kill('SIGQUIT'),
      () => false,
    )
    await ended
    limit.abort()
    await insist
  }

  async function remove(): Promise<void> {
    await stop()
    await rm(cluster, { recursive: true, force: true })
  }

  return { adminUrl, start, stop, remove }
}

// The data of a demo may be lost, so nothing waits for the disk; few connections, so that they can be used up.
const common = {
  max_connections: '40',
  shared_buffers: '32MB',
  unix_socket_directories: '',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

interface Launch extends PostgresOptions {
  readonly cluster: string
  readonly logFile: string
  readonly binaries: Binaries
}

async function launch({ cluster, logFile, binaries, host, port, settings }: Launch): Promise<ChildProcess> {
  const flags = Object.entries({ ...common, ...settings }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
  const server = [binaries.postgres, '-D', cluster, '-p', String(port), '-c', `listen_addresses=${host}`]
  const [file, ...rest] = withDeathSignal('INT', [...server, ...flags])
  const log = await open(logFile, 'a')
  try {
    // In a process group of its own: Ctrl-C must not end the database before those who use it.
    const group = { detached: true, cwd: '/' }
    const child = spawn(file, rest, { ...binaries.account, ...group, stdio: ['ignore', log.fd, log.fd] })
    await once(child, 'spawn')
    return child
  } finally {
    await log.close()
  }
}

async function untilReady(child: ChildProcess, url: string, logFile: string): Promise<void> {
  const deadline = Date.now() + startSeconds * 1000
  let cause: unknown
  while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 1000 })
    try {
      await client.connect()
      await client.end()
      return
    } catch (error) {
      cause = error
      await sleep(25)
    }
  }
  child.kill('SIGQUIT')
  const lines = (await readFile(logFile, 'utf8')).trim().split('\n')
  // The line after it says only that the server is shut down.
  const reason = lines.findLast((line) => line.includes('FATAL')) ?? lines.at(-1) ?? 'it says nothing'
  throw new Error(`database: did not start, from ${logFile}: ${reason}`, { cause })
}

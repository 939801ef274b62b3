// What is broken, each on the real thing: how it breaks, how it shows, and the action that heals it.
import { execFile, spawn } from 'node:child_process'
import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { withDeathSignal } from '../../../demo/programs/death-signal.ts'
import { findProgram } from '../../../demo/programs/find.ts'
import { freePort } from '../../../demo/programs/ports.ts'
import { askRedis } from '../../../recovery/src/actions/redis-session.ts'
import { startPostgres } from '../../harness/postgres.ts'
import { waitFor } from '../../harness/wait.ts'
import { startApp } from './app.ts'

const execute = promisify(execFile)

export interface Fault {
  readonly name: string
  readonly action: string
  /** The entry in targets, without its name. */
  readonly target: object
  readonly alert: string
  readonly healthy: object
  /** Entries of watchpost.yml. */
  readonly services?: readonly object[]
  readonly databases?: readonly object[]
  readonly breakIt: () => Promise<void>
  /** As a person would, who wants it to stay so. */
  readonly stopOnPurpose?: () => Promise<void>
  readonly isStopped?: () => Promise<boolean>
  readonly startAgain?: () => Promise<void>
  /** What must still be there afterwards; throws where it is not. */
  readonly inspect?: () => Promise<void>
  readonly remove: () => Promise<void>
}

const service = (name: string, url: string) => ({
  alert: 'ServiceDown',
  healthy: { probe: name },
  services: [{ name, url: `${url}/health` }],
})

/** False where there is no engine, or none that can get the image. */
async function hasImage(image: string): Promise<boolean> {
  for (const words of [
    ['image', 'inspect', image],
    ['pull', '--quiet', image],
  ]) {
    const isThere = await execute('docker', words).then(
      () => true,
      () => false,
    )
    if (isThere) return true
  }
  return false
}

/** A program whose state goes bad, in a container. */
export async function brokenContainer(target: string): Promise<Fault | undefined> {
  const image = process.env['PROOF_IMAGE'] ?? 'node:24.21.0-bookworm-slim'
  if (!(await hasImage(image))) return undefined
  const name = `watchpost-proof-${target}-${process.pid}`
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const program = `let code = 200
    require('http').createServer((request, response) => {
      if (request.method === 'POST') code = 503
      response.writeHead(code).end('{}')
    }).listen(8080)`
  const run = ['run', '--detach', '--name', name, '--init', '--publish', `127.0.0.1:${port}:8080`]
  await execute('docker', [...run, '--entrypoint', 'node', image, '-e', program])
  await waitFor('the container answers', async () => (await fetch(`${url}/health`)).ok)
  return {
    name: target,
    action: 'restart_service',
    target: { type: 'docker', container: name, stop_timeout: '2s' },
    ...service(target, url),
    breakIt: async () => void (await fetch(url, { method: 'POST' })),
    stopOnPurpose: async () => void (await execute('docker', ['stop', '--time', '2', name])),
    startAgain: async () => void (await execute('docker', ['start', name])),
    isStopped: async () => {
      const { stdout } = await execute('docker', ['inspect', '--format', '{{.State.Status}}', name])
      return stdout.trim() === 'exited'
    },
    remove: async () => void (await execute('docker', ['rm', '--force', name])),
  }
}

/** A session that went to sleep in its transaction, with others behind it. */
async function blockedDatabase(): Promise<Fault> {
  const server = await startPostgres()
  await server.run(`
    CREATE ROLE monitor LOGIN PASSWORD 'one' IN ROLE pg_monitor;
    CREATE ROLE healer LOGIN PASSWORD 'two' IN ROLE pg_signal_backend, pg_read_all_stats;
    CREATE ROLE app LOGIN PASSWORD 'three';
    CREATE TABLE accounts (id int PRIMARY KEY, balance int);
    INSERT INTO accounts VALUES (1, 10), (2, 10);
    GRANT SELECT, UPDATE ON accounts TO app`)
  const url = server.urlFor('app', 'three')
  const backup = await server.connect({ url, application: 'pg_dump' })
  return {
    name: 'database',
    action: 'reconnect_database',
    target: { type: 'postgres', url: server.urlFor('healer', 'two'), users: ['app'], idle_for: '2s' },
    alert: 'DatabaseBlocked',
    healthy: { query: 'watchpost_database_blocked_sessions{target="database"} == 0' },
    databases: [{ name: 'database', url: server.urlFor('monitor', 'one') }],
    async breakIt() {
      // A backup looks alike, holds up nobody, and must live.
      await backup.query('BEGIN; UPDATE accounts SET balance = 1 WHERE id = 2')
      const holder = await server.connect({ url, application: 'app' })
      await holder.query('BEGIN; UPDATE accounts SET balance = 1 WHERE id = 1')
      const waiter = await server.connect({ url, application: 'app' })
      void waiter.query('UPDATE accounts SET balance = 2 WHERE id = 1').then(() => waiter.end())
    },
    inspect: async () => void (await backup.query('SELECT 1')),
    remove: async () => {
      await backup.end()
      await server.remove()
    },
  }
}

/** Redis that keeps the pages of keys that are gone. */
async function bloatedRedis(directory: string): Promise<Fault | undefined> {
  const log = (line: string): void => void process.stderr.write(`${line}\n`)
  const program = await findProgram('redis-server', { log })
  if (!program) return undefined
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  const [command, ...words] = withDeathSignal('KILL', [
    program.path,
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    directory,
    '--jemalloc-bg-thread',
    'no',
    '--enable-debug-command',
    'local',
  ])
  const child = spawn(command, words, { stdio: 'ignore' })
  const ask = (...commands: string[][]) => askRedis(url, commands, AbortSignal.timeout(20_000))
  await waitFor('redis answers', async () => (await ask(['PING']))[0] === '+PONG')
  const rssBytes = async (): Promise<number> => {
    const [info = ''] = await ask(['INFO', 'memory'])
    return Number(/^allocator_resident:(\d+)/m.exec(info)?.[1])
  }
  const limitBytes = 60 * 1_048_576
  const app = await startApp({ isHealthy: async () => (await rssBytes()) < limitBytes })
  return {
    name: 'cache',
    action: 'clear_memory_cache',
    target: { type: 'redis', url },
    ...service('cache', app.url),
    async breakIt() {
      await ask(['SET', 'kept', 'yes'], ['DEBUG', 'POPULATE', '100000', 'page', '1000'])
      await ask(['EVAL', "for i = 0, 99999 do redis.call('DEL', 'page:' .. i) end", '0'])
      const bytes = await rssBytes()
      if (bytes < limitBytes) throw new Error(`expected redis to keep its pages, got ${bytes} bytes`)
    },
    async inspect() {
      const [kept] = await ask(['GET', 'kept'])
      if (kept !== 'yes') throw new Error('a key was deleted')
    },
    async remove() {
      await app.close()
      child.kill()
    },
  }
}

/** A folder of logs that nobody rotates. */
async function fullFolder(directory: string): Promise<Fault> {
  const root = join(directory, 'spool')
  await mkdir(join(root, 'deep'), { recursive: true })
  const outside = join(directory, 'outside.log')
  await writeFile(outside, 'x')
  const app = await startApp({ isHealthy: async () => (await readdir(root)).length < 10 })
  const lastHour = Date.now() / 1000 - 7_200
  return {
    name: 'disk',
    action: 'cleanup_disk_space',
    target: { type: 'files', root, pattern: '*.log', older_than: '1h' },
    ...service('disk', app.url),
    async breakIt() {
      for (let index = 0; index < 50; index += 1) {
        const path = join(root, `${index}.log`)
        await writeFile(path, 'x'.repeat(10_000))
        await utimes(path, lastHour, lastHour)
      }
      await writeFile(join(root, 'fresh.log'), 'x')
      await writeFile(join(root, 'data.db'), 'x')
      await utimes(join(root, 'data.db'), lastHour, lastHour)
    },
    async inspect() {
      for (const path of [join(root, 'fresh.log'), join(root, 'data.db'), outside]) await stat(path)
    },
    remove: () => app.close(),
  }
}

/** A workflow whose last execution failed, as n8n's public API tells it. */
async function failedWorkflow(directory: string): Promise<Fault> {
  const executions = [{ id: '1', status: 'success', retryOf: null as string | null }]
  const keyFile = join(directory, 'n8n-key')
  await writeFile(keyFile, 'key')
  const app = await startApp({
    isHealthy: () => executions.at(-1)?.status === 'success',
    answer(path, method) {
      const [, id = ''] = /^\/api\/v1\/executions\/(\d+)/.exec(path) ?? []
      if (method === 'POST')
        executions.push({ id: String(executions.length + 1), status: 'running', retryOf: id })
      const last = executions.at(-1)
      if (method === 'POST') return { ...last }
      // It takes until it is looked at.
      if (last?.status === 'running') last.status = 'success'
      return id === '' ? { data: [last], nextCursor: null } : executions.find((each) => each.id === id)
    },
  })
  return {
    name: 'workflow',
    action: 'retry_failed_task',
    target: { type: 'n8n', url: app.url, api_key_file: keyFile, workflow: 'w1' },
    ...service('workflow', app.url),
    breakIt: () => {
      executions.push({ id: '2', status: 'error', retryOf: null })
      return Promise.resolve()
    },
    inspect: () => {
      if (app.hits.length === 1) return Promise.resolve()
      throw new Error(`expected one retry, got ${app.hits.length}`)
    },
    remove: () => app.close(),
  }
}

/** An application that clears its cache when it is asked to. */
async function bloatedApplication(): Promise<Fault> {
  let entries = 0
  const app = await startApp({ isHealthy: () => entries < 10, answer: () => (entries = 0) })
  return {
    name: 'application',
    action: 'clear_memory_cache',
    target: { type: 'cache_hook', url: `${app.url}/cache/clear`, body: '{"scope":"all"}' },
    ...service('application', app.url),
    breakIt: () => {
      entries = 1_000
      return Promise.resolve()
    },
    remove: () => app.close(),
  }
}

/** All that can be broken here; what lacks a program is left out, and said. */
export async function prepareFaults(directory: string): Promise<Fault[]> {
  const candidates = {
    'a container engine with node:24.21.0-bookworm-slim': await brokenContainer('container'),
    Postgres: await blockedDatabase(),
    Redis: await bloatedRedis(directory),
    'a folder': await fullFolder(directory),
    n8n: await failedWorkflow(directory),
    'an application': await bloatedApplication(),
  }
  return Object.entries(candidates).flatMap(([what, fault]) => {
    if (!fault) process.stdout.write(`left out, for there is not here: ${what}\n`)
    return fault ?? []
  })
}

// The demo fleet as a program: its line of addresses, its control, its configuration, and an end that leaves nothing.
import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { renderConfig } from '../../demo/config.ts'
import type { Fleet } from '../../demo/fleet.ts'
import { serveHttp } from '../../exporter/src/probes/testing/servers.ts'
import { linesOf } from '../harness/documents.ts'
import { startPostgres } from '../harness/postgres.ts'
import { listProcesses } from '../harness/processes.ts'

const run = promisify(execFile)
const program = (path: string): string => join(import.meta.dirname, '../..', path)
let directory: string
let child: ChildProcess | undefined

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-test-program-'))
})
afterEach(async () => {
  if (child && child.exitCode === null && child.signalCode === null) await end(child, 'SIGINT')
})
afterAll(() => rm(directory, { recursive: true }))

/** What `demo/main.ts` prints: a Fleet without its functions. */
type Addresses = Omit<Fleet, 'break' | 'heal' | 'stop'>

async function start(...flags: string[]): Promise<Addresses> {
  return startAs(`'${process.execPath}' '${program('demo/main.ts')}'`, flags)
}

async function startAs(command: string, flags: readonly string[] = []): Promise<Addresses> {
  const words = ['--ports=ephemeral', `--data-directory='${directory}'`, ...flags].join(' ')
  child = spawn('sh', ['-c', `exec ${command} ${words}`], {
    cwd: program('.'),
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  if (!child.stdout) throw new Error('the program has no output')
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return JSON.parse(line) as Addresses
}

async function end(running: ChildProcess, signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number | null> {
  // What npx has started holds the output open until it ends.
  const ended = once(running, 'close')
  // As a terminal's Ctrl-C, to the whole group: npx does not hand a signal on.
  if (signal === 'SIGINT') process.kill(-(running.pid ?? 0), signal)
  else running.kill(signal)
  const [code] = (await ended) as [number | null]
  return code
}

async function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  return once(socket, 'connect')
    .then(
      () => true,
      () => false,
    )
    .finally(() => socket.destroy())
}

function databaseProcesses(databaseUrl: string): string[] {
  const flag = `-p ${new URL(databaseUrl).port} `
  return listProcesses().flatMap(({ command }) => (command.includes(flag) ? [command] : []))
}

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function control(...words: string[]): Promise<Ended> {
  return run(process.execPath, [program('demo/control.ts'), ...words]).then(
    (output) => ({ code: 0, ...output }),
    (error: Ended) => error,
  )
}

test('SIGTERM ends the fleet with its database', async () => {
  expect(await endOf(await start(), 'SIGTERM')).toBe(0)
})

test.each(linesOf('fleet'))('%s brings the fleet up, and Ctrl-C ends it with its database', async (line) => {
  // npx itself ends by the signal.
  expect(await endOf(await startAs(line), 'SIGINT')).toBeNull()
})

/** Its exit status, once all of it was there and all of it is gone. */
async function endOf(addresses: Addresses, signal: 'SIGTERM' | 'SIGINT'): Promise<number | null | undefined> {
  const { services, sources, controlUrl, databaseUrl, standbyUrl = '' } = addresses
  const urls = [...Object.values(services), ...Object.values(sources), `${controlUrl}/state`]
  expect(await Promise.all(urls.map(answers))).not.toContain(false)
  for (const server of [databaseUrl, standbyUrl]) expect(databaseProcesses(server)).toHaveLength(1)
  const code = child && (await end(child, signal))
  expect(await Promise.all(urls.map(answers))).not.toContain(true)
  for (const server of [databaseUrl, standbyUrl]) expect(databaseProcesses(server)).toEqual([])
  return code
}

test('a fleet that is killed leaves nothing running, and the next one can have its folder', async () => {
  const killed = await start()
  if (child) await end(child, 'SIGKILL')
  for (const server of [killed.databaseUrl, killed.standbyUrl ?? '']) {
    await expect.poll(() => databaseProcesses(server), { timeout: 10_000 }).toEqual([])
  }
  const next = await start()
  expect(databaseProcesses(next.databaseUrl)).toHaveLength(1)
})

test('without a fleet, control says so in one line', async () => {
  expect(await control('break', 'ohlc_api', 'down', '--control-url=http://127.0.0.1:1')).toMatchObject({
    code: 1,
    stderr: 'no demo fleet answers at http://127.0.0.1:1: start one with npm start\n',
  })
})

test('control tells another program from a fleet', async () => {
  const url = await serveHttp((_request, response) => void response.writeHead(404).end('<html>'))
  for (const words of [['status'], ['heal'], ['break', 'ohlc_api', 'down']]) {
    const { code, stderr } = await control(...words, `--control-url=${url}`)
    expect(code).toBe(1)
    expect(stderr).toMatch(/^http:\S+: expected the answer of a demo fleet, got HTTP 404\n$/)
  }
})

test('control and fleet explain themselves when the command line is wrong', async () => {
  const wrong = await control('brake', 'ohlc_api')
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/^usage: npm run demo/) as string })
  const fleet = run(process.execPath, [program('demo/main.ts'), '--ports=some'])
  await expect(fleet).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^--ports: expected default or ephemeral, got "some"\nusage: /) as string,
  })
})

test('a database that is there already is used, and its password is not printed', async () => {
  const postgres = await startPostgres()
  try {
    const file = join(directory, 'database-url')
    await writeFile(file, `${postgres.url}\n`)
    const first = await start(`--database-url-file=${file}`)
    expect(JSON.stringify(first)).not.toContain('postgresql://')
    const status = await control('status', `--control-url=${first.controlUrl}`)
    expect(status.stdout).toMatch(
      /^platform_db +database +ok +block idle-session pool-full nulls duplicates$/m,
    )
    const client = await postgres.connect()
    await client.query("UPDATE task_executions SET error_message = 'mine' WHERE id = 1")
    if (child) await end(child, 'SIGTERM')
    await start(`--database-url-file=${file}`)
    const kept = await client.query("SELECT id FROM task_executions WHERE error_message = 'mine'")
    expect(kept.rows).toEqual([{ id: '1' }])
    await client.end()
    if (child) await end(child, 'SIGTERM')
  } finally {
    await postgres.remove()
  }
})

describe('while it runs', () => {
  let fleet: Addresses
  let running: ChildProcess | undefined

  beforeAll(async () => {
    fleet = await start()
    // Not ended after the first test.
    running = child
    child = undefined
  })
  afterAll(() => running && end(running, 'SIGTERM'))

  test('a fleet is broken and healed from the command line', async () => {
    const { controlUrl, services } = fleet
    const flag = `--control-url=${controlUrl}`
    const health = `${services['trainer'] ?? ''}/health`
    const broken = await control('break', 'trainer', 'down', flag)
    expect(broken).toMatchObject({
      code: 0,
      stdout: 'trainer: down; heal it with: npm run demo -- heal trainer\n',
    })
    expect(await answers(health)).toBe(false)
    expect((await control('status', flag)).stdout).toMatch(/^trainer +service +down +down slow hang/m)
    expect(await control('heal', flag)).toMatchObject({ code: 0, stdout: 'healed: trainer\n' })
    expect(await answers(health)).toBe(true)
    expect(await control('heal', flag)).toMatchObject({ code: 0, stdout: 'nothing is broken\n' })
    expect(await control('break', 'trainer', 'melt', flag)).toMatchObject({
      code: 2,
      stderr:
        'trainer has no fault "melt": expected one of down, slow, hang, error, bad-json, flap, leak, oom, stopped\n',
    })
    const unknown = await control('heal', 'nobody', flag)
    expect(unknown.code).toBe(2)
    expect(unknown.stderr).toMatch(/^nothing is called "nobody": expected one of posting_service, ohlc_api,/)
  })

  test('a page of another origin cannot break the fleet', async () => {
    const body = JSON.stringify({ name: 'trainer', fault: 'down' })
    const answer = await fetch(`${fleet.controlUrl}/break`, { method: 'POST', body })
    expect(answer.status).toBe(415)
  })

  test('the exporter accepts the configuration of a fleet', async () => {
    const file = join(directory, 'watchpost.yml')
    const unused = async (): Promise<void> => {}
    await writeFile(file, renderConfig({ ...fleet, break: unused, heal: unused, stop: unused }))
    const checked = await run(process.execPath, [
      program('exporter/src/main.ts'),
      'check',
      `--config.file=${file}`,
    ])
    expect(checked.stderr).toBe('')
  })
})

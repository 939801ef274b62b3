// `npm start` as a person meets it: readiness, Ctrl-C, and each wrong use in one line.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { chmod, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { queryPrometheus } from '../../demo/stack/query.ts'
import { listen } from '../../exporter/src/probes/testing/servers.ts'
import { linesOf } from '../harness/documents.ts'
import { listProcesses } from '../harness/processes.ts'
import { waitFor } from '../harness/wait.ts'

const anyPorts = ['exporter', 'prometheus', 'alertmanager', 'grafana'].map((part) => `--${part}-port=0`)

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

async function start(flags: readonly string[], environment: Record<string, string> = {}): Promise<Outcome> {
  const child = spawn(process.execPath, ['demo/start.ts', ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = once(child, 'close') as Promise<[number | null]>
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, stdout, stderr }
}

test.each([
  [['--exporter-prot=9000'], 'npm start: unknown flag --exporter-prot, did you mean --exporter-port?\n'],
  [
    ['--colour'],
    'npm start: unknown flag --colour, the flags are --exporter-port, --alertmanager-port, --prometheus-port, --grafana-port, --fleet-ports, --recovery\n',
  ],
  [['--grafana-port=99999'], 'npm start: --grafana-port expects a port from 0 to 65535, got "99999"\n'],
  [['--exporter-port'], 'npm start: --exporter-port expects a port from 0 to 65535, got ""\n'],
  [['--fleet-ports=any'], 'npm start: --fleet-ports expects default or ephemeral, got "any"\n'],
  [['now'], 'npm start: expected flags only, got "now"\n'],
])('%j is refused in one line', async (flags, message) => {
  expect(await start(flags)).toEqual({ code: 2, stdout: '', stderr: message })
})

test.each(['--help', '-h'])('%s lists the flags and starts nothing', async (flag) => {
  const { code, stdout, stderr } = await start([flag])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^usage: npm start -- \[flags\]\n[^]*--grafana-port=PORT[^]*--recovery=off/)
})

test('a port in use is named with the flag that changes it, and nothing is started', async () => {
  const port = await listen(createServer())
  const flags = [...anyPorts, '--fleet-ports=ephemeral', `--prometheus-port=${port}`]
  expect(await start(flags)).toEqual({
    code: 2,
    stdout: '',
    stderr: `npm start: port ${port} of prometheus is in use, choose another with: npm start -- --prometheus-port=PORT\n`,
  })
})

test('a channel without its address is named before anything is started', async () => {
  const outcome = await start([...anyPorts, '--fleet-ports=ephemeral'], { ALERT_CHANNELS: 'webhook' })
  expect(outcome).toMatchObject({ code: 2, stdout: '' })
  expect(outcome.stderr).toMatch(/^npm start: ALERT_WEBHOOK_URL/)
})

interface Running {
  readonly child: ChildProcess
  /** What it has written so far. */
  readonly output: () => string
  readonly ended: Promise<[number | null, string | null]>
}

/** Resolves once it says how to end it. */
async function startUntilReady(line: string, environment = {}): Promise<Running> {
  const flags = [...anyPorts, '--fleet-ports=ephemeral'].join(' ')
  const separator = line.startsWith('npm ') && !line.includes(' -- ') ? '--' : ''
  // A process group of its own: a terminal's Ctrl-C goes to the whole group, npm included.
  const child = spawn('sh', ['-c', `exec ${line} ${separator} ${flags}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...environment },
  })
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid ?? 0), 'SIGKILL')
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  }
  const ended = once(child, 'close') as Running['ended']
  const isReady = (): boolean => output.includes('Ctrl-C ends everything.') || child.exitCode !== null
  await waitFor('it is ready', isReady, 120)
  expect(output).toContain('Watchpost watches 6 services, ')
  return { child, output: () => output, ended }
}

// The first line of the documents goes through the one test, and the others through the next.
const [plain = '', ...others] = linesOf('start')

test.each([plain])('%s brings everything up, Ctrl-C ends it, and nothing is left', async (line) => {
  const { child, output, ended } = await startUntilReady(line)
  const prometheus = /Prometheus +(\S+)/.exec(output())?.[1] ?? ''
  expect(await queryPrometheus(prometheus, 'watchpost_target_up{kind="service"}')).toHaveLength(6)
  const family = descendants(child.pid ?? 0)
  expect(family.length).toBeGreaterThan(4)
  process.kill(-(child.pid ?? 0), 'SIGINT')
  expect(await ended).toEqual([0, null])
  expect(runningAmong(family)).toEqual([])
})

test.each(others)(
  '%s starts recovery, and a part that ends by itself is named and ends the rest',
  async (line) => {
    const { child, output, ended } = await startUntilReady(line)
    expect(output()).toContain('acts on faults, within its guards')
    const family = descendants(child.pid ?? 0)
    const exporter = listProcesses().find(
      ({ pid, command }) => family.includes(pid) && command.includes('watchpost.js serve'),
    )
    if (!exporter) throw new Error('expected an exporter among the processes')
    process.kill(exporter.pid, 'SIGKILL')
    expect(await ended).toEqual([1, null])
    expect(output()).toContain('npm start: exporter ended with signal SIGKILL\n')
    expect(runningAmong(family)).toEqual([])
  },
)

test('without a Prometheus to be had it says what to install and goes on with the exporter', async () => {
  const { child, output, ended } = await startUntilReady(
    `'${process.execPath}' demo/start.ts`,
    await machineWithout(['apt-get', 'prometheus', 'alertmanager', 'prometheus-alertmanager', 'grafana']),
  )
  expect(output()).toContain(
    'prometheus was not found: install Prometheus 3.0 or newer so that prometheus is on PATH, on Debian and Ubuntu with: apt-get install prometheus\n',
  )
  const exporter = /Exporter +(\S+)/.exec(output())?.[1] ?? ''
  expect(await (await fetch(`${exporter}/metrics`)).text()).toContain('watchpost_target_up{')
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
})

/** An environment with everything on PATH but these, and nothing in the cache. */
async function machineWithout(missing: readonly string[]): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'watchpost-path-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  // The database runs as somebody else, who uses the same PATH.
  await chmod(folder, 0o755)
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of await readdir(directory).catch(() => [])) {
      // The first on PATH wins, as ever.
      if (!missing.includes(name)) await symlink(join(directory, name), join(folder, name)).catch(() => {})
    }
  }
  return { PATH: folder, XDG_CACHE_HOME: join(folder, 'cache') }
}

function descendants(root: number): readonly number[] {
  const rows = listProcesses()
  const of = (pid: number): number[] =>
    rows.filter(({ parent }) => parent === pid).flatMap((row) => [row.pid, ...of(row.pid)])
  return of(root)
}

/** Those that wait for their parent to hear of their end do not run any more. */
function runningAmong(pids: readonly number[]): readonly number[] {
  return listProcesses().flatMap(({ pid, state }) => (pids.includes(pid) && state !== 'Z' ? [pid] : []))
}

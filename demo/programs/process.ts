// A program of somebody else's as our child: ready before it is used, heard when it fails, never left behind.
import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { withDeathSignal } from './death-signal.ts'

export interface ProcessOptions {
  /** What messages call it. */
  readonly name: string
  readonly command: string
  readonly arguments: readonly string[]
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly workingDirectory?: string
  /** Answers with a 2xx once the program is ready; where it is tcp://, takes a connection. */
  readonly readyUrl: string
  readonly readyTimeoutSeconds?: number
}

export interface RunningProcess {
  readonly name: string
  readonly pid: number
  /** The last lines it wrote. */
  readonly lastLines: () => readonly string[]
  /** Resolves when it has ended, to words for how. */
  readonly ended: Promise<string>
  /** Asks it to stop, and makes it after `graceSeconds`. */
  readonly stop: (graceSeconds?: number) => Promise<void>
}

type Child = ChildProcessByStdio<null, Readable, Readable>

const keptLines = 20
const living = new Set<Child>()

// The last that runs of us, also after an uncaught exception.
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL')
})

/** Resolves when the program is ready; a program that isn't in time is stopped. */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const { name, readyTimeoutSeconds = 30 } = options
  const lines: string[] = []
  const child = spawnBound(options)
  const ended = whenEnded(child)
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => {
      lines.push(line)
      if (lines.length > keptLines) lines.shift()
    })
  }
  const running: RunningProcess = {
    name,
    pid: child.pid ?? 0,
    lastLines: () => lines,
    ended,
    stop: async (graceSeconds = 10) => {
      child.kill('SIGTERM')
      const force = setTimeout(() => child.kill('SIGKILL'), graceSeconds * 1000)
      await ended
      clearTimeout(force)
    },
  }
  const waiting = new AbortController()
  const problem = await Promise.race([
    untilReady(options.readyUrl, readyTimeoutSeconds, waiting.signal),
    ended.then((how) => `it ended with ${how}`),
  ])
  waiting.abort()
  if (problem === undefined) return running
  await running.stop()
  throw new Error([`${name} did not become ready: ${problem}`, ...lines].join('\n  '))
}

/** In a process group of its own, so that a Ctrl-C reaches only us and we stop everything in order. */
function spawnBound(options: ProcessOptions): Child {
  const [file, ...rest] = withDeathSignal('KILL', [options.command, ...options.arguments])
  const child = spawn(file, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...options.environment },
    cwd: options.workingDirectory,
  })
  living.add(child)
  return child
}

async function whenEnded(child: Child): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  child.once('error', (error) => resolve(error.message))
  child.once('close', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`))
  const how = await promise
  living.delete(child)
  return how
}

/** Undefined once `url` answers well, else what it answered last. */
async function untilReady(
  url: string,
  timeoutSeconds: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const deadline = Date.now() + timeoutSeconds * 1000
  let last = 'no answer'
  while (Date.now() < deadline && !signal.aborted) {
    last = await ask(url)
    if (last === 'ready') return undefined
    await delay(100)
  }
  return `${url} gave ${last} for ${timeoutSeconds} s`
}

async function ask(url: string): Promise<string> {
  try {
    if (url.startsWith('tcp:')) return await dial(new URL(url))
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
    await response.body?.cancel()
    return response.ok ? 'ready' : `status ${response.status}`
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error
    return cause instanceof Error ? cause.message : 'no answer'
  }
}

async function dial({ hostname, port }: URL): Promise<string> {
  const socket = connect(Number(port), hostname)
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(2_000) })
    return 'ready'
  } finally {
    socket.destroy()
  }
}

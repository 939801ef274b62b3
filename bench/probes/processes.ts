// The processes of the comparison: targets, our exporter and blackbox_exporter.
import { fork, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../../demo/programs/ports.ts'

export interface Running {
  readonly url: string
  /** CPU that all its threads have spent so far, user and system, in seconds. */
  readonly cpuSeconds: () => Promise<number>
  readonly memory: () => Promise<Memory>
  readonly stop: () => Promise<void>
}

/** In megabytes of a million bytes. */
export interface Memory {
  /** All pages that are in RAM. */
  readonly resident: number
  /** Those of files: the program and its libraries, which all processes of it share. */
  readonly ofFiles: number
}

export interface Targets {
  readonly ports: readonly number[]
  readonly stop: () => Promise<void>
}

export interface TargetOptions {
  readonly count: number
  readonly delayMilliseconds?: number
  readonly hung?: number
  readonly identity?: { readonly cert: string; readonly key: string }
  /** Whether they take HTTP/2 as well, over TLS. */
  readonly speaksHttp2?: boolean
}

export async function startTargets(options: TargetOptions): Promise<Targets> {
  const { count, delayMilliseconds = 0, hung = 0, identity, speaksHttp2 = false } = options
  const files = identity ? [identity.cert, identity.key] : []
  const numbers = [count, delayMilliseconds, hung, Number(speaksHttp2)].map(String)
  const child = fork(join(import.meta.dirname, 'targets.ts'), [...numbers, ...files])
  const [ports] = (await once(child, 'message')) as [number[]]
  return { ports, stop: () => end(child) }
}

export async function startExporter(config: string): Promise<Running> {
  const child = spawn(
    process.execPath,
    ['exporter/watchpost.js', 'serve', `--config.file=${config}`, '--web.listen-address=127.0.0.1:0'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-10_000)
    const address = /"address":"([^"]+)"/.exec(log)?.[1]
    if (address !== undefined) resolve(`http://${address}`)
  })
  child.once('exit', () => reject(new Error(`the exporter ended: ${log}`)))
  return running(child, await promise)
}

export interface BareClient {
  /** CPU that asking all targets once took, in seconds. */
  readonly ask: (ports: readonly number[], startsPerSecond: number) => Promise<number>
  readonly stop: () => Promise<void>
}

/** A client that only sends and receives, over connections that are new each time or kept. */
export function startBareClient(isKept: boolean): BareClient {
  const child = fork(join(import.meta.dirname, 'bare.ts'))
  return {
    async ask(ports, startsPerSecond) {
      child.send({ ports, isKept, startsPerSecond })
      const [cpuSeconds] = (await once(child, 'message')) as [number]
      return cpuSeconds
    },
    stop: () => end(child),
  }
}

/** Node.js with an HTTP server and nothing else: less than that no exporter written for it can take. */
export async function startBareNode(): Promise<Running> {
  const port = await freePort()
  const script = `require('node:http').createServer((_, answer) => answer.end()).listen(${port}, '127.0.0.1')`
  const child = spawn(process.execPath, ['--eval', script], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  await untilUp(child, url)
  return running(child, url)
}

export async function startBlackbox(program: string, config: string): Promise<Running> {
  const port = await freePort()
  const child = spawn(program, [`--config.file=${config}`, `--web.listen-address=127.0.0.1:${port}`], {
    stdio: 'ignore',
  })
  const url = `http://127.0.0.1:${port}`
  await untilUp(child, `${url}/-/healthy`)
  return running(child, url)
}

async function untilUp(child: ChildProcess, url: string): Promise<void> {
  for (;;) {
    const isUp = await fetch(url).then(
      (response) => response.ok,
      () => false,
    )
    if (isUp) return
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with code ${child.exitCode}`)
  }
}

function running(child: ChildProcess, url: string): Running {
  const cpuSeconds = async (): Promise<number> => {
    const threads = await readdir(`/proc/${child.pid}/task`)
    const spent = await Promise.all(
      threads.map((thread) => readFile(`/proc/${child.pid}/task/${thread}/schedstat`, 'utf8')),
    )
    return spent.reduce((sum, text) => sum + Number(text.split(' ')[0]), 0) / 1e9
  }
  const memory = async (): Promise<Memory> => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
    const megabytes = (key: string): number =>
      (Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / 1e6
    return { resident: megabytes('VmRSS'), ofFiles: megabytes('RssFile') }
  }
  return { url, cpuSeconds, memory, stop: () => end(child) }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

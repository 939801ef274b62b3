// The exporter as a process: from start to the first page, memory at rest and with 1,000 targets over many scrapes.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'
import { median, printRatio } from './ratio.ts'

const starts = 9
const scrapes = Number(process.env['BENCH_SCRAPES'] ?? 300)
const limits = { startMilliseconds: 300, idleMiB: 90, busyMiB: 200 } as const

export async function run(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-bench-'))
  const fleet = createServer((_request, response) =>
    response.end('{"status":"healthy","uptime":1,"cpu_usage":2}'),
  )
  await new Promise<void>((resolve) => fleet.listen(0, '127.0.0.1', resolve))
  const { port } = fleet.address() as AddressInfo
  try {
    await benchStart(await config(directory, port, 1))
    await benchMemory(await config(directory, port, 1_000))
  } finally {
    fleet.closeAllConnections()
    fleet.close()
    await rm(directory, { recursive: true })
  }
}

async function config(directory: string, port: number, count: number): Promise<string> {
  const file = join(directory, `${count}.yml`)
  const services = Array.from({ length: count }, (_, index) => {
    return { name: `service_${index}`, url: `http://127.0.0.1:${port}/health/${index}` }
  })
  await writeFile(file, stringify({ services }))
  return file
}

async function benchStart(file: string): Promise<void> {
  const times: number[] = []
  const sizes: number[] = []
  for (let index = 0; index < starts; index += 1) {
    const began = performance.now()
    const { child, url } = await start(file)
    await fetch(`${url}/metrics`).then((response) => response.text())
    times.push(performance.now() - began)
    await sleep(1_000)
    sizes.push(await residentMiB(child))
    await stop(child)
  }
  process.stdout.write(
    `first page after ${median(times).toFixed(0)} ms, ${median(sizes).toFixed(0)} MiB at rest\n`,
  )
  printRatio('start', median(times) / limits.startMilliseconds, 1)
  printRatio('memory-idle', median(sizes) / limits.idleMiB, 1)
}

async function benchMemory(file: string): Promise<void> {
  const { child, url } = await start(file)
  const sizes: number[] = []
  for (let index = 0; index < scrapes; index += 1) {
    await fetch(`${url}/metrics`).then((response) => response.arrayBuffer())
    sizes.push(await residentMiB(child))
  }
  await stop(child)
  const third = Math.floor(scrapes / 3)
  const [middle, last] = [median(sizes.slice(third, 2 * third)), median(sizes.slice(-third))]
  process.stdout.write(
    `1,000 targets: ${middle.toFixed(0)} MiB, then ${last.toFixed(0)} MiB over ${scrapes} scrapes\n`,
  )
  printRatio('memory-busy', Math.max(middle, last) / limits.busyMiB, 1)
  printRatio('memory-growth', last / middle, 1.1)
}

async function start(file: string): Promise<{ child: ChildProcess; url: string }> {
  const args = ['exporter/src/main.ts', 'serve', `--config.file=${file}`, '--web.listen-address=127.0.0.1:0']
  const flags = (await readFile('package.json', 'utf8')).match(/--max-semi-space-size=\d+/g) ?? []
  const child = spawn(process.execPath, [...flags, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  const { promise, resolve } = Promise.withResolvers<string>()
  child.stderr.on('data', (chunk: Buffer) => {
    const found = /"address":"([^"]+)"/.exec(chunk.toString())
    if (found?.[1]) resolve(`http://${found[1]}`)
  })
  return { child, url: await promise }
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}

async function residentMiB(child: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}

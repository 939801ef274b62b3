// One round of 1,000 probes: a single scrape of our exporter, or a paced scrape of blackbox_exporter for each target.
import { connect } from 'node:net'
import { runPaced } from '../../exporter/src/probes/pace.ts'
import { median } from '../ratio.ts'
import type { Running } from './processes.ts'

export interface Round {
  readonly cpuSeconds: number
  readonly wallSeconds: number
  /** What each probe reported of its own duration, of those that succeeded. */
  readonly durations: readonly number[]
}

const never = new AbortController().signal

export async function scrapeExporter(exporter: Running, timeoutSeconds = 10): Promise<Round> {
  const [cpu, began] = [await exporter.cpuSeconds(), performance.now()]
  const headers = {
    'accept-encoding': 'gzip',
    'x-prometheus-scrape-timeout-seconds': String(timeoutSeconds),
  }
  const response = await fetch(`${exporter.url}/metrics`, { headers })
  // The page is sent whole: its head comes when it is ready, and unpacking it is our own work.
  const wallSeconds = (performance.now() - began) / 1000
  const page = await response.text()
  return { cpuSeconds: (await exporter.cpuSeconds()) - cpu, wallSeconds, durations: readDurations(page) }
}

function readDurations(page: string): number[] {
  const healthy = page.matchAll(/^watchpost_target_up\{target="([^"]+)"[^}]*\} 1$/gm)
  const sums = new Map(Array.from(healthy, ([, target]) => [target ?? '', 0]))
  for (const [, target = '', seconds] of page.matchAll(
    /^watchpost_target_phase_seconds\{target="([^"]+)"[^}]*\} (\S+)$/gm,
  )) {
    const sum = sums.get(target)
    if (sum !== undefined) sums.set(target, sum + Number(seconds))
  }
  return [...sums.values()]
}

export async function scrapeBlackbox(
  blackbox: Running,
  urls: readonly string[],
  startsPerSecond: number,
): Promise<Round> {
  const [cpu, began] = [await blackbox.cpuSeconds(), performance.now()]
  const pace = { signal: never, startsPerSecond }
  const headers = { 'accept-encoding': 'gzip', 'x-prometheus-scrape-timeout-seconds': '10' }
  const durations = await runPaced(
    urls,
    async (target) => {
      const query = new URLSearchParams({ module: 'http_2xx', target })
      const page = await fetch(`${blackbox.url}/probe?${query.toString()}`, { headers }).then((response) =>
        response.text(),
      )
      const isSuccess = /^probe_success 1$/m.test(page)
      return isSuccess ? Number(/^probe_duration_seconds (\S+)$/m.exec(page)?.[1]) : undefined
    },
    pace,
  )
  const wallSeconds = (performance.now() - began) / 1000
  const known = durations.filter((seconds) => seconds !== undefined)
  return { cpuSeconds: (await blackbox.cpuSeconds()) - cpu, wallSeconds, durations: known }
}

/** How long one request takes to whoever asks nothing else: the truth that a probe should report. */
export async function measureTruth(port: number, requests: number): Promise<number> {
  const seconds: number[] = []
  for (let index = 0; index < requests; index += 1) seconds.push(await askOnce(port))
  return median(seconds)
}

function askOnce(port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const began = performance.now()
  const socket = connect(port, '127.0.0.1')
  socket.once('error', reject)
  socket.once('data', () => {
    resolve((performance.now() - began) / 1000)
    socket.destroy()
  })
  socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  return promise
}

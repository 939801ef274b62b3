// `npm start`: the demo fleet, watched, on one machine and without a container engine.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { renderAlertmanager } from '../alertmanager/render.ts'
import { followAlerts } from './alert-feed.ts'
import { readOptions, usage } from './options.ts'
import { choosePorts, findBusyPorts, findPrograms } from './preflight.ts'
import { freePort } from './programs/ports.ts'
import { showProgress } from './progress.ts'
import type { Progress } from './progress.ts'
import { queryPrometheus } from './stack/query.ts'
import { parts } from './stack/parts.ts'
import { startStack } from './stack/stack.ts'
import type { Stack, StackOptions } from './stack/stack.ts'
import { stopSignal } from './stopping.ts'
import { describeStack } from './summary.ts'

const scrapeIntervalSeconds = 5
const firstDataSeconds = 60
// The programs, the fleet, its parts, the first data.
const stepCount = parts.length + 3

/** Resolves to the exit code once everything has ended. */
async function start(argv: readonly string[], signal: AbortSignal): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(usage)
    return 0
  }
  const options = readOptions(argv)
  if (typeof options === 'string') return refuse([options])
  const alerting = {
    ALERT_GROUP_WAIT: '5s',
    ALERT_GROUP_INTERVAL: '15s',
    ALERT_GRAFANA_URL: `http://127.0.0.1:${options.ports.grafana}`,
    ...process.env,
  }
  const problems = [...renderAlertmanager(alerting).problems, ...(await findBusyPorts(options))]
  if (problems.length > 0) return refuse(problems)
  const ports = await choosePorts(options.ports)
  const { recovery: mode } = options
  const recovery = mode === 'off' ? undefined : { mode, port: await freePort() }
  // The port of the exporter is ours alone, and so is a folder named after it.
  const directory = join(import.meta.dirname, '../.cache/demo', String(ports.exporter))
  await rm(directory, { recursive: true, force: true })
  const progress = showProgress(stepCount, process.stdout)
  try {
    progress.step('programs')
    const found = await findPrograms(progress.note)
    const settings = { directory, ports, recovery, fleetPorts: options.fleetPorts, ...found, alerting }
    return await run({ ...settings, scrapeIntervalSeconds, signal, onStep: progress.step }, progress)
  } finally {
    progress.end()
    await rm(directory, { recursive: true, force: true })
  }
}

async function run(
  options: StackOptions & { readonly signal: AbortSignal },
  progress: Progress,
): Promise<number> {
  const { signal } = options
  const stopped = new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  )
  let stack: Stack
  try {
    stack = await startStack(options)
  } catch (error) {
    if (signal.aborted) return 0
    throw error
  }
  const ending = new AbortController()
  try {
    progress.step('first data')
    const broken = stack.broken.then((how) => ({ how }))
    const early = await Promise.race([
      firstData(stack, AbortSignal.any([signal, ending.signal])),
      broken,
      stopped,
    ])
    progress.end()
    if (!early && !signal.aborted) {
      process.stdout.write(describeStack(stack))
      void follow(stack, AbortSignal.any([signal, ending.signal]))
    }
    const end = early ?? (await Promise.race([broken, stopped]))
    if (!end) return 0
    process.stderr.write(`npm start: ${end.how}\n`)
    return 1
  } finally {
    ending.abort()
    process.stdout.write('\nstopping\n')
    await stack.stop()
  }
}

async function follow({ urls }: Stack, signal: AbortSignal): Promise<void> {
  const write = (line: string): void => void process.stdout.write(`${line}\n`)
  if (urls.prometheus !== undefined) await followAlerts({ prometheusUrl: urls.prometheus, write, signal })
}

async function firstData({ urls }: Stack, signal: AbortSignal): Promise<void> {
  const { prometheus } = urls
  if (prometheus === undefined) return
  const deadline = Date.now() + firstDataSeconds * 1000
  while (Date.now() < deadline && !signal.aborted) {
    if ((await queryPrometheus(prometheus, 'watchpost_target_up')).length > 0) return
    await delay(250)
  }
}

function refuse(problems: readonly string[]): number {
  for (const problem of problems) process.stderr.write(`npm start: ${problem}\n`)
  return 2
}

try {
  process.exitCode = await start(process.argv.slice(2), stopSignal())
} catch (error) {
  process.stderr.write(`npm start: ${describeError(error)}\n`)
  process.exitCode = 1
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}: ${describeError(error.cause)}`
}

// `npm run tour`: one fault from its beginning to its end, told as it happens.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { explain } from '../exporter/src/log.ts'
import { openInbox } from './inbox.ts'
import type { Inbox, Message } from './inbox.ts'
import { choosePorts } from './preflight.ts'
import { requireProgram } from './programs/find.ts'
import { queryPrometheus } from './stack/query.ts'
import { startStack } from './stack/stack.ts'
import type { Stack } from './stack/stack.ts'
import { stopSignal } from './stopping.ts'
import { describeDiagnosis, describeMessage, describeServices } from './tour-text.ts'
import type { Diagnoses, Services } from './tour-text.ts'

const victim = 'ohlc_api'
const scrapeIntervalSeconds = 2
const patienceSeconds = 90

const write = (text: string): void => void process.stdout.write(`${text}\n`)

async function tour(signal: AbortSignal): Promise<void> {
  write('Starting a fleet of six services, and what watches it.')
  const log = (line: string): void => write(`  ${line}`)
  const [prometheus, alertmanager] = await Promise.all([
    requireProgram('prometheus', { log }),
    requireProgram('alertmanager', { log }),
  ])
  const ports = await choosePorts({ exporter: 0, prometheus: 0, alertmanager: 0, grafana: 0 })
  const directory = join(import.meta.dirname, '../.cache/demo', String(ports.exporter))
  const inbox = await openInbox()
  try {
    const stack = await startStack({
      directory,
      ports,
      fleetPorts: 'ephemeral',
      programs: { prometheus, alertmanager },
      scrapeIntervalSeconds,
      alerting: {
        ALERT_CHANNELS: 'webhook',
        ALERT_WEBHOOK_URL: inbox.url,
        ALERT_GROUP_WAIT: '1s',
        ALERT_GROUP_INTERVAL: '2s',
      },
      onStep: log,
      signal,
    })
    try {
      const broken = stack.broken.then((how) => Promise.reject(new Error(how)))
      await Promise.race([tell(stack, inbox, signal), broken])
    } finally {
      write('\nStopping.')
      await stack.stop()
    }
  } finally {
    await inbox.close()
    await rm(directory, { recursive: true, force: true })
  }
}

async function tell({ fleet, urls }: Stack, inbox: Inbox, signal: AbortSignal): Promise<void> {
  const until = <T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> =>
    waitUntil(what, look, signal)
  const services = (): Promise<Services> => ask(`${urls.exporter ?? ''}/api/microservices/status`)

  await until('every service is up in Prometheus', async () => {
    const up = await queryPrometheus(urls.prometheus ?? '', 'watchpost_target_up{kind="service"} == 1')
    return up.length === Object.keys(fleet.services).length ? up : undefined
  })
  write(`\nAll is well:\n${describeServices(await services())}`)

  write(`\nNow ${victim} goes down, as with: npm run demo -- break ${victim} down`)
  write('Prometheus looks every 2 s here, not every 15 s, and all waiting times shrink alike.')
  const since = stopwatch()
  await fleet.break(victim, 'down')
  const fired = await until('the alert arrives', () => find(inbox, 'firing'))
  write(`\n${since()} s later a message arrives at the webhook:\n${describeMessage(fired)}`)

  write(`\nThe fleet at this moment:\n${describeServices(await services())}`)
  const { diagnoses } = await ask<Diagnoses>(`${urls.exporter ?? ''}/api/diagnosis`)
  const diagnosis = diagnoses.find(({ target }) => target === victim)
  if (diagnosis) write(`\nWhy, says its diagnosis:\n${describeDiagnosis(diagnosis)}`)

  write(`\nNow it is mended, as with: npm run demo -- heal ${victim}`)
  const again = stopwatch()
  await fleet.heal(victim)
  const resolved = await until('the alert is resolved', () => find(inbox, 'resolved'))
  write(`\n${again()} s later the same channel hears of it:\n${describeMessage(resolved)}`)

  const paged = inbox.messages.filter(({ labels }) => labels['alertname'] === 'ServiceDown')
  const names = new Set(paged.map(({ labels }) => labels['target']))
  write(`\nServiceDown was told of ${[...names].join(', ')} alone, not of the services that failed with it.`)
  write('To look around by yourself: npm start')
}

function find({ messages }: Inbox, status: Message['status']): Message | undefined {
  return messages.find(
    ({ labels, status: its }) =>
      its === status && labels['alertname'] === 'ServiceDown' && labels['target'] === victim,
  )
}

async function waitUntil<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  signal: AbortSignal,
): Promise<T> {
  const waited = stopwatch()
  while (waited() < patienceSeconds) {
    const found = await look()
    if (found !== undefined) return found
    await delay(200, undefined, { signal })
  }
  throw new Error(`expected within ${patienceSeconds} s that ${what}`)
}

async function ask<T>(url: string): Promise<T> {
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`${url}: expected HTTP status 200, got ${answer.status}`)
  return (await answer.json()) as T
}

/** Whole seconds since it was made. */
function stopwatch(): () => number {
  const began = performance.now()
  return () => Math.round((performance.now() - began) / 1000)
}

const stop = stopSignal()
try {
  if (process.argv.length > 2)
    throw new Error(`expected no arguments, got ${process.argv.slice(2).join(' ')}`)
  await tour(stop)
} catch (error) {
  process.stderr.write(`npm run tour: ${stop.aborted ? 'stopped before its end' : explain(error)}\n`)
  process.exitCode = process.argv.length > 2 ? 2 : 1
}

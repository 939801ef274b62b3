// `npm run tour`: one fault from its beginning to its end, told as it happens.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { explain } from '../exporter/src/log.ts'
import { openInbox } from './inbox.ts'
import type { Inbox } from './inbox.ts'
import { choosePorts } from './preflight.ts'
import { requireProgram } from './programs/find.ts'
import { freePort } from './programs/ports.ts'
import { startStack } from './stack/stack.ts'
import { stopSignal } from './stopping.ts'
import { tellTour } from './tour-story.ts'
import type { Tell } from './tour-story.ts'

const scrapeIntervalSeconds = 2

const write: Tell = (text) => void process.stdout.write(`${text}\n`)

async function tour(signal: AbortSignal): Promise<void> {
  write(
    'Starting a fleet of six services, what watches it, and recovery, which may restart them if somebody agrees.',
  )
  const ports = await choosePorts({ exporter: 0, prometheus: 0, alertmanager: 0, grafana: 0 })
  const directory = join(import.meta.dirname, '../.cache/demo', String(ports.exporter))
  const inbox = await openInbox()
  try {
    const stack = await start({ directory, ports, inbox, signal })
    try {
      const broken = stack.broken.then((how) => Promise.reject(new Error(how)))
      await Promise.race([tellTour(stack, { inbox, signal, write }), broken])
    } finally {
      write('\nStopping.')
      await stack.stop()
    }
  } finally {
    await inbox.close()
    await rm(directory, { recursive: true, force: true })
  }
}

interface Places {
  readonly directory: string
  readonly ports: Awaited<ReturnType<typeof choosePorts>>
  readonly inbox: Inbox
  readonly signal: AbortSignal
}

async function start({ directory, ports, inbox, signal }: Places) {
  const log = (line: string): void => write(`  ${line}`)
  const [prometheus, alertmanager] = await Promise.all([
    requireProgram('prometheus', { log }),
    requireProgram('alertmanager', { log }),
  ])
  return startStack({
    directory,
    ports,
    fleetPorts: 'ephemeral',
    programs: { prometheus, alertmanager },
    scrapeIntervalSeconds,
    recovery: { mode: 'approve', port: await freePort() },
    alerting: {
      ALERT_CHANNELS: 'webhook',
      ALERT_WEBHOOK_URL: inbox.url,
      ALERT_GROUP_WAIT: '1s',
      ALERT_GROUP_INTERVAL: '2s',
    },
    onStep: log,
    signal,
  })
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

// The running process: journal, rounds and pages, put together and taken apart in order.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { join } from 'node:path'
import type { Log } from '../../exporter/src/log.ts'
import type { Family } from '../../exporter/src/metrics/metric.ts'
import { createSelfMetrics } from '../../exporter/src/metrics/self.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { createSteadyClock, machineClocks, readBoot } from './clock.ts'
import type { SteadyClock } from './clock.ts'
import type { Config } from './config/load.ts'
import { createEngine } from './engine.ts'
import { createEscalation } from './escalation.ts'
import { createObserver, exists } from './evidence.ts'
import { createApp } from './http/app.ts'
import { openJournal } from './journal/journal.ts'
import type { Journal } from './journal/journal.ts'
import { createRounds } from './rounds.ts'
import type { Rounds } from './rounds.ts'
import type { Boot } from './state/event.ts'
import { createTally, stateFamilies } from './tally.ts'
import type { Tally } from './tally.ts'

export interface RecoveryOptions {
  readonly config: Config
  readonly storagePath: string | undefined
  readonly address: { readonly host: string; readonly port: number }
  readonly log: Log
  /** Unix seconds, as the machine has them. */
  readonly wall: () => number
}

export interface Recovery {
  readonly url: string
  stop(): Promise<void>
}

export async function startRecovery(options: RecoveryOptions): Promise<Recovery> {
  const { config, log, wall } = options
  const tally = createTally(config)
  const time = createSteadyClock(machineClocks(wall))
  const clock = time.now
  const live = goLive({ ...options, time }, tally)
  const app = createApp({
    config,
    journal: live?.journal,
    tally,
    log,
    clock: live?.now ?? clock,
    families: createPage({ config, clock }, tally, live),
    ailment: () => live?.rounds.ailment(),
    wake: () => live?.rounds.wake(),
  })
  const server = createServer({ headersTimeout: 5_000, requestTimeout: 10_000 }, app)
  server.maxConnections = 128
  const url = await listen(server, options.address)
  log.info('listening', { url, mode: config.settings.mode })
  live?.rounds.wake()
  return {
    url,
    async stop() {
      server.close()
      server.closeIdleConnections()
      await live?.rounds.stop()
      server.closeAllConnections()
      live?.journal.close()
    },
  }
}

interface Live {
  readonly journal: Journal
  readonly rounds: Rounds
  readonly storagePath: string
  /** As the engine has it, for what comes in between two rounds. */
  readonly now: () => number
}

/** Undefined where everything is off: then nothing is kept, and nothing is ever considered. */
function goLive(
  { config, storagePath, log, wall, time }: RecoveryOptions & { readonly time: SteadyClock },
  tally: Tally,
): Live | undefined {
  const { settings } = config
  const clock = time.now
  if (settings.mode === 'off' || storagePath === undefined) return undefined
  const journal = openJournal(storagePath)
  const observer = createObserver({ settings, storagePath, log, clock })
  const escalation = createEscalation({ config, tally, log, isJournalBroken: () => journal.isBroken })
  const boot = (): Boot | undefined => readBoot(wall)
  const engine = createEngine({ config, journal, observer, escalation, tally, log, clock, time, boot })
  engine.begin(packageJson.version)
  const rounds = createRounds({ engine, log, clock, intervalSeconds: settings.interval })
  const now = (): number => {
    engine.followClock()
    return clock()
  }
  return { journal, rounds, storagePath, now }
}

function createPage(
  { config, clock }: { readonly config: Config; readonly clock: () => number },
  tally: Tally,
  live: Live | undefined,
): () => Promise<Family[]> {
  const self = createSelfMetrics()
  return async () => {
    const own = self.families()
    if (!live) return [...tally.families(), ...own]
    const { journal, rounds, storagePath } = live
    const isPausedByFile = await exists(join(storagePath, 'paused'))
    const lastRoundAt = rounds.lastRoundAt()
    const shown = stateFamilies({ config, journal, isPausedByFile, lastRoundAt, now: clock() })
    return [...shown, ...tally.families(), ...own]
  }
}

async function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<string> {
  server.listen({ port, ...(host === '' ? {} : { host }) })
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') return String(address)
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `http://${shown}:${address.port}`
}

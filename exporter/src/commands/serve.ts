// Serves /metrics until asked to stop.
import { formatProblems } from '../config/problem.ts'
import { saveTime } from '../engine.ts'
import { formatShard } from '../config/shard.ts'
import { createApp } from '../http/app.ts'
import { createListener } from '../http/listener.ts'
import { createLog, explain, logLevels } from '../log.ts'
import type { Log, LogLevel } from '../log.ts'
import { createSelfMetrics } from '../metrics/self.ts'
import { version } from '../version.ts'
import type { Command, Invocation } from './command.ts'
import { configFile, logLevel, readShard, shard } from './flags.ts'
import { badAddress, closeServer, listen, parseAddress, shownAddress, stopped } from './listening.ts'
import type { Address } from './listening.ts'
import { goLive } from './live.ts'
import type { Live } from './live.ts'

export const serve: Command = {
  name: 'serve',
  summary: 'Probes the fleet on each scrape and serves what it found.',
  positionals: '',
  flags: {
    'config.file': configFile,
    'web.listen-address': {
      type: 'string',
      default: '127.0.0.1:8007',
      description: 'Address to listen on; :8007 listens on every interface.',
    },
    'web.config.file': {
      type: 'string',
      description: "TLS, users and rate limit of the pages, in the form of Prometheus' exporter-toolkit.",
    },
    'web.max-requests': {
      type: 'string',
      default: '40',
      description: 'How many scrapes of /metrics may be under way at once; 0 for any number.',
    },
    'storage.path': {
      type: 'string',
      description: 'Directory for what must outlive a restart; without it nothing is kept.',
    },
    shard,
    'log.level': logLevel,
  },
  async run(invocation) {
    const { values, environment, writeError } = invocation
    const level = logLevels.find((known) => known === values['log.level'])
    const address = parseAddress(values['web.listen-address'] ?? '')
    const part = readShard(invocation)
    const refuse = (problem: string): number => {
      writeError(`watchpost: ${problem}\n`)
      return 2
    }
    if (!level) return refuse(badLevel(values['log.level']))
    if (!address) return refuse(badAddress(values['web.listen-address']))
    if (typeof part === 'string') return refuse(part)
    if (!/^\d{1,6}$/.test(values['web.max-requests'] ?? ''))
      return refuse(badNumber(values['web.max-requests']))
    const log = createLog(level satisfies LogLevel)
    const file = values['config.file'] ?? ''
    const live = await goLive({
      file,
      environment,
      log,
      stateDirectory: values['storage.path'],
      shard: part,
    })
    if (isProblems(live)) {
      writeError(`${formatProblems(live, file)}\n`)
      return 2
    }
    return serveLive(live, { address, log, invocation })
  },
}

interface ServeOptions {
  readonly address: Address
  readonly log: Log
  readonly invocation: Invocation
}

async function serveLive(live: Live, { address, log, invocation }: ServeOptions): Promise<number> {
  const app = createApp({
    version,
    log,
    self: createSelfMetrics(),
    startedAt: Date.now() / 1000,
    maxRequests: Number(invocation.values['web.max-requests']),
    ...live,
  })
  const webConfig = invocation.values['web.config.file']
  const server = createListener(app, webConfig, log)
  if ('length' in server) {
    invocation.writeError(`${formatProblems(server, webConfig ?? '')}\n`)
    await live.close()
    return 2
  }
  const problem = await listen(server, address)
  if (problem) {
    invocation.writeError(`watchpost: ${problem}\n`)
    await live.close()
    return 2
  }
  saveTime()
  log.info('listening', {
    address: shownAddress(server),
    ...(live.shard ? { shard: formatShard(live.shard) } : {}),
  })
  const tryTo = (load: () => Promise<unknown>) => (): void => {
    load().catch((error: unknown) => log.error('configuration not loaded', { reason: explain(error) }))
  }
  invocation.onReload(tryTo(live.reload))
  const changes = setInterval(tryTo(live.reloadIfChanged), 2_000)
  await stopped(invocation.stop)
  log.info('stopping')
  clearInterval(changes)
  await closeServer(server)
  await live.close()
  return 0
}

function badNumber(text: string | undefined): string {
  return `--web.max-requests expects a whole number, got ${JSON.stringify(text)}`
}

function badLevel(text: string | undefined): string {
  return `--log.level expects one of ${logLevels.join(', ')}, got ${JSON.stringify(text)}`
}

function isProblems(live: Live | readonly unknown[]): live is Extract<typeof live, readonly unknown[]> {
  return Array.isArray(live)
}

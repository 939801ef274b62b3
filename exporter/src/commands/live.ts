// The configuration at work: loaded, watched, swapped as a whole when a newer one is valid.
import type { Context } from '../collectors/collector.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/load.ts'
import { isOwn } from '../config/shard.ts'
import type { Shard } from '../config/shard.ts'
import { fingerprint } from '../config/fingerprint.ts'
import { formatProblem } from '../config/problem.ts'
import type { Problem } from '../config/problem.ts'
import { createHistory } from '../history.ts'
import type { History } from '../history.ts'
import type { ReloadState } from '../http/page.ts'
import { explain } from '../log.ts'
import type { Log } from '../log.ts'
import { openDatabase } from '../probes/postgres/postgres.ts'
import type { Database } from '../probes/postgres/postgres.ts'
import { pingTokens } from '../receive-ping.ts'
import { createScraper } from '../scrape.ts'
import type { Scraper } from '../scrape.ts'

interface LiveOptions {
  readonly file: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly log: Log
  readonly stateDirectory: string | undefined
  /** Which part of the fleet is watched; all of it where it is left out. */
  readonly shard?: Shard | undefined
}

export interface Live {
  readonly scraper: () => Scraper
  readonly settings: () => Config['settings']
  readonly shard: Shard | undefined
  readonly history: History
  readonly reloadState: () => ReloadState
  readonly reload: () => Promise<readonly Problem[]>
  /** Loads the configuration again if its file is another than at the last attempt. */
  readonly reloadIfChanged: () => Promise<void>
  readonly close: () => Promise<void>
}

interface Running {
  readonly config: Config
  readonly scraper: Scraper
  readonly databases: ReadonlyMap<string, Database>
}

/** Problems instead, when the configuration is not valid. */
export async function goLive(options: LiveOptions): Promise<Live | readonly Problem[]> {
  const memory = new Map<string, unknown>()
  const history = createHistory(100)
  // Taken before reading, so that a change in between is seen as one.
  let seen = fingerprint([options.file])
  const first = await loadConfig(options.file, options.environment, options.shard)
  if (first.problems) return first.problems
  let running = startRunning(first.config, options, { memory, history, after: undefined })
  let state: ReloadState = { successful: true, succeededAt: Date.now() / 1000 }

  async function reload(): Promise<readonly Problem[]> {
    seen = fingerprint([options.file])
    const { config, problems } = await loadConfig(options.file, options.environment, options.shard)
    if (problems) {
      state = { ...state, successful: false }
      options.log.error('configuration refused, the one in use is kept', {
        problems: problems.map(formatProblem),
      })
      return problems
    }
    const old = running
    const { promise: stopped, resolve } = Promise.withResolvers<void>()
    running = startRunning(config, options, { memory, history, after: stopped })
    state = { successful: true, succeededAt: Date.now() / 1000 }
    options.log.info('configuration loaded', { file: options.file })
    await stopRunning(old, options.log)
    resolve()
    return []
  }
  const reloadInTurn = inTurn(reload)
  return {
    scraper: () => running.scraper,
    settings: () => running.config.settings,
    shard: options.shard,
    history,
    reloadState: () => state,
    reload: reloadInTurn,
    async reloadIfChanged() {
      if (fingerprint([options.file]) !== seen) await reloadInTurn()
    },
    close: () => stopRunning(running, options.log),
  }
}

/** What outlives a reload. */
interface Lasting {
  readonly memory: Map<string, unknown>
  readonly history: History
  readonly after: Promise<void> | undefined
}

function startRunning(
  config: Config,
  options: LiveOptions,
  { memory, history, after = Promise.resolve() }: Lasting,
): Running {
  const databases = openDatabases(config)
  const context: Context = {
    log: options.log,
    timeoutSeconds: config.settings.global.timeout,
    databases,
    services: config.declared.services?.map(({ name }) => name) ?? [],
    isOwn: (service) => isOwn(service, config.shard),
    dependencies: config.dependencies,
    pingToken: pingTokens(config),
    memory,
    stateDirectory: options.stateDirectory,
  }
  return { config, databases, scraper: createScraper({ config, context, history, clock: Date.now, after }) }
}

async function stopRunning({ scraper, databases }: Running, log: Log): Promise<void> {
  try {
    await scraper.close()
    await Promise.all([...databases.values()].map((database) => database.close()))
  } catch (error) {
    log.warn('the old configuration was not let go of cleanly', { reason: explain(error) })
  }
}

/** Calls of `work` one after another: two reloads at once would each stop the other's. */
function inTurn<T>(work: () => Promise<T>): () => Promise<T> {
  let tail: Promise<unknown> = Promise.resolve()
  return () => {
    const mine = tail.then(work)
    tail = mine.catch(() => undefined)
    return mine
  }
}

/** Pools for the databases that speak SQL; what is configured under another kind is only ever probed. */
function openDatabases({ declared }: Config): ReadonlyMap<string, Database> {
  const sql = (declared.databases ?? []).filter(({ kind }) => kind === 'postgres')
  return new Map(sql.map(({ name, url, tls }) => [name, openDatabase(name, url.reveal(), tls)] as const))
}

// recovery.yml for a running fleet: a policy for each fault of the demo that an action of recovery can heal.
import { stringify } from 'yaml'
import { databaseName, services } from './catalogue.ts'
import type { ServiceEntry } from './catalogue.ts'
import { containerName } from './container.ts'
import type { Fleet } from './fleet.ts'
import { tasks } from './tasks.ts'

export interface RecoveryPlaces {
  readonly mode: string
  readonly tokenFile: string
  readonly controlTokenFile: string
  readonly prometheusUrl: string
  readonly alertmanagerUrl: string
  readonly exporterUrl: string
  /** How soon a heal shows. */
  readonly scrapeIntervalSeconds: number
}

interface Part {
  readonly target: Readonly<Record<'name' | 'type', string>> & Readonly<Record<string, unknown>>
  readonly policy: object
}

/** An hour of the demo is a minute, and nobody wants to wait longer than that. */
function paceOf(scrapeSeconds: number): object {
  const seconds = (scrapes: number, least: number): string => `${Math.max(scrapes * scrapeSeconds, least)}s`
  const waits = { settle: seconds(0.4, 1), window: seconds(4, 10), cooldown: seconds(2, 5) }
  return { firing_for: '0s', timeout: '60s', attempts: 2, ...waits }
}

const budget = { actions: 5, per: '30m' }
const breaker = { failures: 4, per: '1h', reset: '10m' }
/** A person is at work on it, all day long: nothing is to be restarted under their hands. */
const rebuilt = 'summary_api'

export function renderRecovery(fleet: Fleet, places: RecoveryPlaces): string {
  const parts = [
    ...services.map((entry) => restart(entry, fleet)),
    ...services.map((entry) => clearCache(entry, fleet)),
    ...tasks.map(({ name }) => retryTask(name, fleet)),
    endSessions(fleet),
    removeFiles(fleet),
  ].flatMap((part) => part ?? [])
  return stringify({
    mode: places.mode,
    token_file: places.tokenFile,
    control_token_file: places.controlTokenFile,
    prometheus: { url: places.prometheusUrl },
    alertmanager: { url: places.alertmanagerUrl },
    exporter: { url: places.exporterUrl },
    interval: '1s',
    limits: {
      max_concurrent: 4,
      startup_hold: '10s',
      budget: { actions: 20, per: '1h' },
      blast_radius: { targets: 10, share: '90%' },
    },
    maintenance: [{ cron: '* * * * *', for: '1m', targets: [containerTarget(rebuilt)] }],
    targets: parts.map(({ target }) => target),
    policies: parts.map(({ policy }) => ({
      mode: 'auto',
      ...paceOf(places.scrapeIntervalSeconds),
      budget,
      breaker,
      ...policy,
    })),
  })
}

const containerTarget = (service: string): string => `${service}_container`

function restart(entry: ServiceEntry, { engineUrl }: Fleet): Part {
  const target = containerTarget(entry.name)
  return {
    target: { name: target, type: 'docker', container: containerName({ entry }), engine: engineUrl },
    policy: {
      name: `restart_${entry.name}`,
      matchers: ['alertname="ServiceDown"', `target="${entry.name}"`],
      action: 'restart_service',
      target,
      healthy: { probe: entry.name },
      // All that it asks when it starts.
      depends_on: entry.needs.map((need) => need.name),
    },
  }
}

function clearCache({ name }: ServiceEntry, fleet: Fleet): Part {
  const target = `${name}_cache`
  return {
    target: hook(target, 'cache_hook', `${fleet.controlUrl}/hooks/clear-cache/${name}`),
    policy: {
      name: `clear_${name}`,
      matchers: ['alertname="ServiceMemoryHigh"', `target="${name}"`],
      action: 'clear_memory_cache',
      target,
      healthy: { query: `watchpost_service_memory_usage_ratio{target="${name}"} < 0.8` },
    },
  }
}

function retryTask(name: string, fleet: Fleet): Part {
  const target = `${name}_run`
  return {
    target: hook(target, 'task_hook', `${fleet.controlUrl}/hooks/run/${name}`),
    policy: {
      name: `retry_${name}`,
      matchers: ['alertname="TaskRetriesExhausted"', `task="${name}"`],
      action: 'retry_failed_task',
      target,
      healthy: { query: `watchpost_task_consecutive_failures{task="${name}"} == 0` },
      // What a second run does not help will not be helped by a third.
      budget: { actions: 1, per: '30m' },
    },
  }
}

function endSessions({ recoveryDatabaseUrl: url }: Fleet): Part | undefined {
  if (url === undefined) return undefined
  const target = 'platform_db_sessions'
  return {
    target: { name: target, type: 'postgres', url, users: ['platform'], idle_for: '5s' },
    policy: {
      name: 'free_platform_db',
      matchers: ['alertname="DatabaseSessionsBlocked"', `target="${databaseName}"`],
      action: 'reconnect_database',
      target,
      healthy: { query: `watchpost_database_blocked_sessions{target="${databaseName}"} == 0` },
    },
  }
}

function removeFiles({ diskPath }: Fleet): Part {
  const target = 'runaway_logs'
  const limit = 'scalar(max(watchpost_threshold{name="disk"}))'
  return {
    target: { name: target, type: 'files', root: diskPath, pattern: '*.log', older_than: '1m' },
    policy: {
      name: 'clean_disk',
      matchers: ['alertname="HostDiskHigh"', `mountpoint="${diskPath}"`],
      action: 'cleanup_disk_space',
      target,
      healthy: { query: `watchpost_host_filesystem_usage_ratio{mountpoint="${diskPath}"} < ${limit}` },
    },
  }
}

function hook(name: string, type: string, url: string) {
  return { name, type, url, body: '{}' }
}

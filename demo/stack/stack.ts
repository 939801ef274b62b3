// The whole of it on one machine: the fleet, the exporter on it, Alertmanager, Prometheus and Grafana.
// `npm start` and the end-to-end tests are two callers of this.
import { join } from 'node:path'
import { renderConfig } from '../config.ts'
import type { Upstream } from '../config.ts'
import { startFleet } from '../fleet.ts'
import type { Fleet, FleetOptions } from '../fleet.ts'
import type { Program } from '../programs/find.ts'
import { startAlertmanager } from './alertmanager.ts'
import { configFileIn, startExporter } from './exporter.ts'
import { startGrafana } from './grafana.ts'
import { keepParts, parts } from './parts.ts'
import type { Part, Parts, Starter } from './parts.ts'
import { startPrometheus } from './prometheus.ts'
import { controlTokenFileIn, newToken, startRecovery, storageIn } from './recovery.ts'
import type { RecoveryMode } from './recovery.ts'

export interface StackOptions {
  /** Everything that is written goes there. */
  readonly directory: string
  readonly ports: Readonly<Record<Part, number>>
  readonly fleetPorts: 'default' | 'ephemeral'
  /** A part without its program is left out. */
  readonly programs: Readonly<Partial<Record<Exclude<Part, 'exporter'>, Program>>>
  /** Without it the fleet has no cache. */
  readonly redis?: Program | undefined
  /** The rules' durations are scaled with it: time-scale.ts. */
  readonly scrapeIntervalSeconds: number
  /** How much faster than in production time runs for the rules, where that is not to follow from the scrapes. */
  readonly pace?: number
  /** How the fleet differs from that of `npm start`. */
  readonly fleet?: Pick<FleetOptions, 'speed' | 'rehearsal'>
  /** The ALERT_ variables. */
  readonly alerting: Readonly<Record<string, string | undefined>>
  /** Without it nothing acts on a fault. It needs Prometheus and Alertmanager. */
  readonly recovery?: { readonly mode: RecoveryMode; readonly port: number } | undefined
  /** The exporter's configuration, where it is not to be that of the fleet. */
  readonly config?: (fleet: Fleet, upstream: Upstream) => string
  readonly onStep?: (what: string) => void
  /** Gives up before the next step; what has started is stopped. */
  readonly signal?: AbortSignal
}

export interface RunningRecovery {
  readonly url: string
  readonly controlTokenFile: string
  readonly storagePath: string
}

export interface Stack {
  readonly fleet: Fleet
  /** Where the parts that run answer. */
  readonly urls: Readonly<Partial<Record<Part, string>>>
  /** The exporter's, as it was written for this fleet. */
  readonly configFile: string
  /** What people need to look at recovery and to steer it, where it runs. */
  readonly recovery: RunningRecovery | undefined
  /** Resolves if a part ends by itself, to how it did and its last lines. */
  readonly broken: Promise<string>
  /** Kills a part as a lack of memory would; it stays away until it is revived. */
  readonly kill: (part: Part) => Promise<void>
  readonly revive: (part: Part) => Promise<void>
  readonly signal: (part: Part, signal: NodeJS.Signals) => void
  readonly stop: () => Promise<void>
}

// An hourly task each minute, so that cron's minutes and the demo's seconds agree.
const fleetSpeed = 1

export async function startStack(options: StackOptions): Promise<Stack> {
  options.signal?.throwIfAborted()
  options.onStep?.('fleet')
  const fleet = await startFleet({
    ports: options.fleetPorts,
    dataDirectory: join(options.directory, 'fleet'),
    speed: fleetSpeed,
    redis: options.redis,
    ...options.fleet,
  })
  const here = parts.filter((part) => part === 'exporter' || options.programs[part])
  const urls = Object.fromEntries(here.map((part) => [part, urlOf(options, part)]))
  const token = newToken()
  const running = keepParts(starters(withRecovery(options, token), fleet, here))
  const { begin, broken, end, keep, kill, signal } = running
  const stop = async (): Promise<void> => {
    await end()
    await fleet.stop()
  }
  try {
    for (const part of parts) {
      options.signal?.throwIfAborted()
      options.onStep?.(here.includes(part) ? part : `no ${part}`)
      await begin(part)
    }
    const recovery = await recover(options, fleet, { token, keep })
    const configFile = configFileIn(join(options.directory, 'exporter'))
    return { fleet, urls, configFile, recovery, broken: broken(), kill, revive: begin, signal, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Its alerts come by the route of recovery, beside those for people. */
function withRecovery(options: StackOptions, token: string): StackOptions {
  const { recovery, alerting } = options
  if (!recovery) return options
  const route = {
    ALERT_RECOVERY_URL: `http://127.0.0.1:${recovery.port}/v1/alerts`,
    ALERT_RECOVERY_TOKEN: token,
  }
  return { ...options, alerting: { ...alerting, ...route } }
}

interface Recovering {
  readonly token: string
  readonly keep: Parts['keep']
}

async function recover(
  options: StackOptions,
  fleet: Fleet,
  { token, keep }: Recovering,
): Promise<RunningRecovery | undefined> {
  const { recovery, programs } = options
  if (!recovery || !programs.prometheus || !programs.alertmanager) return undefined
  const { mode, port } = recovery
  const directory = join(options.directory, 'recovery')
  const places = {
    mode,
    prometheusUrl: urlOf(options, 'prometheus'),
    alertmanagerUrl: urlOf(options, 'alertmanager'),
    exporterUrl: urlOf(options, 'exporter'),
    scrapeIntervalSeconds: options.scrapeIntervalSeconds,
  }
  keep(await startRecovery({ directory, port, fleet, places, token }))
  return {
    url: `http://127.0.0.1:${port}`,
    controlTokenFile: controlTokenFileIn(directory),
    storagePath: storageIn(directory),
  }
}

function urlOf({ ports }: StackOptions, part: Part): string {
  return `http://127.0.0.1:${ports[part]}`
}

function starters(options: StackOptions, fleet: Fleet, here: readonly Part[]): Record<Part, Starter> {
  const { ports, programs, scrapeIntervalSeconds } = options
  const place = (part: Part): { readonly directory: string; readonly port: number } => ({
    directory: join(options.directory, part),
    port: ports[part],
  })
  const addresses = new Map(here.map((part) => [shippedAddresses[part], `127.0.0.1:${ports[part]}`]))
  if (options.recovery) addresses.set('recovery:8017', `127.0.0.1:${options.recovery.port}`)
  const { alertmanager, prometheus, grafana } = programs
  const upstream = {
    ...(prometheus ? { prometheus: urlOf(options, 'prometheus') } : {}),
    ...(alertmanager ? { alertmanager: urlOf(options, 'alertmanager') } : {}),
  }
  return {
    exporter: () =>
      startExporter({ ...place('exporter'), config: (options.config ?? renderConfig)(fleet, upstream) }),
    alertmanager: () =>
      alertmanager &&
      startAlertmanager({
        ...place('alertmanager'),
        program: alertmanager,
        environment: options.alerting,
        factor: options.pace === undefined ? scrapeIntervalSeconds / shippedScrapeSeconds : 1 / options.pace,
      }),
    prometheus: () =>
      prometheus &&
      startPrometheus({
        ...place('prometheus'),
        program: prometheus,
        scrapeIntervalSeconds,
        addresses,
        ...(options.pace === undefined ? {} : { pace: options.pace }),
      }),
    grafana: () =>
      grafana &&
      startGrafana({
        ...place('grafana'),
        program: grafana,
        prometheusUrl: urlOf(options, 'prometheus'),
        alertmanagerUrl: urlOf(options, 'alertmanager'),
        scrapeIntervalSeconds,
      }),
  }
}

/** As prometheus/prometheus.yml has them. */
const shippedScrapeSeconds = 15
const shippedAddresses: Readonly<Record<Part, string>> = {
  exporter: 'exporter:8007',
  alertmanager: 'alertmanager:9093',
  prometheus: 'localhost:9090',
  grafana: 'grafana:3000',
}

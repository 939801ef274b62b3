// The whole of it on one machine: the fleet, the exporter on it, Alertmanager, Prometheus and Grafana.
// `npm start` and the end-to-end tests are two callers of this.
import { join } from 'node:path'
import { renderConfig } from '../config.ts'
import type { Upstream } from '../config.ts'
import { startFleet } from '../fleet.ts'
import type { Fleet } from '../fleet.ts'
import type { Program } from '../programs/find.ts'
import type { RunningProcess } from '../programs/process.ts'
import { startAlertmanager } from './alertmanager.ts'
import { configFileIn, startExporter } from './exporter.ts'
import { startGrafana } from './grafana.ts'
import { startPrometheus } from './prometheus.ts'
import { controlTokenFileIn, newToken, startRecovery, storageIn } from './recovery.ts'
import type { RecoveryMode } from './recovery.ts'

/** In the order in which they start. */
export const parts = ['exporter', 'alertmanager', 'prometheus', 'grafana'] as const
export type Part = (typeof parts)[number]

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
  })
  const started: RunningProcess[] = []
  let isStopping = false
  const stop = async (): Promise<void> => {
    isStopping = true
    // Those who ask end before those who answer, so that nothing is taken for down on the way out.
    for (const running of started.toReversed()) await running.stop()
    await fleet.stop()
  }
  try {
    const token = newToken()
    const here = parts.filter((part) => part === 'exporter' || options.programs[part])
    const urls = Object.fromEntries(here.map((part) => [part, urlOf(options, part)]))
    for (const [part, starter] of Object.entries(starters(withRecovery(options, token), fleet, here))) {
      options.signal?.throwIfAborted()
      options.onStep?.(here.includes(part as Part) ? part : `no ${part}`)
      const running = await starter()
      if (running) started.push(running)
    }
    const recovery = await recover(options, fleet, { token, started })
    const ends = started.map(async (running) => {
      const how = await running.ended
      if (isStopping) return new Promise<never>(() => {})
      return [`${running.name} ended with ${how}`, ...running.lastLines()].join('\n  ')
    })
    const configFile = configFileIn(join(options.directory, 'exporter'))
    return { fleet, urls, configFile, recovery, broken: Promise.race(ends), stop }
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
  readonly started: RunningProcess[]
}

async function recover(
  options: StackOptions,
  fleet: Fleet,
  { token, started }: Recovering,
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
  }
  started.push(await startRecovery({ directory, port, fleet, places, token }))
  return {
    url: `http://127.0.0.1:${port}`,
    controlTokenFile: controlTokenFileIn(directory),
    storagePath: storageIn(directory),
  }
}

function urlOf({ ports }: StackOptions, part: Part): string {
  return `http://127.0.0.1:${ports[part]}`
}

type Starter = () => Promise<RunningProcess> | undefined

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
      startAlertmanager({ ...place('alertmanager'), program: alertmanager, environment: options.alerting }),
    prometheus: () =>
      prometheus &&
      startPrometheus({ ...place('prometheus'), program: prometheus, scrapeIntervalSeconds, addresses }),
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
const shippedAddresses: Readonly<Record<Part, string>> = {
  exporter: 'exporter:8007',
  alertmanager: 'alertmanager:9093',
  prometheus: 'localhost:9090',
  grafana: 'grafana:3000',
}

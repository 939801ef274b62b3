// Prometheus with the configuration that is shipped, changed only where one machine differs from a network.
import { glob, mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { parse, stringify } from 'yaml'
import type { Program } from '../programs/find.ts'
import { startProcess } from '../programs/process.ts'
import type { RunningProcess } from '../programs/process.ts'
import { scaleDuration, scaleInterval, scaleRules } from './time-scale.ts'

const shipped = join(import.meta.dirname, '../../prometheus')
/** What the overlay of recovery adds; left out again where it does not run. */
const overlay = join(import.meta.dirname, '../../recovery/scrape.yml')

export interface PrometheusOptions {
  readonly program: Program
  readonly directory: string
  readonly port: number
  readonly scrapeIntervalSeconds: number
  /** What runs here, by the address that the shipped configuration has for it; several where that is one of many. */
  readonly addresses: Addresses
  /** Which of the shipped configurations. */
  readonly file?: string
  /** It only scrapes and hands on. */
  readonly isAgent?: boolean
  /** It hands on what it keeps, as an agent does. */
  readonly handsOn?: boolean
  readonly flags?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** How much faster rules run; as much as the scrapes do where it is left out. */
  readonly pace?: number
}

type Addresses = ReadonlyMap<string, string | readonly string[]>

export async function startPrometheus(options: PrometheusOptions): Promise<RunningProcess> {
  const { directory, port } = options
  const factor = await writeConfiguration(options)
  return startProcess({
    name: 'prometheus',
    command: options.program.path,
    arguments: [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      ...(options.isAgent ? ['--agent'] : []),
      `--storage.${options.isAgent ? 'agent' : 'tsdb'}.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--web.external-url=http://127.0.0.1:${port}`,
      ...(options.isAgent ? [] : restartFlags(factor)),
      ...(options.flags ?? []),
    ],
    environment: options.environment ?? {},
    readyUrl: `http://127.0.0.1:${port}/-/ready`,
  })
}

/** Who waits is not to begin anew with a restart: as docker-compose.yml has it, and the resending at the same pace. */
function restartFlags(factor: number): string[] {
  const flags = { 'for-grace-period': '1m', 'resend-delay': '1m' }
  return Object.entries(flags).map(([name, value]) => `--rules.alert.${name}=${scaleDuration(value, factor)}`)
}

export async function writeConfiguration(
  options: Omit<PrometheusOptions, 'program' | 'port'>,
): Promise<number> {
  const rules = join(options.directory, 'rules')
  await mkdir(rules, { recursive: true })
  const own = await readFile(join(shipped, options.file ?? 'prometheus.yml'), 'utf8')
  const text = options.handsOn ? own + (await readRemoteWrite()) : own
  const { scrape_configs: more } = parse(await readFile(overlay, 'utf8')) as Pick<
    Configuration,
    'scrape_configs'
  >
  const { configuration, factor } = adaptConfiguration(text, { ...options, more })
  await writeFile(join(options.directory, 'prometheus.yml'), configuration)
  for await (const file of glob(join(shipped, 'rules', '*.rules.yml'))) {
    await writeFile(join(rules, basename(file)), scaleRules(await readFile(file, 'utf8'), factor))
  }
  return factor
}

async function readRemoteWrite(): Promise<string> {
  const agent = parse(await readFile(join(shipped, 'remote-write.yml'), 'utf8')) as Configuration
  return `\n${stringify({ remote_write: agent.remote_write })}`
}

interface StaticTargets {
  readonly static_configs?: readonly { readonly targets: readonly string[] }[]
}

interface ScrapeJob extends StaticTargets {
  readonly scrape_interval?: string
  readonly scrape_timeout?: string
}

interface RemoteWrite {
  readonly url: string
}

interface Configuration {
  readonly global: Readonly<Record<string, unknown>> & {
    readonly scrape_interval: string
    readonly scrape_timeout: string
    readonly evaluation_interval?: string
  }
  readonly alerting?: { readonly alertmanagers: readonly StaticTargets[] }
  readonly remote_write?: readonly RemoteWrite[]
  readonly scrape_configs: readonly ScrapeJob[]
}

/** Addresses become those of this machine, what does not run here is left out, and time runs faster by `factor`. */
export function adaptConfiguration(
  text: string,
  options: Pick<PrometheusOptions, 'addresses' | 'scrapeIntervalSeconds' | 'pace'> & {
    readonly more?: Configuration['scrape_configs']
  },
): { readonly configuration: string; readonly factor: number } {
  const configuration = parse(text) as Configuration
  const { addresses, scrapeIntervalSeconds, pace, more = [] } = options
  const { global, alerting, remote_write: written } = configuration
  const factor = pace === undefined ? scrapeIntervalSeconds / readSeconds(global.scrape_interval) : 1 / pace
  const evaluation = global.evaluation_interval
  const adapted = {
    ...configuration,
    global: {
      ...global,
      scrape_interval: writeSeconds(scrapeIntervalSeconds),
      // Not scaled: the exporter keeps half a second of it for the way back, however short it is.
      scrape_timeout: writeSeconds(Math.min(scrapeIntervalSeconds, readSeconds(global.scrape_timeout))),
      ...(evaluation === undefined ? {} : { evaluation_interval: scaleInterval(evaluation, factor) }),
    },
    ...(alerting && {
      alerting: { ...alerting, alertmanagers: keepRunning(alerting.alertmanagers, addresses) },
    }),
    ...(written && {
      remote_write: written.flatMap((entry) => adaptRemoteWrite(entry, { addresses, factor })),
    }),
    scrape_configs: keepRunning([...configuration.scrape_configs, ...more], addresses).map((job) =>
      adaptInterval(job, scrapeIntervalSeconds),
    ),
  }
  return { configuration: stringify(adapted), factor }
}

/** It waits 5 s for more to send where it is not told otherwise. */
function adaptRemoteWrite(
  entry: RemoteWrite,
  { addresses, factor }: { readonly addresses: Addresses; readonly factor: number },
): readonly object[] {
  const { host } = new URL(entry.url)
  return [addresses.get(host) ?? []].flat().map((address) => ({
    ...entry,
    url: entry.url.replace(host, address),
    queue_config: { batch_send_deadline: scaleDuration('5s', factor) },
  }))
}

/** What is looked at more often than the rest is so here only where that is often still. */
function adaptInterval(job: ScrapeJob, scrapeIntervalSeconds: number): ScrapeJob {
  const { scrape_interval: own, scrape_timeout: _timeout, ...others } = job
  return own === undefined || readSeconds(own) < scrapeIntervalSeconds ? job : others
}

function keepRunning<T extends StaticTargets>(entries: readonly T[], addresses: Addresses): readonly T[] {
  return entries.flatMap((entry) => {
    const groups = (entry.static_configs ?? []).map((group) => ({
      ...group,
      targets: group.targets.flatMap((target) => addresses.get(target) ?? []),
    }))
    const running = groups.filter(({ targets }) => targets.length > 0)
    return running.length > 0 ? [{ ...entry, static_configs: running }] : []
  })
}

function writeSeconds(seconds: number): string {
  return scaleDuration(`${Math.round(seconds * 1000)}ms`, 1)
}

function readSeconds(duration: string): number {
  return Number.parseFloat(scaleDuration(duration, 1))
}

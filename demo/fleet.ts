// The demo fleet: everything that a platform has and Watchpost watches, on this machine, breakable.
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import * as catalogue from './catalogue.ts'
import { openContainerEngine } from './containers.ts'
import type { ContainerEngine } from './containers.ts'
import { createDisk } from './disk.ts'
import { openControl } from './control-api.ts'
import { createDatabaseFaults } from './database/faults.ts'
import { connectPlatformDatabase, startPlatformDatabase, withClient } from './database/platform.ts'
import type { PlatformDatabase } from './database/platform.ts'
import { createDependencies } from './dependencies.ts'
import type { AskDependency } from './dependencies.ts'
import { createFaults } from './fault.ts'
import { freePort } from './programs/ports.ts'
import { writeHistory } from './history.ts'
import { openService } from './service.ts'
import type { Service } from './service.ts'
import { openSource } from './sources/source.ts'
import type { Source, SourceApi } from './sources/source.ts'
import { cmoneyApi } from './sources/cmoney.ts'
import { finlabApi } from './sources/finlab.ts'
import { googleSheets } from './sources/google-sheets.ts'
import { createServiceAccount } from './sources/service-account.ts'
import type { ServiceAccount } from './sources/service-account.ts'
import { spreadsheetId } from './sources/spreadsheet.ts'
import { startTask } from './task-runner.ts'
import { tasks } from './tasks.ts'

export interface FleetOptions {
  /** `default` as in the catalogue; `ephemeral` takes whatever is free. */
  readonly ports: 'default' | 'ephemeral'
  /** For the database's files and the credentials of the spreadsheet; made if need be. */
  readonly dataDirectory: string
  /** 1 runs an hourly task each minute, and is what holds where it is left out; 12 each five seconds. */
  readonly speed?: number
  /** Where services and sources listen; the loopback interface where it is left out. */
  readonly host?: string
  /** A database that is there already, by its owner's URL; one is started where it is left out. */
  readonly databaseUrl?: string
}

export interface Fleet {
  /** Base URLs by name; a service answers at /health. */
  readonly services: Readonly<Record<string, string>>
  readonly sources: Readonly<Record<string, string>>
  /** With the rights that the exporter needs, and no more. */
  readonly databaseUrl: string
  readonly controlUrl: string
  /** Of a double of the Docker Engine, in which the services are containers. */
  readonly engineUrl: string
  /** A folder that can be made to fill up. */
  readonly diskPath: string
  /** The service account that may read the spreadsheet; its `token_uri` is the double's. */
  readonly credentialsFile: string
  readonly spreadsheetId: string
  readonly speed: number
  readonly break: (name: string, fault: string) => Promise<void>
  readonly heal: (name: string) => Promise<void>
  /** Ends everything that was started; safe to call again. */
  readonly stop: () => Promise<void>
}

type Closer = () => Promise<void>
type Settings = FleetOptions & Required<Pick<FleetOptions, 'host' | 'speed'>>

export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const closers: Closer[] = []
  let stopping: Promise<void> | undefined
  const stop = (): Promise<void> => (stopping ??= closeAll(closers))
  try {
    const dataDirectory = resolve(options.dataDirectory)
    return await assemble({ host: '127.0.0.1', speed: 1, ...options, dataDirectory }, closers, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function assemble(options: Settings, closers: Closer[], stop: Closer): Promise<Fleet> {
  const addresses = new Map<string, string>()
  const dependencies = createDependencies((name) => addresses.get(name) ?? '')
  closers.push(dependencies.close)
  const account = await createServiceAccount()
  const sources = await openSources(options, account, closers)
  const services = await openServices(options, dependencies.ask, closers)
  // After the ports, so that a second fleet ends before it touches the data of the first.
  const database = await openDatabase(options, closers)
  const databaseFaults = createDatabaseFaults(catalogue.databaseName, database)
  closers.push(databaseFaults.close)
  for (const { name, url } of services) addresses.set(name, `${url}/health`)
  for (const { name, livenessUrl } of sources) addresses.set(name, livenessUrl)
  addresses.set(catalogue.databaseName, database.ownerUrl)

  const scheduling = {
    pool: database.pool,
    ask: dependencies.ask,
    speed: options.speed,
    isStalled: (name: string) => sources.some((source) => source.name === name && source.isStalled()),
    rowDefect: databaseFaults.rowDefect,
  }
  const runners = tasks.map((task) => startTask(task, scheduling))
  closers.push(async () => void (await Promise.all(runners.map((runner) => runner.stop()))))
  const engine = await openEngine(options, closers)
  const disk = await createDisk(options.dataDirectory, options.speed)
  closers.push(disk.close)
  const others = [...sources, databaseFaults, ...runners, disk].flatMap(({ breakable }) => breakable ?? [])
  const breakables = [...services.map(({ breakable }) => engine.contain(breakable)), ...others]
  const faults = createFaults(breakables)
  const control = await openControl(await portOf(options, catalogue.controlPort), faults)
  closers.push(control.close)
  const sourceUrls = urlsByName(sources)
  const tokenUri = `${sourceUrls['google_sheets'] ?? ''}/token`
  const credentialsFile = await writeCredentials(options.dataDirectory, account.credentials(tokenUri))
  return {
    services: urlsByName(services),
    sources: sourceUrls,
    databaseUrl: database.url,
    controlUrl: control.url,
    engineUrl: engine.url,
    diskPath: disk.path,
    credentialsFile,
    spreadsheetId,
    speed: options.speed,
    break: faults.break,
    heal: faults.heal,
    stop,
  }
}

async function openSources(options: Settings, account: ServiceAccount, closers: Closer[]): Promise<Source[]> {
  const apis: Readonly<Record<string, () => SourceApi>> = {
    google_sheets: () => googleSheets(account, options.speed),
    cmoney_api: () => cmoneyApi(options.speed),
    finlab_api: finlabApi,
  }
  const opened: Source[] = []
  for (const entry of catalogue.sources) {
    const api = apis[entry.name]
    if (!api) throw new Error(`${entry.name}: the catalogue names a source that nothing imitates`)
    const source = await openSource({ entry, ...(await placeOf(options, entry.port)), api: api() })
    closers.push(source.close)
    opened.push(source)
  }
  return opened
}

async function openServices(options: Settings, ask: AskDependency, closers: Closer[]): Promise<Service[]> {
  const opened: Service[] = []
  for (const entry of catalogue.services) {
    const service = await openService({ entry, ...(await placeOf(options, entry.port)), ask })
    closers.push(service.close)
    opened.push(service)
  }
  return opened
}

async function openEngine(options: Settings, closers: Closer[]): Promise<ContainerEngine> {
  const port = await portOf(options, catalogue.enginePort)
  const engine = await openContainerEngine(catalogue.services, { host: '127.0.0.1', port })
  closers.push(engine.close)
  return engine
}

async function openDatabase(options: Settings, closers: Closer[]): Promise<PlatformDatabase> {
  const { databaseUrl, dataDirectory, speed } = options
  const port = await portOf(options, catalogue.databasePort)
  const database = await (databaseUrl === undefined
    ? startPlatformDatabase({ dataDirectory, host: '127.0.0.1', port })
    : connectPlatformDatabase(databaseUrl))
  closers.push(database.close)
  await withClient(database.ownerUrl, (client) => writeHistory(client, speed, new Date()))
  return database
}

async function writeCredentials(folder: string, credentials: unknown): Promise<string> {
  const file = join(folder, 'google-credentials.json')
  await mkdir(folder, { recursive: true })
  await writeFile(file, JSON.stringify(credentials, undefined, 2), { mode: 0o600 })
  return file
}

function urlsByName(
  things: readonly { readonly name: string; readonly url: string }[],
): Record<string, string> {
  return Object.fromEntries(things.map(({ name, url }) => [name, url]))
}

const flapSeconds = 20

async function placeOf(options: Settings, port: number) {
  return { host: options.host, port: await portOf(options, port), flapSeconds: flapSeconds / options.speed }
}

/** A port that is kept: a server that was down must come back where it was. */
async function portOf(options: Settings, port: number): Promise<number> {
  return options.ports === 'default' ? port : freePort()
}

/** Last opened, first closed; one that fails does not keep the others open. */
async function closeAll(closers: readonly Closer[]): Promise<void> {
  const failures: unknown[] = []
  for (const close of closers.toReversed()) await close().catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw new AggregateError(failures, 'the demo fleet did not end cleanly')
}

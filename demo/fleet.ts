// The demo fleet: everything that a platform has and Watchpost watches, on this machine, breakable.
import { resolve } from 'node:path'
import * as catalogue from './catalogue.ts'
import { createAuthority } from './authority.ts'
import { openContainerEngine } from './containers.ts'
import type { ContainerEngine } from './containers.ts'
import { closeAll, keep } from './closers.ts'
import type { Closer } from './closers.ts'
import { createDisk } from './disk.ts'
import { openControl } from './control-api.ts'
import { createDatabaseFaults } from './database/faults.ts'
import { connectPlatformDatabase, startPlatformDatabase } from './database/platform.ts'
import type { PlatformDatabase } from './database/platform.ts'
import { createDependencies } from './dependencies.ts'
import type { AskDependency } from './dependencies.ts'
import { createFaults } from './fault.ts'
import type { Faults } from './fault.ts'
import { createHooks, restartService } from './hooks.ts'
import type { Program } from './programs/find.ts'
import { writeKeys } from './keys.ts'
import type { Trust } from './keys.ts'
import { openNetwork } from './network.ts'
import { freePort } from './programs/ports.ts'
import { openService } from './service.ts'
import type { Service } from './service.ts'
import { openSource } from './sources/source.ts'
import type { Source, SourceApi } from './sources/source.ts'
import { cmoneyApi } from './sources/cmoney.ts'
import { finlabApi } from './sources/finlab.ts'
import { googleSheets } from './sources/google-sheets.ts'
import { createServiceAccount } from './sources/service-account.ts'
import type { Rehearsal } from './rehearsal.ts'
import { spreadsheetId } from './sources/spreadsheet.ts'
import { openStores } from './stores.ts'
import type { Stores, StoresOptions } from './stores.ts'
import { fillPast, startScheduler } from './scheduler.ts'

export interface FleetOptions {
  /** `default` as in the catalogue; `ephemeral` takes whatever is free. */
  readonly ports: 'default' | 'ephemeral'
  /** For the database's files and the credentials of the spreadsheet; made if need be. */
  readonly dataDirectory: string
  /** 1 runs an hourly task each minute, and is what holds where it is left out; 12 each five seconds. */
  readonly speed?: number
  readonly rehearsal?: Rehearsal
  /** Where services and sources listen; the loopback interface where it is left out. */
  readonly host?: string
  /** A database that is there already, by its owner's URL; one is started where it is left out. */
  readonly databaseUrl?: string
  /** A Redis that is there already. */
  readonly cacheUrl?: string
  /** Without it, and without a cache that is there already, there is none. */
  readonly redis?: Program | undefined
}

export interface Fleet {
  /** Base URLs by name; a service answers at /health. */
  readonly services: Readonly<Record<string, string>>
  readonly sources: Readonly<Record<string, string>>
  /** With the rights that the exporter needs, and no more. */
  readonly databaseUrl: string
  /** As a role that may end sessions, where the server is the demo's own. */
  readonly recoveryDatabaseUrl: string | undefined
  /** A standby of that database, where the server is the demo's own. */
  readonly standbyUrl: string | undefined
  readonly cacheUrl: string | undefined
  /** Whom to trust to reach the sources by TLS. */
  readonly authorityFile: string
  readonly controlUrl: string
  /** Of a double of the Docker Engine, in which the services are containers. */
  readonly engineUrl: string
  /** A folder that can be made to fill up. */
  readonly diskPath: string
  /** Answers as long as the network of this machine is well. */
  readonly networkAnchor: string
  /** The service account that may read the spreadsheet; its `token_uri` is the double's. */
  readonly credentialsFile: string
  readonly spreadsheetId: string
  readonly speed: number
  readonly break: (name: string, fault: string) => Promise<void>
  readonly heal: (name: string) => Promise<void>
  /** Ends everything that was started; safe to call again. */
  readonly stop: () => Promise<void>
}

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
  const authority = createAuthority()
  const addressOf = (name: string): string => addresses.get(name) ?? ''
  const dependencies = await keep(closers, createDependencies(addressOf, authority.cert))
  const account = await createServiceAccount()
  const sources = await openSources(options, { account, authority }, closers)
  const services = await openServices(options, dependencies.ask, closers)
  // After the ports, so that a second fleet ends before it touches the data of the first.
  const database = await openDatabase(options, closers)
  const { standby, cache } = await openStores(storesOf(options, database), closers)
  const databaseFaults = await keep(closers, createDatabaseFaults(catalogue.databaseName, database))
  for (const { name, livenessUrl } of [...services, ...sources]) addresses.set(name, livenessUrl)
  addresses.set(catalogue.databaseName, database.ownerUrl)

  await fillPast(options, database)
  const { runners, breakable: scheduler } = startScheduler(options, {
    database,
    sources,
    ask: dependencies.ask,
    rowDefect: databaseFaults.rowDefect,
  })
  closers.push(async () => void (await Promise.all(runners.map((runner) => runner.stop()))))
  const engine = await openEngine(options, closers, (name) => restartService(faults, name))
  const network = await keep(closers, openNetwork(await portOf(options, catalogue.networkPort)))
  const disk = await keep(closers, createDisk(options.dataDirectory, options.speed))
  const tasks = [...runners, { breakable: scheduler }]
  const others = [...sources, databaseFaults, standby, cache, ...tasks, disk, network].flatMap(
    (part) => part?.breakable ?? [],
  )
  const contained = services.map(({ breakable }) => engine.contain(breakable))
  const faults: Faults = createFaults([...contained, ...others])
  const controlPort = await portOf(options, catalogue.controlPort)
  const control = await keep(closers, openControl(controlPort, faults, createHooks(faults, runners)))
  const sourceUrls = urlsByName(sources)
  const files = await writeKeys(options.dataDirectory, { account, authority }, sourceUrls['google_sheets'])
  return {
    services: urlsByName(services),
    sources: sourceUrls,
    ...storeUrls(database, { standby, cache }),
    controlUrl: control.url,
    engineUrl: engine.url,
    diskPath: disk.path,
    networkAnchor: network.anchor,
    ...files,
    spreadsheetId,
    speed: options.speed,
    break: faults.break,
    heal: faults.heal,
    stop,
  }
}

async function openSources(
  options: Settings,
  { account, authority }: Trust,
  closers: Closer[],
): Promise<Source[]> {
  const apis: Readonly<Record<string, () => SourceApi>> = {
    google_sheets: () => googleSheets(account, options.speed),
    cmoney_api: () => cmoneyApi(options.speed),
    finlab_api: finlabApi,
  }
  const opened: Source[] = []
  for (const entry of catalogue.sources) {
    const api = apis[entry.name]
    if (!api) throw new Error(`${entry.name}: the catalogue names a source that nothing imitates`)
    const source = await keep(
      closers,
      openSource({ entry, ...(await placeOf(options, entry.port)), api: api(), authority }),
    )
    opened.push(source)
  }
  return opened
}

async function openServices(options: Settings, ask: AskDependency, closers: Closer[]): Promise<Service[]> {
  const opened: Service[] = []
  for (const entry of catalogue.services) {
    const service = await keep(closers, openService({ entry, ...(await placeOf(options, entry.port)), ask }))
    opened.push(service)
  }
  return opened
}

async function openEngine(
  options: Settings,
  closers: Closer[],
  restart: (service: string) => Promise<void>,
): Promise<ContainerEngine> {
  const port = await portOf(options, catalogue.enginePort)
  return keep(closers, openContainerEngine(catalogue.services, { host: '127.0.0.1', port, restart }))
}

async function openDatabase(options: Settings, closers: Closer[]): Promise<PlatformDatabase> {
  const { databaseUrl, dataDirectory } = options
  const port = await portOf(options, catalogue.databasePort)
  return keep(
    closers,
    databaseUrl === undefined
      ? startPlatformDatabase({ dataDirectory, host: '127.0.0.1', port })
      : connectPlatformDatabase(databaseUrl),
  )
}

function storesOf(options: Settings, database: PlatformDatabase): StoresOptions {
  const { redis, cacheUrl, dataDirectory: directory, rehearsal } = options
  const hasStandby = rehearsal?.hasStandby ?? true
  return { database, redis, cacheUrl, hasStandby, directory, portOf: (port) => portOf(options, port) }
}

function storeUrls(database: PlatformDatabase, { standby, cache }: Stores) {
  return {
    databaseUrl: database.url,
    recoveryDatabaseUrl: database.recoveryUrl,
    standbyUrl: standby?.url,
    cacheUrl: cache?.url,
  }
}

function urlsByName(
  things: readonly { readonly name: string; readonly url: string }[],
): Record<string, string> {
  return Object.fromEntries(things.map(({ name, url }) => [name, url]))
}

const flapSeconds = 20

async function placeOf(options: Settings, port: number) {
  const { host, speed, rehearsal } = options
  const pace = { flapSeconds: flapSeconds / speed, slowMilliseconds: rehearsal?.slowMilliseconds }
  return { host, port: await portOf(options, port), ...pace }
}

/** A port that is kept: a server that was down must come back where it was. */
async function portOf(options: Settings, port: number): Promise<number> {
  return options.ports === 'default' ? port : freePort()
}

// What stands beside the database: its standby where the server is the demo's own, and the cache.
import { join } from 'node:path'
import { connectCache, openCache } from './cache.ts'
import type { Cache } from './cache.ts'
import { cacheName, cachePort, standbyName, standbyPort } from './catalogue.ts'
import { keep } from './closers.ts'
import type { Closer } from './closers.ts'
import type { PlatformDatabase } from './database/platform.ts'
import { openStandby } from './database/standby.ts'
import type { Standby } from './database/standby.ts'
import type { Program } from './programs/find.ts'

export interface Stores {
  /** Undefined where the server of the database is not ours to copy. */
  readonly standby: Standby | undefined
  /** Undefined where there is no Redis. */
  readonly cache: Cache | undefined
}

export interface StoresOptions {
  readonly database: PlatformDatabase
  readonly redis: Program | undefined
  /** Of a Redis that is there already; one is started where it is left out. */
  readonly cacheUrl: string | undefined
  readonly hasStandby: boolean
  readonly directory: string
  readonly portOf: (port: number) => Promise<number>
}

export async function openStores(options: StoresOptions, closers: Closer[]): Promise<Stores> {
  const [standby, cache] = await Promise.all([follow(options, closers), openRedis(options, closers)])
  return { standby, cache }
}

async function follow(
  { database, hasStandby, directory, portOf }: StoresOptions,
  closers: Closer[],
): Promise<Standby | undefined> {
  const { server, url } = database
  if (!server || !hasStandby) return undefined
  const port = await portOf(standbyPort)
  const place = { name: standbyName, dataDirectory: join(directory, 'standby'), host: '127.0.0.1', port }
  return keep(closers, openStandby(server, { ...place, url }))
}

async function openRedis(
  { redis, cacheUrl, directory, portOf }: StoresOptions,
  closers: Closer[],
): Promise<Cache | undefined> {
  if (cacheUrl !== undefined) return keep(closers, connectCache(cacheName, cacheUrl))
  if (!redis) return undefined
  const place = { name: cacheName, port: await portOf(cachePort), directory }
  return keep(closers, openCache({ ...place, program: redis }))
}

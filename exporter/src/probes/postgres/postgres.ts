// One database, touched with care: a pool of two, read-only snapshots, limits that hold through a pooler.
import type { ClientConfig, Pool, PoolClient } from 'pg'
import { loadPostgres } from '../../packages.ts'
import { clientConfig } from './client.ts'
import { guardClient } from './guard.ts'
import { typesInUtc } from './types.ts'
import type { TlsOptions } from '../connection/tls.ts'

export interface Database {
  readonly name: string
  /**
   * Runs `work` in one READ ONLY, REPEATABLE READ transaction. Statements are cut off at the limits
   * of `timeoutSeconds`, and when `signal` aborts the connection is closed under them.
   */
  read<T>(limits: ReadLimits, work: (client: PoolClient) => Promise<T>): Promise<T>
  use(): PoolUse
  close(): Promise<void>
}

/** How busy the pool is. */
export interface PoolUse {
  readonly busy: number
  readonly idle: number
  /** Readers that wait for a connection. */
  readonly waiting: number
}

export interface ReadLimits {
  readonly signal: AbortSignal
  readonly timeoutSeconds: number
}

export function openDatabase(name: string, url: string, tls?: TlsOptions): Database {
  const { Client, Pool } = loadPostgres()
  const types = typesInUtc()
  // Each connection is told anew where to go: files of certificates may have been renewed.
  class AddressedClient extends Client {
    constructor(given?: ClientConfig) {
      super({ ...given, ...clientConfig({ url, tls }), types })
      guardClient(this)
      // A connection lost in the midst of a reading shows in the statement that was under way; the pool listens only
      // between readings.
      this.on('error', () => {})
    }
  }
  const pool = new Pool({
    Client: AddressedClient,
    max: 2,
    application_name: 'watchpost',
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    allowExitOnIdle: true,
  })
  // An idle connection that the server closes is not a fault of ours: the next read opens another.
  pool.on('error', () => {})
  const use = (): PoolUse => {
    const { totalCount, idleCount, waitingCount } = pool
    return { busy: totalCount - idleCount, idle: idleCount, waiting: waitingCount }
  }
  return { name, read: (limits, work) => read(pool, limits, work), use, close: () => pool.end() }
}

async function read<T>(pool: Pool, limits: ReadLimits, work: (client: PoolClient) => Promise<T>): Promise<T> {
  limits.signal.throwIfAborted()
  const client = await connect(pool, limits.signal)
  let broken: Error | undefined
  const cut = (): void => {
    broken = new Error('the deadline passed', { cause: limits.signal.reason })
    // Ending the socket is the only way to stop a statement on a server that does not answer.
    void client.end().catch(() => {})
  }
  limits.signal.addEventListener('abort', cut, { once: true })
  try {
    const milliseconds = Math.max(1, Math.floor(limits.timeoutSeconds * 1000))
    // SET LOCAL and not startup parameters: a pooler in transaction mode refuses those and would leak a plain SET.
    // The driver reads dates of one style only.
    await client.query(
      `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL DateStyle = ISO; SET LOCAL statement_timeout = ${milliseconds}; SET LOCAL lock_timeout = ${milliseconds}; SET LOCAL idle_in_transaction_session_timeout = ${milliseconds * 2}`,
    )
    const result = await withSignal(work(client), limits.signal)
    await client.query('COMMIT')
    return result
  } catch (error) {
    broken ??= error instanceof Error ? error : new Error(String(error))
    throw error
  } finally {
    limits.signal.removeEventListener('abort', cut)
    // A client that failed is thrown away: half a transaction must not meet the next reader.
    client.release(broken)
  }
}

async function connect(pool: Pool, signal: AbortSignal): Promise<PoolClient> {
  const connecting = pool.connect()
  try {
    return await withSignal(connecting, signal)
  } catch (error) {
    // A connection that is there after all goes back to the pool; nobody else would return it.
    void connecting.then(
      (client) => client.release(),
      () => {},
    )
    throw error
  }
}

function withSignal<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const abort = (): void => reject(new Error('the deadline passed', { cause: signal.reason }))
  signal.addEventListener('abort', abort, { once: true })
  work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  return promise
}

// One session with a Postgres server, under the deadline of an action.
import { Client } from 'pg'
import { clientConfig } from '../../../exporter/src/probes/postgres/client.ts'
import type { Secret } from '../../../exporter/src/schema/secret.ts'
import type { ServerAddress } from './secret-url.ts'

/** Server and database, without who connects. */
export function databaseOf(url: Secret): string {
  const { host, pathname } = new URL(url.reveal())
  return `${host}${pathname}`
}

export async function withClient<T>(
  { url, tls }: ServerAddress,
  signal: AbortSignal,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  const client = new Client({
    ...clientConfig({ url: url.reveal(), tls }),
    application_name: 'watchpost-recovery',
    connectionTimeoutMillis: 5_000,
    statement_timeout: 10_000,
    lock_timeout: 2_000,
  })
  // A connection that breaks shows in the statement that was under way.
  client.on('error', () => {})
  const cut = (): void => void client.end().catch(() => {})
  signal.addEventListener('abort', cut, { once: true })
  try {
    await client.connect()
    return await work(client)
  } finally {
    signal.removeEventListener('abort', cut)
    await client.end().catch(() => {})
  }
}

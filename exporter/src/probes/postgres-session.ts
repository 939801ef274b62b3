// One fresh session with Postgres, timed phase by phase: what the next client that connects would meet.
import { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Client, ClientBase } from 'pg'
import { loadPostgres } from '../packages.ts'
import { explainPostgres } from './postgres-failure.ts'
import type { PostgresFailure } from './postgres-failure.ts'
import { startPhaseClock } from './phase-clock.ts'
import type { SocketTiming } from './phase-clock.ts'

export interface SessionCertificate {
  readonly notBefore: number
  readonly notAfter: number
  readonly verified: boolean
}

/** `processing` is signing in and the first statement; `work` is not part of the time. */
export interface SessionOutcome<T> extends SocketTiming {
  /** Undefined when the session could not be opened. */
  readonly result: T | undefined
  readonly failure: PostgresFailure | undefined
  readonly detail: string | undefined
  readonly certificate: SessionCertificate | undefined
}

export interface SessionOptions {
  readonly url: string
  readonly signal: AbortSignal
  /** Limit of each statement. */
  readonly timeoutSeconds: number
}

/** Runs one statement of its own in the session's transaction: its failure does not spoil the next ones. */
export type Ask = <Row>(sql: string) => Promise<readonly Row[]>

/** Opens a session, lets `work` ask in one READ ONLY transaction, and closes it, also when the signal aborts. */
export async function probePostgres<T>(
  options: SessionOptions,
  work: (ask: Ask) => Promise<T>,
): Promise<SessionOutcome<T>> {
  const { signal } = options
  const socket = new Socket()
  const clock = startPhaseClock(socket)
  const close = (): void => void socket.destroy(new Error('the deadline passed'))
  let certificate: SessionCertificate | undefined
  let client: Client | undefined
  try {
    signal.throwIfAborted()
    signal.addEventListener('abort', close, { once: true })
    client = new (loadPostgres().Client)({
      connectionString: options.url,
      stream: () => socket,
      application_name: 'watchpost',
    })
    // Once open, a broken session shows in the statement that was under way.
    client.on('error', () => {})
    onSecured(client, (secured) => {
      clock.secured()
      certificate = describeCertificate(secured)
    })
    await client.connect()
    await client.query(opening(options.timeoutSeconds))
    const timing = clock.stop()
    const result = await work(askIn(client))
    // A session that ends in a transaction counts as a rollback, and rollbacks are what is watched here.
    await client.query('COMMIT').catch(() => {})
    return { result, failure: undefined, detail: undefined, certificate, ...timing }
  } catch (error) {
    return { result: undefined, ...explainPostgres(error, signal), certificate, ...clock.stop() }
  } finally {
    // Under the same deadline, for a server that has frozen does not say goodbye.
    await client?.end().catch(() => {})
    signal.removeEventListener('abort', close)
    socket.destroy()
  }
}

function opening(timeoutSeconds: number): string {
  const milliseconds = Math.max(1, Math.floor(timeoutSeconds * 1000))
  return `BEGIN READ ONLY; SET LOCAL statement_timeout = ${milliseconds}; SET LOCAL lock_timeout = ${milliseconds}`
}

/** Asks within the transaction that `client` has open. */
export function askIn(client: ClientBase): Ask {
  return async <Row>(sql: string) => {
    try {
      const results = await client.query(`SAVEPOINT ask; ${sql}`)
      // Two statements in one message give two results, which the types of the driver do not know.
      const last = (results as unknown as readonly { rows: Row[] }[]).at(-1)
      return last?.rows ?? []
    } catch (error) {
      await client.query('ROLLBACK TO SAVEPOINT ask')
      throw error
    }
  }
}

function onSecured(client: Client, done: (socket: TLSSocket) => void): void {
  const { connection } = client
  connection.once('sslconnect', () => {
    const { stream } = connection
    if (stream instanceof TLSSocket) stream.once('secureConnect', () => done(stream))
  })
}

function describeCertificate(socket: TLSSocket): SessionCertificate {
  const { valid_from: from, valid_to: to } = socket.getPeerCertificate()
  return { notBefore: Date.parse(from) / 1000, notAfter: Date.parse(to) / 1000, verified: socket.authorized }
}

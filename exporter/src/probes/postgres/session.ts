// One fresh session with Postgres, timed phase by phase: what the next client that connects would meet.
import { Socket, isIP } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Client, ClientBase } from 'pg'
import { loadPostgres } from '../../packages.ts'
import { nothingKnown } from '../connection/dial.ts'
import type { Connection } from '../connection/dial.ts'
import { faultOf, startCourse } from '../outcome.ts'
import type { Course, Fault, Outcome } from '../outcome.ts'
import { clientConfig } from './client.ts'
import type { PostgresAddress } from './client.ts'
import { explainPostgres } from './failure.ts'
import { guardClient } from './guard.ts'
import { readSecured } from '../connection/tls.ts'

/** `processing` is signing in and the first statement; `work` is not part of the time. */
interface SessionOutcome<T> extends Outcome, Connection {
  /** Undefined when the session could not be opened. */
  readonly result: T | undefined
}

interface SessionOptions extends PostgresAddress {
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
  // The driver listens only once it has begun to connect.
  const socket = new Socket().on('error', () => {})
  const course = startCourse({ signal })
  const close = (): void => void socket.destroy(new Error('the deadline passed'))
  const met: Met = { connection: nothingKnown, distrust: undefined }
  let durationSeconds: number | undefined
  let client: Client | undefined
  let isOpen = false
  try {
    signal.throwIfAborted()
    signal.addEventListener('abort', close, { once: true })
    client = new (loadPostgres().Client)({ ...clientConfig(options, socket), application_name: 'watchpost' })
    guardClient(client)
    // Once open, a broken session shows in the statement that was under way.
    client.on('error', () => {})
    follow({ client, socket, course }, met)
    await client.connect()
    isOpen = true
    await client.query(opening(options.timeoutSeconds))
    durationSeconds = course.end()
    const result = await work(askIn(client))
    // A session that ends in a transaction counts as a rollback, and rollbacks are what is watched here.
    await client.query('COMMIT').catch(() => {})
    const { phases } = course
    return { result, failure: undefined, detail: undefined, durationSeconds, phases, ...met.connection }
  } catch (error) {
    const told = course.isCut ? faultOf(course, error) : explainPostgres(error, signal)
    durationSeconds ??= course.end()
    const { phases } = course
    return { result: undefined, ...(met.distrust ?? told), durationSeconds, phases, ...met.connection }
  } finally {
    // Under the same deadline, for a server that has frozen does not say goodbye.
    if (isOpen) await client?.end().catch(() => {})
    signal.removeEventListener('abort', close)
    socket.destroy()
  }
}

interface Met {
  connection: Connection
  /** Why the session was ended by us. */
  distrust: Fault | undefined
}

interface Opening {
  readonly client: Client
  readonly socket: Socket
  readonly course: Course
}

/** Notes the phases of a session that is about to be opened, and what its connection shows. */
function follow({ client, socket, course }: Opening, met: Met): void {
  const isSecured = judgeTls(client, course, met)
  const isName = isIP(client.host) === 0 && !client.host.startsWith('/')
  course.enter(isName ? 'dns' : 'connect')
  socket.once('connectionAttempt', () => course.enter('connect'))
  socket.once('connect', () => {
    course.enter(isSecured ? 'tls' : 'processing')
    met.connection = { ...met.connection, remoteAddress: socket.remoteAddress }
  })
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

interface DriverTls {
  ssl: boolean | { rejectUnauthorized?: boolean }
}

/** Notes what TLS shows before the certificate counts, so that a bad one is still reported. */
function judgeTls({ connection }: Client, course: Course, met: Met): boolean {
  // What the driver made of the URL and of our options, which its types do not know.
  const driver = connection as unknown as DriverTls
  if (driver.ssl === false) return false
  if (driver.ssl === true) driver.ssl = {}
  const { ssl } = driver
  const isStrict = ssl.rejectUnauthorized !== false
  ssl.rejectUnauthorized = false
  connection.once('sslconnect', () => {
    const { stream } = connection
    if (!(stream instanceof TLSSocket)) return
    stream.once('secureConnect', () => {
      course.enter('processing')
      const { distrust, ...secured } = readSecured(stream)
      met.connection = { ...met.connection, ...secured }
      if (!isStrict || distrust === undefined) return
      met.distrust = { failure: 'tls', detail: `the certificate is not trusted: ${distrust}` }
      // Nothing that the server says after this is heard, so no password is sent to it.
      stream.destroy(new Error('the certificate is not trusted'))
    })
  })
  return true
}

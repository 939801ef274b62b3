// One fresh connection to Redis: AUTH where a password is given, then INFO.
import { connect as connectTcp, isIP } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { explain } from '../log.ts'
import { startPhaseClock } from './phase-clock.ts'
import type { PhaseClock, SocketTiming } from './phase-clock.ts'

export type RedisFailure = 'dns' | 'connect' | 'tls' | 'timeout' | 'auth' | 'quota' | 'size' | 'error'

export interface RedisOutcome extends SocketTiming {
  /** The fields of INFO, undefined where it could not be had. */
  readonly info: Readonly<Record<string, string>> | undefined
  readonly failure: RedisFailure | undefined
  readonly detail: string | undefined
}

// INFO is some 6 kB; whatever sends much more is not Redis.
const maxReplyBytes = 1_048_576

export async function probeRedis(address: string, signal: AbortSignal): Promise<RedisOutcome> {
  const url = new URL(address)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const raw = connectTcp({ host, port: Number(url.port || 6379) })
  const clock = startPhaseClock(raw)
  const socket = url.protocol === 'rediss:' ? secure(raw, host, clock) : raw
  const failed = (failure: RedisFailure, detail: string): RedisOutcome => {
    return { info: undefined, failure, detail, ...clock.stop() }
  }
  try {
    const replies = await exchange(socket, commandsFor(url), signal)
    const refusal = replies.find((reply) => reply.startsWith('-'))
    if (refusal !== undefined)
      return failed(failureOfReply(refusal), `redis refused: ${refusal.slice(1, 200)}`)
    const info = readInfo(replies.at(-1) ?? '')
    if (info['redis_version'] !== undefined)
      return { info, failure: undefined, detail: undefined, ...clock.stop() }
    return failed('error', 'expected the fields of INFO, got something else')
  } catch (error) {
    return failed(failureOf(error, signal), explain(error))
  } finally {
    socket.destroy()
    raw.destroy()
  }
}

function secure(raw: Socket, host: string, clock: PhaseClock): Socket {
  const socket = connectTls({ socket: raw, host, servername: isIP(host) === 0 ? host : '' })
  // Before it is connected, a failure of the lower socket is not passed on.
  raw.once('error', (error) => socket.destroy(error))
  return socket.once('secureConnect', clock.secured)
}

function commandsFor(url: URL): string[] {
  const user = decodeURIComponent(url.username)
  const password = decodeURIComponent(url.password)
  const signIn = password === '' ? [] : [encode(user === '' ? ['AUTH', password] : ['AUTH', user, password])]
  return [...signIn, encode(['INFO'])]
}

function encode(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`
}

/** Sends the commands at once and collects as many replies, each a line or the text of a bulk. */
function exchange(socket: Socket, commands: readonly string[], signal: AbortSignal): Promise<string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<string[]>()
  const abort = (): void => reject(new Error('the deadline passed', { cause: signal.reason }))
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  let received = Buffer.alloc(0)
  socket.on('error', reject)
  socket.on('close', () => reject(new Error('redis closed the connection before it answered')))
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
    const replies = readReplies(received)
    // A refused sign-in is known before what follows it.
    if (replies.length >= commands.length || replies.some((reply) => reply.startsWith('-'))) resolve(replies)
    else if (received.length > maxReplyBytes)
      reject(new Error('expected at most 1 MiB in answer to INFO', { cause: 'size' }))
  })
  socket.write(commands.join(''))
  return promise.finally(() => signal.removeEventListener('abort', abort))
}

function readReplies(bytes: Buffer): string[] {
  const replies: string[] = []
  let start = 0
  for (;;) {
    const end = bytes.indexOf('\r\n', start)
    if (end === -1) return replies
    const line = bytes.toString('utf8', start, end)
    start = end + 2
    if (!line.startsWith('$')) {
      replies.push(line)
      continue
    }
    const length = Number(line.slice(1))
    if (!(length >= 0) || bytes.length < start + length + 2) return replies
    replies.push(bytes.toString('utf8', start, start + length))
    start += length + 2
  }
}

function readInfo(text: string): Record<string, string> {
  const fields = text.split('\r\n').filter((line) => !line.startsWith('#') && line.includes(':'))
  return Object.fromEntries(
    fields.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  )
}

function failureOfReply(reply: string): RedisFailure {
  if (/NOAUTH|WRONGPASS|NOPERM|invalid password|without any password/i.test(reply)) return 'auth'
  return /max number of clients/i.test(reply) ? 'quota' : 'error'
}

function failureOf(error: unknown, signal: AbortSignal): RedisFailure {
  if (signal.aborted) return 'timeout'
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (/ENOTFOUND|EAI_/.test(code)) return 'dns'
  if (/TLS|SSL|CERT|UNABLE_TO/.test(code)) return 'tls'
  if (code === 'ETIMEDOUT') return 'timeout'
  if (code !== '') return 'connect'
  return error instanceof Error && error.cause === 'size' ? 'size' : 'error'
}

// One fresh connection to Redis: AUTH where a password is given, then PING, then INFO.
import type { Socket } from 'node:net'
import { dial } from './connection/dial.ts'
import type { Connection } from './connection/dial.ts'
import { concludeCourse, faultOf, startCourse } from './outcome.ts'
import type { Course, Failure, Fault, Outcome } from './outcome.ts'
import type { TlsOptions } from './connection/tls.ts'

interface RedisOutcome extends Outcome, Connection {
  /** The fields of INFO; none where it may not be asked. Undefined where the server did not answer PING. */
  readonly info: Readonly<Record<string, string>> | undefined
  /** Why the fields of INFO are not there, though the server is well. */
  readonly problem: string | undefined
}

// INFO is some 6 kB; whatever sends much more is not Redis.
const maxReplyBytes = 1_048_576

/** Speaks TLS to what is `rediss:`, and to whatever there are `options` for. */
export async function probeRedis(
  address: string,
  signal: AbortSignal,
  options?: TlsOptions,
): Promise<RedisOutcome> {
  const url = new URL(address)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const tls = url.protocol === 'rediss:' || options ? { options } : undefined
  const course = startCourse({ signal })
  const { socket, fault, connection } = await dial({ host, port: Number(url.port || 6379), tls }, course)
  const commands = commandsFor(url)
  const { replies, fault: broken } = socket
    ? await converse(socket, commands, course)
    : { replies: [], fault }
  const read = broken ? refuse(broken) : readAnswers(replies, commands.length)
  const { failure: _, ...outcome } = concludeCourse(course, undefined)
  socket?.destroy()
  return { ...outcome, ...connection, ...read }
}

type Read = Pick<RedisOutcome, 'info' | 'failure' | 'detail' | 'problem'>

function refuse({ failure, detail }: Pick<RedisOutcome, 'failure' | 'detail'>): Read {
  return { info: undefined, failure, detail, problem: undefined }
}

/** The last reply is that to INFO, the one before it that to PING. */
function readAnswers(replies: readonly string[], asked: number): Read {
  const [pong = '', answer] = [replies[asked - 2], replies[asked - 1]]
  const refusal = replies.find((reply) => reply.startsWith('-'))
  if (pong !== '+PONG') {
    if (refusal === undefined)
      return refuse({ failure: 'error', detail: 'expected PONG, got something else' })
    return refuse({ failure: failureOfReply(refusal), detail: `redis refused: ${refusal.slice(1, 200)}` })
  }
  const well = { failure: undefined, detail: undefined, problem: undefined }
  const info = readInfo(answer ?? '')
  if (info['redis_version'] !== undefined) return { ...well, info }
  const problem =
    refusal === undefined ? 'expected the fields of INFO' : `redis refused: ${refusal.slice(1, 200)}`
  return { ...well, info: {}, problem }
}

function commandsFor(url: URL): string[] {
  const user = decodeURIComponent(url.username)
  const password = decodeURIComponent(url.password)
  const signIn = password === '' ? [] : [encode(user === '' ? ['AUTH', password] : ['AUTH', user, password])]
  return [...signIn, encode(['PING']), encode(['INFO'])]
}

function encode(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`
}

interface Conversation {
  readonly replies: readonly string[]
  readonly fault: Fault | undefined
}

/** Sends the commands at once and collects as many replies, each a line or the text of a bulk. */
function converse(socket: Socket, commands: readonly string[], course: Course): Promise<Conversation> {
  const { promise, resolve } = Promise.withResolvers<Conversation>()
  let received = Buffer.alloc(0)
  const lose = (error: unknown): void => {
    const replies = readReplies(received)
    // Who is turned away is told so, and then shown the door.
    const isRefused = replies.some((reply) => reply.startsWith('-'))
    resolve(isRefused ? { replies, fault: undefined } : { replies: [], fault: faultOf(course, error) })
  }
  const close = (): void => lose(new Error('redis closed the connection before it answered'))
  course.enter('processing')
  course.onCut(() => lose(undefined))
  socket.on('error', lose).on('close', close).on('end', close)
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
    const replies = readReplies(received)
    if (replies.length >= commands.length || isNoRedis(received)) resolve({ replies, fault: undefined })
    else if (received.length > maxReplyBytes)
      resolve({ replies, fault: { failure: 'size', detail: 'expected at most 1 MiB in answer to INFO' } })
  })
  socket.write(commands.join(''))
  return promise
}

/** Replies of Redis begin with one of a few signs. */
function isNoRedis(bytes: Buffer): boolean {
  return bytes.length > 0 && !'+-:$*'.includes(String.fromCharCode(bytes[0] ?? 0))
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

function failureOfReply(reply: string): Failure {
  if (/NOAUTH|WRONGPASS|NOPERM|invalid password|without any password/i.test(reply)) return 'auth'
  return /max number of clients/i.test(reply) ? 'quota' : 'error'
}

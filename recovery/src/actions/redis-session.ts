// A few commands to Redis over one connection, one after the other.
import { once } from 'node:events'
import { connect as connectTcp, isIP } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'
import { contextOf } from '../../../exporter/src/probes/connection/tls-context.ts'
import type { TlsOptions } from '../../../exporter/src/probes/connection/tls-context.ts'
import type { ServerAddress } from './secret-url.ts'

const maxReplyBytes = 1_048_576

/** Answers of the commands in their order; throws at the first that is refused. */
export async function askRedis(
  { url: address, tls }: ServerAddress,
  commands: readonly (readonly string[])[],
  signal: AbortSignal,
): Promise<string[]> {
  const url = new URL(address.reveal())
  const isSecured = url.protocol === 'rediss:' || tls !== undefined
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port || 6379)
  const socket = isSecured
    ? connectTls({ host, port, ...securityOf(host, tls ?? {}) })
    : connectTcp({ host, port })
  const cut = (): void => void socket.destroy(new Error('the deadline passed'))
  signal.addEventListener('abort', cut, { once: true })
  try {
    await once(socket, isSecured ? 'secureConnect' : 'connect', { signal })
    const replies: string[] = []
    for (const command of [...signIn(url), ...commands]) replies.push(await ask(socket, command))
    return replies.slice(-commands.length)
  } finally {
    signal.removeEventListener('abort', cut)
    socket.destroy()
  }
}

function securityOf(host: string, tls: TlsOptions): ConnectionOptions {
  return {
    // No name for an address: servers take it for a mistake.
    servername: tls.server_name ?? (isIP(host) === 0 ? host : ''),
    secureContext: contextOf(tls),
    rejectUnauthorized: tls.insecure_skip_verify !== true,
  }
}

function signIn({ username, password }: URL): string[][] {
  if (password === '') return []
  const words = [username, password].filter((word) => word !== '').map(decodeURIComponent)
  return [['AUTH', ...words]]
}

async function ask(socket: Socket, words: readonly string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let received = Buffer.alloc(0)
  const receive = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk])
    const reply = readReply(received)
    if (reply !== undefined) resolve(reply)
    else if (received.length > maxReplyBytes) reject(new Error('expected at most 1 MiB from redis'))
  }
  const fail = (error?: Error): void => reject(error ?? new Error('redis closed the connection'))
  const end = (): void => fail()
  socket.on('data', receive).on('error', fail).on('close', end)
  const text = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')
  socket.write(`*${words.length}\r\n${text}`)
  try {
    const reply = await promise
    if (!reply.startsWith('-')) return reply
    throw new Error(`redis refused ${words[0]}: ${reply.slice(1, 200)}`)
  } finally {
    socket.off('data', receive).off('error', fail).off('close', end)
    // Nobody waits for a failure between two commands.
    socket.on('error', () => {})
  }
}

/** A line, or the text of a bulk; undefined while there is more to come. */
function readReply(bytes: Buffer): string | undefined {
  const end = bytes.indexOf('\r\n')
  if (end === -1) return undefined
  const line = bytes.toString('utf8', 0, end)
  if (!line.startsWith('$')) return line
  const length = Number(line.slice(1))
  if (length < 0) return ''
  return bytes.length < end + 4 + length ? undefined : bytes.toString('utf8', end + 2, end + 2 + length)
}

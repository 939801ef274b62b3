// One question to a name server: by UDP, and again by TCP where the answer did not fit into a packet.
import { createSocket } from 'node:dgram'
import { connect, isIP } from 'node:net'
import { decodeAnswer, maxMessageBytes } from './message.ts'
import type { DnsAnswer } from './message.ts'

export interface NameServer {
  /** An address. */
  readonly host: string
  readonly port: number
}

export interface Told extends DnsAnswer {
  readonly server: NameServer
}

const patienceMilliseconds = 1_000

/** The servers one after another: the next when one fails, or is silent for a second. The first answer counts. */
export function askInTurn(
  servers: readonly NameServer[],
  question: Buffer,
  signal: AbortSignal,
): Promise<Told> {
  const { promise, resolve, reject } = Promise.withResolvers<Told>()
  let begun = 0
  let failed = 0
  let timer: NodeJS.Timeout | undefined
  const begin = (): void => {
    clearTimeout(timer)
    const server = servers[begun]
    if (!server || signal.aborted) return
    begun += 1
    timer = setTimeout(begin, patienceMilliseconds)
    ask(server, question, signal).then(
      (answer) => resolve({ ...answer, server }),
      (error: Error) => {
        failed += 1
        if (failed === servers.length) reject(error)
        else begin()
      },
    )
  }
  begin()
  if (servers.length === 0) reject(new Error('the system knows no name server'))
  return promise.finally(() => clearTimeout(timer))
}

async function ask(server: NameServer, question: Buffer, signal: AbortSignal): Promise<DnsAnswer> {
  const answer = await askByUdp(server, question, signal)
  return answer.isTruncated ? askByTcp(server, question, signal) : answer
}

function askByUdp({ host, port }: NameServer, question: Buffer, signal: AbortSignal): Promise<DnsAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<DnsAnswer>()
  // Closes with the signal, without a word.
  const socket = createSocket({ type: isIP(host) === 6 ? 'udp6' : 'udp4', signal })
  const end = (): void => reject(new Error('the question was given up'))
  const fail = (error: Error | null | undefined): void => void (error && reject(error))
  socket.on('error', fail).on('close', end)
  // What does not fit is not ours: anybody may send to a port.
  socket.on('message', (bytes) => read(bytes, question, { resolve, reject }))
  // Connected, so that a port where nobody listens is told.
  socket.connect(port, host, (error?: Error) => {
    if (error) reject(error)
    else socket.send(question, fail)
  })
  return promise.finally(() => {
    if (!signal.aborted) socket.off('close', end).close()
  })
}

function askByTcp({ host, port }: NameServer, question: Buffer, signal: AbortSignal): Promise<DnsAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<DnsAnswer>()
  const length = Buffer.alloc(2)
  length.writeUInt16BE(question.length)
  let received = Buffer.alloc(0)
  const socket = connect({ host, port, noDelay: true, signal })
  const end = (): void => reject(new Error('the connection was closed before the answer'))
  socket.on('error', reject).on('end', end).on('close', end)
  socket.on('data', (bytes) => {
    received = Buffer.concat([received, bytes])
    const sizeBytes = received.length < 2 ? maxMessageBytes : received.readUInt16BE(0)
    if (received.length < 2 + sizeBytes) return
    read(received.subarray(2, 2 + sizeBytes), question, { resolve, reject })
    end()
  })
  socket.write(Buffer.concat([length, question]))
  return promise.finally(() => socket.destroy())
}

interface Settle {
  readonly resolve: (answer: DnsAnswer) => void
  readonly reject: (error: Error) => void
}

function read(bytes: Buffer, question: Buffer, { resolve, reject }: Settle): void {
  try {
    const answer = decodeAnswer(bytes, question)
    if (answer) resolve(answer)
  } catch {
    reject(new Error('the answer is malformed'))
  }
}

// Exchanges over a connection that stays open between the probes of one target.
import { Agent } from 'node:http'
import type { Socket } from 'node:net'
import { dial } from './dial.ts'
import type { Address, Connection, Dialled } from './dial.ts'
import { exchange } from './http-exchange.ts'
import type { Answer, Message } from './http-exchange.ts'
import type { Course, Fault } from './outcome.ts'

/** What one target keeps: nobody else uses its connection, so nobody else can spoil it. */
interface Kept {
  readonly agent: Agent
  socket: Socket
  connection: Connection
  dialledAt: number
}

/** What one hop gave. */
export interface Step {
  readonly answer: Answer | undefined
  readonly fault: Fault | undefined
  readonly connection: Connection | undefined
}

interface KeptExchange {
  readonly address: Address
  readonly message: Message
  readonly maxBodyBytes: number
}

const keptBy = new WeakMap<object, Kept>()
/** A request that does nothing may be sent again when the server closed just as it went out. */
const repeatable: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
/** Names and certificates change, which only a new connection shows. */
const keepSeconds = 600
const idleSeconds = 120

export async function exchangeKept(target: object, kept: KeptExchange, course: Course): Promise<Step> {
  const first = await exchangeOnce(target, kept, course)
  const wasClosed = first.answer?.isReused && first.answer.status === undefined
  if (!wasClosed || first.fault?.failure !== 'error' || !repeatable.has(kept.message.method)) return first
  return exchangeOnce(target, kept, course)
}

async function exchangeOnce(
  target: object,
  { address, ...asked }: KeptExchange,
  course: Course,
): Promise<Step> {
  let kept = keptBy.get(target)
  if (!kept || kept.socket.destroyed || performance.now() - kept.dialledAt > keepSeconds * 1000) {
    kept?.agent.destroy()
    const dialled = await dial(address, course)
    if (!dialled.socket) return { answer: undefined, fault: dialled.fault, connection: dialled.connection }
    kept = keep(dialled.socket, dialled)
    keptBy.set(target, kept)
  }
  course.enter('processing')
  const headers = { ...asked.message.headers, connection: 'keep-alive' }
  const message = { ...asked.message, headers }
  const answer = await exchange({ ...asked, message, via: { agent: kept.agent } }, course)
  return { answer, fault: answer.fault, connection: kept.connection }
}

function keep(socket: Socket, { connection }: Dialled): Kept {
  // Idle connections end by themselves, so nobody has to close those of a target that is gone.
  const agent = new Agent({ keepAlive: true, maxSockets: 1, timeout: idleSeconds * 1000 })
  agent.createConnection = () => socket
  return { agent, socket, connection, dialledAt: performance.now() }
}

// Exchanges over a connection that stays open between the probes of one target.
import type { Socket } from 'node:net'
import { dial } from './dial.ts'
import type { Address, Connection } from './dial.ts'
import { exchange } from './http-exchange.ts'
import type { Answer, Message } from './http-exchange.ts'
import type { Course, Fault } from './outcome.ts'

/** What one hop gave. */
export interface Step {
  readonly answer: Answer | undefined
  readonly fault: Fault | undefined
  readonly connection: Connection | undefined
  readonly isReused: boolean
}

export interface Hopped {
  readonly address: Address
  readonly message: Message
  readonly maxBodyBytes: number
}

interface Kept {
  readonly socket: Socket
  readonly connection: Connection
  readonly dialledAt: number
  readonly release: () => void
}

/** One for each target: nobody else uses its connection, so nobody else can spoil it. */
const keptBy = new WeakMap<object, Kept>()
/** A request that does nothing may be sent again when the server closed just as it went out. */
const repeatable: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
/** Names and certificates change, which only a new connection shows. */
const keepSeconds = 600
const idleSeconds = 120

export async function exchangeKept(target: object, hopped: Hopped, course: Course): Promise<Step> {
  const kept = takeKept(target)
  if (kept) {
    course.enter('processing')
    const answer = await exchange(kept.socket, hopped, course)
    leave(target, kept, answer)
    const wasClosed = answer.status === undefined && answer.fault?.failure === 'error'
    if (!wasClosed || !repeatable.has(hopped.message.method)) {
      return { answer, fault: answer.fault, connection: kept.connection, isReused: true }
    }
  }
  const { socket, fault, connection } = await dial(hopped.address, course)
  if (!socket) return { answer: undefined, fault, connection, isReused: false }
  course.enter('processing')
  const answer = await exchange(socket, hopped, course)
  leave(target, { socket, connection, dialledAt: performance.now(), release: () => {} }, answer)
  return { answer, fault: answer.fault, connection, isReused: false }
}

function takeKept(target: object): Kept | undefined {
  const kept = keptBy.get(target)
  keptBy.delete(target)
  if (!kept || kept.socket.destroyed) return undefined
  kept.release()
  if (performance.now() - kept.dialledAt < keepSeconds * 1000) return kept
  kept.socket.destroy()
  return undefined
}

function leave(target: object, { socket, ...kept }: Kept, answer: Answer): void {
  if (!answer.isReusable) {
    socket.destroy()
    return
  }
  // Whatever happens to an idle connection, even bytes that nobody asked for, ends it. It also ends by
  // itself, so nobody has to close those of a target that is gone, and holds up no process that is done.
  const close = (): void => void socket.destroy()
  socket
    .on('data', close)
    .on('end', close)

    .setTimeout(idleSeconds * 1000, close)
    .unref()
  const release = (): void => {
    socket.off('data', close).off('end', close).setTimeout(0, close).ref()
  }
  keptBy.set(target, { socket, ...kept, release })
}

// Exchanges over a connection that stays open between the probes of one target.
import type { Connection } from '../connection/dial.ts'
import type { Answer, Wire } from './message.ts'
import type { Route } from './request.ts'
import { openWire } from './wire.ts'
import type { Course, Fault } from '../outcome.ts'

/** What one hop gave. */
export interface Step {
  readonly answer: Answer | undefined
  readonly fault: Fault | undefined
  readonly connection: Connection | undefined
  readonly isReused: boolean
}

interface Kept {
  readonly wire: Wire
  readonly connection: Connection
  readonly dialledAt: number
  isTaken: boolean
}

/** One for each target: nobody else uses its connection, so nobody else can spoil it. */
const keptBy = new WeakMap<object, Kept>()
/** A request that does nothing may be sent again when the server closed just as it went out. */
const repeatable: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
/** Names and certificates change, which only a new connection shows. */
const keepSeconds = 600
const idleSeconds = 120

export async function exchangeKept(target: object, route: Route, course: Course): Promise<Step> {
  const kept = takeKept(target)
  if (kept) {
    course.enter('processing')
    const answer = await kept.wire.exchange(route, course)
    leave(target, kept, answer)
    const wasClosed = answer.status === undefined && answer.fault?.failure === 'error'
    if (!wasClosed || !repeatable.has(route.message.method)) {
      return { answer, fault: answer.fault, connection: kept.connection, isReused: true }
    }
  }
  const { wire, fault, connection } = await openWire(route, course)
  if (!wire) return { answer: undefined, fault, connection, isReused: false }
  course.enter('processing')
  const answer = await wire.exchange(route, course)
  leave(target, { wire, connection, dialledAt: performance.now(), isTaken: true }, answer)
  return { answer, fault: answer.fault, connection, isReused: false }
}

function takeKept(target: object): Kept | undefined {
  const kept = keptBy.get(target)
  if (!kept || kept.isTaken) return undefined
  kept.isTaken = true
  if (!kept.wire.isOpen()) return undefined
  kept.wire.wake()
  if (performance.now() - kept.dialledAt < keepSeconds * 1000) return kept
  kept.wire.close()
  return undefined
}

function leave(target: object, kept: Kept, answer: Answer): void {
  if (!answer.isReusable) {
    kept.wire.close()
    return
  }
  kept.wire.rest(idleSeconds)
  kept.isTaken = false
  // Set only when it is another: taking it out at each probe would have the whole map made anew again and again.
  if (keptBy.get(target) !== kept) keptBy.set(target, kept)
}

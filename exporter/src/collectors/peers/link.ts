// The way to one peer: what came is told at once, and what could not be told is tried again until it is too old.
import type { Log } from '../../log.ts'
import type { Secret } from '../../schema/secret.ts'
import type { IdentifiedPing } from '../tasks/ping.ts'
import { deliver } from './deliver.ts'
import type { Delivery } from './deliver.ts'
import type { PingQueue, WaitingPing } from './queue.ts'
import { hostOf } from './section.ts'
import type { PeerSettings } from './section.ts'

export interface Link {
  /** Resolves to whether the peer has it; if not, it is on disk by then. */
  readonly tell: (ping: IdentifiedPing) => Promise<boolean>
  readonly taken: () => number
  readonly close: () => void
}

/** What outlives a reload. */
export interface Lasting {
  taken: number
  /** Makes the newest link look at what waits. */
  wake: () => void
}

export interface LinkOptions {
  readonly peer: PeerSettings
  readonly queue: PingQueue
  readonly tokenOf: (task: string) => Secret | undefined
  readonly log: Log
  readonly lasting: Lasting
}

/** A job is not kept waiting for longer by a peer that hangs. */
const patienceMilliseconds = 2_000
const firstPauseMilliseconds = 1_000
const longestPauseMilliseconds = 30_000

export function openLink(options: LinkOptions): Link {
  const { peer, queue, lasting } = options
  const closing = new AbortController()
  const line = openLine(options, closing.signal)
  let pause = firstPauseMilliseconds
  let timer: NodeJS.Timeout | undefined

  /** One that is refused does not hold up the others. */
  async function round(): Promise<void> {
    await queue.expire(Date.now() / 1000 - peer.keep)
    for (const ping of await queue.load()) {
      const { result } = await line.attempt(ping)
      if (closing.signal.aborted || result === 'unreachable') return
      if (result === 'taken') await queue.remove(ping.id)
    }
  }

  async function work(): Promise<void> {
    await round()
    timer = undefined
    if (queue.size() > 0) schedule()
    else pause = firstPauseMilliseconds
  }

  function schedule(): void {
    if (timer !== undefined || closing.signal.aborted) return
    timer = setTimeout(() => void work(), pause)
    pause = Math.min(pause * 2, longestPauseMilliseconds)
  }

  async function tell({ token: _token, isForwarded: _mark, ...ping }: IdentifiedPing): Promise<boolean> {
    // Behind another of its task that waits it waits too, so that they keep their order.
    if (line.isReachable() && !queue.holds(ping.task)) {
      const first = await within(line.attempt(ping), patienceMilliseconds)
      if (first?.result === 'taken') return true
    }
    await queue.add(ping)
    // A reload may have put another link in the place of this one meanwhile.
    lasting.wake()
    return false
  }
  lasting.wake = schedule

  // What waited when the process before this one ended.
  void queue.load().then((pings) => pings.length > 0 && schedule())
  return {
    tell,
    taken: () => lasting.taken,
    close() {
      closing.abort()
      clearTimeout(timer)
    },
  }
}

interface Line {
  readonly attempt: (ping: WaitingPing) => Promise<Delivery>
  /** Whether it answered when it was last asked. */
  readonly isReachable: () => boolean
}

/** Tries once; a reason is logged when it is another than the one before. */
function openLine({ peer, tokenOf, log, lasting }: LinkOptions, signal: AbortSignal): Line {
  let isReachable = true
  let told = ''
  return {
    isReachable: () => isReachable,
    async attempt(ping) {
      const token = tokenOf(ping.task)
      if (!token) return { result: 'refused', reason: 'its task is not configured any more' }
      const delivery = await deliver(ping, token, { peer, signal })
      if (delivery.result === 'taken') lasting.taken += 1
      isReachable = delivery.result !== 'unreachable'
      const reason = 'reason' in delivery ? delivery.reason : ''
      if (reason !== '' && reason !== told && !signal.aborted)
        log.warn('a ping waits for a peer', { peer: hostOf(peer.url), task: ping.task, reason })
      told = reason
      return delivery
    },
  }
}

async function within<T>(work: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

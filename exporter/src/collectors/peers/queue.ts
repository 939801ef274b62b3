// Pings that a peer has not taken yet, in the order in which they came, on disk where there is a place for them.
import { z } from 'zod'
import { explain } from '../../log.ts'
import type { Log } from '../../log.ts'
import { openStateFile } from '../state-file.ts'
import type { IdentifiedPing } from '../tasks/ping.ts'

/** A ping without its token: that is in the configuration, and no secret is written anywhere else. */
export type WaitingPing = Omit<IdentifiedPing, 'token' | 'isForwarded'>

type Pings = readonly WaitingPing[]

export interface PingQueue {
  /** Resolves when the ping is on disk. */
  readonly add: (ping: WaitingPing) => Promise<void>
  readonly remove: (id: string) => Promise<void>
  /** Gives up what came before that time. */
  readonly expire: (before: number) => Promise<void>
  readonly load: () => Promise<Pings>
  readonly size: () => number
  readonly holds: (task: string) => boolean
  /** How many were given up. */
  readonly dropped: () => number
}

const kept = 10_000

const waiting = z.object({
  id: z.string(),
  task: z.string(),
  signal: z.enum(['start', 'success', 'fail']),
  runId: z.string().optional(),
  exitCode: z.number().optional(),
  durationSeconds: z.number().optional(),
  message: z.string().optional(),
  at: z.number(),
})

export function createQueue(peer: string, directory: string | undefined, log: Log): PingQueue {
  const list = openList(peer, directory, log)
  let dropped = 0
  return {
    add: (ping) =>
      list.change((pings) => {
        dropped += Math.max(0, pings.length + 1 - kept)
        return [...pings, ping].slice(-kept)
      }),
    remove: (id) => list.change((pings) => pings.filter((ping) => ping.id !== id)),
    async expire(before) {
      const isOld = ({ at }: WaitingPing): boolean => at < before
      const count = (await list.load()).filter(isOld).length
      if (count === 0) return
      log.error('pings are given up: the peer did not take them', { peer, count })
      dropped += count
      await list.change((pings) => pings.filter((ping) => !isOld(ping)))
    },
    load: list.load,
    size: () => list.current().length,
    holds: (task) => list.current().some((ping) => ping.task === task),
    dropped: () => dropped,
  }
}

interface List {
  readonly current: () => Pings
  readonly load: () => Promise<Pings>
  readonly change: (edit: (pings: Pings) => Pings) => Promise<void>
}

/** One change after another, each on disk before the next. */
function openList(peer: string, directory: string | undefined, log: Log): List {
  const file = directory === undefined ? undefined : openStateFile(directory, `peer-${peer}`)
  let current: Pings = []

  async function read(): Promise<void> {
    try {
      current = (await file?.load((text) => z.array(waiting).parse(JSON.parse(text)).map(whole))) ?? []
    } catch (error) {
      log.error('pings that waited for a peer are lost', { peer, reason: explain(error) })
    }
  }

  async function save(): Promise<void> {
    try {
      await file?.save(`${JSON.stringify(current)}\n`)
    } catch (error) {
      log.error('pings that wait for a peer are not saved', { peer, reason: explain(error) })
    }
  }

  let tail = read()
  return {
    current: () => current,
    async load() {
      await tail
      return current
    },
    change(edit) {
      tail = tail.then(() => {
        current = edit(current)
        return save()
      })
      return tail
    },
  }
}

/** What JSON leaves out is undefined. */
function whole(ping: z.output<typeof waiting>): WaitingPing {
  return { runId: undefined, exitCode: undefined, durationSeconds: undefined, message: undefined, ...ping }
}

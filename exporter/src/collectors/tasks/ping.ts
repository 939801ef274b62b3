// What a job says of itself when it keeps no records.
import { createHash, timingSafeEqual } from 'node:crypto'

export type PingSignal = 'start' | 'success' | 'fail'

export interface Ping {
  readonly task: string
  readonly signal: PingSignal
  readonly token: string
  /** Names the run; without it a task has one run at a time. */
  readonly runId: string | undefined
  readonly exitCode: number | undefined
  /** How long the run took, where the job knows better than the pings. */
  readonly durationSeconds: number | undefined
  /** What the job says of its failure. */
  readonly message: string | undefined
  /** Unix seconds at which the ping came. */
  readonly at: number
  /** Tells it from every other, where exporters hand pings to each other. */
  readonly id: string | undefined
  /** Whether another exporter handed it on. */
  readonly isForwarded: boolean
}

/** `accepted` is for a task of another shard that does not answer: the ping is kept for it. */
export type PingOutcome = 'ok' | 'accepted' | 'unknown_task' | 'other_shard' | 'wrong_token' | 'already_ended'

/** Resolves when the ping is on disk, so that a job that was answered is never forgotten. */
export type ReceivePing = (ping: Ping) => Promise<PingOutcome>

/** Marks a ping that another exporter hands on: its id, and when it came there. */
export const forwardedHeader = 'x-watchpost-ping'
/** Nobody keeps a ping for longer. */
export const longestKeepSeconds = 7 * 86_400

/** Hands a ping to the other exporters that watch the task. Resolves to whether one of them has it by now. */
export type HandOnPing = (ping: IdentifiedPing) => Promise<boolean>
export type IdentifiedPing = Ping & { readonly id: string }

/** In a time that does not tell how much of the token was right. */
export function isSameToken(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}

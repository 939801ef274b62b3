// What a job says of itself when it keeps no records.

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
}

export type PingOutcome = 'ok' | 'unknown_task' | 'other_shard' | 'wrong_token' | 'already_ended'

/** Resolves when the ping is on disk, so that a job that was answered is never forgotten. */
export type ReceivePing = (ping: Ping) => Promise<PingOutcome>

// What any kind of source gives when it is asked once.
import type { Outcome } from '../../probes/outcome.ts'
import type { Judged } from '../judgement/assertions.ts'
import type { Value } from '../judgement/values.ts'
import type { Round } from '../collector.ts'
import type { TargetReading } from '../target.ts'
import type { Counts } from './quality/quality.ts'
import type { QuotaAnswer } from './quota/read.ts'

export type Verdict = Pick<TargetReading, 'status' | 'reason' | 'detail'>

export interface Answer extends Verdict, Pick<Outcome, 'durationSeconds'> {
  readonly phases: TargetReading['phases']
  readonly certificate: TargetReading['certificate']
  readonly tlsVersion?: TargetReading['tlsVersion']
  readonly assertions: readonly Judged[]
  readonly values: readonly Value[]
  /** We were refused for having asked too often. */
  readonly isRateLimited: boolean
  /** Until when the source asks us to wait, in Unix seconds. */
  readonly waitUntil: number | undefined
  readonly quota: QuotaAnswer | undefined
  /** When the data were last renewed, if the source itself says so. */
  readonly lastSyncAt: number | undefined
  /** How many requests of its quota this look has cost. */
  readonly requests: number
}

export interface CountedRows {
  readonly counts: Counts
  /** Of the quota. */
  readonly requests: number
}

export interface Source {
  readonly url: string
  ask(round: Round): Promise<Answer>
  /** Looks at the rows of the source itself, where it has any. */
  readonly countRows?: (signal: AbortSignal) => Promise<CountedRows>
}

export const healthy: Verdict = Object.freeze({ status: 'healthy', reason: 'none', detail: undefined })

export function failed(reason: Verdict['reason'], detail: string | undefined): Verdict {
  return { status: 'error', reason, detail }
}

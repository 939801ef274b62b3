// Everything that happens is one of these, is stored before it counts, and is all that the state is made from.

export const decisions = [
  'act',
  'rehearse',
  'awaiting_approval',
  'stale',
  'not_corroborated',
  'kill_switch',
  'mode_off',
  'startup_hold',
  'maintenance',
  'silenced',
  'breaker_open',
  'dependency_down',
  'blast_radius',
  'too_young',
  'cooldown',
  'attempts_exhausted',
  'budget',
  'concurrency',
  'unreachable',
  'refused',
] as const
export type Decision = (typeof decisions)[number]

export const results = ['done', 'refused', 'error', 'timeout', 'interrupted'] as const
/** How the call ended, which says nothing yet of whether it helped. */
export type ActionResult = (typeof results)[number]

export const outcomes = ['fixed', 'not_fixed', 'unknown'] as const
export type Outcome = (typeof outcomes)[number]

export type Closing = 'fixed' | 'resolved' | 'gone' | 'rehearsed' | 'stale' | 'removed'

interface At {
  /** Unix seconds. */
  readonly at: number
}

/** One start of the machine. */
export interface Boot {
  readonly id: string
  /** When it was, by the clock that is followed. Unix seconds. */
  readonly at: number
}

export interface Received extends At {
  readonly type: 'received'
  readonly episode: string
  readonly policy: string
  readonly target: string
  readonly fingerprint: string
  /** Unix seconds. */
  readonly starts_at: number
  readonly labels: Readonly<Record<string, string>>
  /** It came back soon after it was fixed. */
  readonly recurs: boolean
}

export interface Intended extends At {
  readonly type: 'intended' | 'rehearsed'
  readonly attempt: string
  readonly episode: string
  readonly policy: string
  readonly action: string
  readonly target: string
  readonly steps: readonly string[]
  readonly approved_by?: string
}

export type JournalEvent =
  | Received
  | Intended
  | (At & {
      readonly type: 'started'
      readonly version: string
      readonly cut_off?: true
      readonly boot?: Boot
    })
  | (At & { readonly type: 'clock_moved'; readonly seconds: number; readonly boot?: Boot })
  | (At & {
      readonly type: 'decided'
      readonly episode: string
      readonly decision: Decision
      readonly detail: string
    })
  | (At & { readonly type: 'approved'; readonly episode: string; readonly actor: string })
  | (At & {
      readonly type: 'acted'
      readonly attempt: string
      readonly result: ActionResult
      readonly seconds: number
      readonly detail: readonly string[]
    })
  | (At & {
      readonly type: 'verified'
      readonly attempt: string
      readonly outcome: Outcome
      readonly detail: string
    })
  | (At & { readonly type: 'closed'; readonly episode: string; readonly as: Closing })
  | (At & { readonly type: 'escalated'; readonly episode: string; readonly reason: Decision })
  | (At & { readonly type: 'paused' | 'resumed'; readonly actor: string })
  | (At & { readonly type: 'checkpoint'; readonly state: unknown })

/** A record of another type was written by a version that knows more, and cannot be built upon. */
const known: Readonly<Record<JournalEvent['type'], true>> = {
  received: true,
  intended: true,
  rehearsed: true,
  started: true,
  clock_moved: true,
  decided: true,
  approved: true,
  acted: true,
  verified: true,
  closed: true,
  escalated: true,
  paused: true,
  resumed: true,
  checkpoint: true,
}

export function isKnownType(type: unknown): boolean {
  return typeof type === 'string' && Object.hasOwn(known, type)
}

// What is known, as frozen values.
import type { ActionResult, Boot, Closing, Decision, Outcome } from './event.ts'

export interface Episode {
  readonly id: string
  readonly policy: string
  readonly target: string
  readonly fingerprint: string
  readonly starts_at: number
  readonly labels: Readonly<Record<string, string>>
  readonly received_at: number
  /** By how much the clock has been set since. */
  readonly clock_moved: number
  readonly decision: Decision | undefined
  readonly detail: string
  readonly decided_at: number | undefined
  readonly approval: { readonly actor: string; readonly at: number } | undefined
  readonly escalated: Decision | undefined
  readonly closed: { readonly as: Closing; readonly at: number } | undefined
}

export interface Attempt {
  readonly id: string
  readonly episode: string
  readonly policy: string
  readonly action: string
  readonly target: string
  readonly at: number
  readonly isRehearsal: boolean
  /** Undefined while the call is under way. */
  readonly result: ActionResult | undefined
  readonly acted_at: number | undefined
  readonly outcome: Outcome | undefined
  readonly verified_at: number | undefined
}

/** Of a policy: an attempt that helped, or one that did not or did not last. */
export interface Mark {
  readonly policy: string
  readonly at: number
  readonly isGood: boolean
}

export interface State {
  readonly startedAt: number
  /** The start of the machine in which that was; undefined where it is not known. */
  readonly boot: Boot | undefined
  readonly paused: { readonly actor: string; readonly at: number } | undefined
  readonly episodes: ReadonlyMap<string, Episode>
  readonly attempts: readonly Attempt[]
  readonly marks: readonly Mark[]
}

/** Nothing older counts, so no window of the configuration may be longer. */
export const memorySeconds = 7 * 86_400

export const emptyState: State = Object.freeze({
  startedAt: 0,
  boot: undefined,
  paused: undefined,
  episodes: new Map(),
  attempts: [],
  marks: [],
})

/** From the intent until it is known whether it helped. */
export function isUnderWay({ isRehearsal, outcome }: Attempt): boolean {
  return !isRehearsal && outcome === undefined
}

export function openEpisodes(state: State): Episode[] {
  return [...state.episodes.values()].filter(({ closed }) => closed === undefined)
}

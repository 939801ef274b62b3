// One attempt: intent on the disk, then the call under its deadline, then the wait for proof that it helped.
import { setTimeout as delay } from 'node:timers/promises'
import { explain } from '../../exporter/src/log.ts'
import { Refusal } from './actions/action.ts'
import type { BoundAction } from './actions/action.ts'
import type { Policy } from './config/schema.ts'
import type { ActionResult, JournalEvent } from './state/event.ts'
import type { Attempt, State } from './state/state.ts'
import { isUnderWay } from './state/state.ts'

export interface Ended {
  readonly result: ActionResult
  readonly detail: readonly string[]
}

/** Resolves at the deadline at the latest, also when the action heeds no signal. */
export async function runAction(action: BoundAction, policy: Policy, attempt: Attempt): Promise<Ended> {
  const deadline = new AbortController()
  const waiting = new AbortController()
  const timeout = delay(policy.timeout * 1000, undefined, { signal: waiting.signal }).then((): Ended => ({
    result: 'timeout',
    detail: [`it took longer than ${policy.timeout} s`],
  }))
  const surroundings = { signal: deadline.signal, now: attempt.at, idempotencyKey: attempt.id }
  try {
    const work = action.run(surroundings).then((detail): Ended => ({ result: 'done', detail }))
    // The loser of the race may still fail, long after anybody cares.
    work.catch(() => {})
    timeout.catch(() => {})
    return await Promise.race([work, timeout])
  } catch (error) {
    return { result: error instanceof Refusal ? 'refused' : 'error', detail: [explain(error)] }
  } finally {
    deadline.abort(new Error('the deadline passed'))
    waiting.abort()
  }
}

/** What a process that has gone left under way: nobody knows how far it came, so nothing is done a second time. */
export function interrupted(state: State, now: number): JournalEvent[] {
  return state.attempts
    .filter((attempt) => isUnderWay(attempt) && attempt.result === undefined)
    .map(({ id }) => ({
      type: 'acted',
      at: now,
      attempt: id,
      result: 'interrupted',
      seconds: 0,
      detail: ['the process ended while it was under way'],
    }))
}

export interface Check {
  readonly attempt: Attempt
  readonly policy: Policy
  readonly isHealthy: boolean | undefined
  /** How often in a row it has been healthy, this time included. */
  readonly healthyRounds: number
  readonly now: number
}

/** One good answer may be luck. */
const roundsForProof = 2

/** What is known of the attempt now; nothing while it is too early to say. */
export function verify({ attempt, policy, isHealthy, healthyRounds, now }: Check): JournalEvent[] {
  const { id, acted_at: actedAt = now, episode } = attempt
  const verified = { type: 'verified' as const, at: now, attempt: id }
  if (attempt.result === 'refused') {
    return [{ ...verified, outcome: 'unknown', detail: 'nothing was done' }]
  }
  if (isHealthy && healthyRounds >= roundsForProof) {
    const detail = `healthy ${Math.round(now - attempt.at)} s after the intent`
    return [
      { ...verified, outcome: 'fixed', detail },
      { type: 'closed', at: now, episode, as: 'fixed' },
    ]
  }
  if (now < actedAt + policy.settle + policy.window) return []
  return isHealthy === undefined
    ? [{ ...verified, outcome: 'unknown', detail: 'whether it is healthy could not be learnt' }]
    : [{ ...verified, outcome: 'not_fixed', detail: `not healthy within ${policy.settle + policy.window} s` }]
}

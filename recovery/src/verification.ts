// Of attempts whose call has ended: whether they helped.
import { verify } from './attempt.ts'
import type { Policy } from './config/schema.ts'
import { append } from './desk.ts'
import type { Desk } from './desk.ts'
import type { JournalEvent } from './state/event.ts'
import { isUnderWay } from './state/state.ts'
import type { Attempt } from './state/state.ts'

/** `healthyRounds` counts, for each attempt, how often in a row it was healthy. */
export async function verifyAttempts(desk: Desk, healthyRounds: Map<string, number>): Promise<void> {
  const { config, journal, observer, clock } = desk
  for (const attempt of journal.state.attempts.filter(isUnderWay)) {
    const policy = config.policies.get(attempt.policy)
    const now = clock()
    if (attempt.acted_at === undefined || now < attempt.acted_at + (policy?.settle ?? 0)) continue
    if (!policy) {
      const detail = 'its policy is not configured any more'
      append(desk, { type: 'verified', at: now, attempt: attempt.id, outcome: 'unknown', detail })
      continue
    }
    const isHealthy = await observer.isHealthy(policy)
    const rounds = isHealthy ? (healthyRounds.get(attempt.id) ?? 0) + 1 : 0
    healthyRounds.set(attempt.id, rounds)
    const events = verify({ attempt, policy, isHealthy, healthyRounds: rounds, now: clock() })
    if (events.length === 0) continue
    conclude(desk, { attempt, policy, events })
    healthyRounds.delete(attempt.id)
  }
}

interface Conclusion {
  readonly attempt: Attempt
  readonly policy: Policy
  readonly events: readonly JournalEvent[]
}

function conclude(desk: Desk, { attempt, policy, events }: Conclusion): void {
  const isOpen = desk.journal.state.episodes.get(attempt.episode)?.closed === undefined
  append(desk, ...events.filter(({ type }) => type !== 'closed' || isOpen))
  for (const event of events) {
    if (event.type !== 'verified') continue
    const { name, action } = policy
    desk.tally.add('actions', { policy: name, action, outcome: event.outcome })
    if (event.outcome === 'fixed') desk.tally.add('verified', { policy: name }, event.at - attempt.at)
  }
}

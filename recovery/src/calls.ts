// Actions under way. What they did is kept until it can be stored, and until then they count as under way.
import { explain } from '../../exporter/src/log.ts'
import type { BoundAction } from './actions/action.ts'
import { runAction } from './attempt.ts'
import type { Policy } from './config/schema.ts'
import { append } from './desk.ts'
import type { Desk } from './desk.ts'
import type { JournalEvent } from './state/event.ts'
import type { Attempt } from './state/state.ts'

export interface Calls {
  begin(attempt: Attempt, action: BoundAction, policy: Policy): void
  /** Stores what could not be stored before. */
  storeLate(): void
  /** Resolves when none is under way. */
  idle(): Promise<void>
}

export function createCalls(desk: Desk): Calls {
  const { tally, log, clock } = desk
  const calls = new Set<Promise<void>>()
  let unstored: JournalEvent[] = []

  function storeLate(): void {
    if (unstored.length === 0) return
    append(desk, ...unstored)
    unstored = []
  }

  async function carryOut(attempt: Attempt, action: BoundAction, policy: Policy): Promise<void> {
    const begun = performance.now()
    const { result, detail } = await runAction(action, policy, attempt)
    const seconds = Math.round(performance.now() - begun) / 1000
    const labels = { policy: policy.name, action: policy.action }
    tally.add('results', { ...labels, result })
    tally.add('seconds', labels, seconds)
    unstored.push({ type: 'acted', at: clock(), attempt: attempt.id, result, seconds, detail })
    try {
      storeLate()
    } catch (error) {
      log.error('what an action did could not be stored yet', { reason: explain(error) })
    }
  }

  return {
    storeLate,
    begin(attempt, action, policy) {
      const call = carryOut(attempt, action, policy).finally(() => calls.delete(call))
      calls.add(call)
    },
    async idle() {
      await Promise.all(calls)
    },
  }
}

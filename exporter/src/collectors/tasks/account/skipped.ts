// Slots of which the scheduler itself says that nothing was run.
import type { SkippedSlot } from '../kinds/adapter.ts'
import { accountOf, noteFailure } from './ledger.ts'
import type { LedgerRules } from './ledger.ts'
import type { SourceState } from './state.ts'

/** Each is counted once: `found` are all of the last time, and those of the time before are remembered. */
export function addSkipped(
  state: SourceState,
  rules: LedgerRules,
  { found, isHistory }: { readonly found: readonly SkippedSlot[]; readonly isHistory: boolean },
): void {
  const known = new Set(state.endedIds)
  for (const { id, task, at, error } of found.toReversed()) {
    if (known.has(id)) continue
    const account = accountOf(state.ledger, rules, { task, type: undefined })
    if (!isHistory) account.skipped += 1
    const message = `no run for the slot of ${new Date(at * 1000).toISOString()}: ${error ?? 'missed'}`
    noteFailure(account, { at, class: rules.errors.classify(error, 'failed').name, message })
  }
  state.endedIds = found.map(({ id }) => id)
}

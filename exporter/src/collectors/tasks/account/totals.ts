// Totals that a source keeps itself, followed by their growth: what it forgets is not forgotten here.
import type { SourceTotals } from '../kinds/adapter.ts'
import { accountOf } from './ledger.ts'
import type { LedgerRules } from './ledger.ts'
import type { SourceState } from './state.ts'

export function addTotals(state: SourceState, rules: LedgerRules, totals: readonly SourceTotals[]): void {
  for (const { key, task, runs, failures } of totals) {
    const account = accountOf(state.ledger, rules, { task, type: undefined })
    account.runs += growth(state, `${key}/runs`, runs)
    account.failures += growth(state, `${key}/failures`, failures)
  }
}

/** A total that has shrunk was begun afresh, so that all of it is new: the rule of every counter. */
function growth(state: SourceState, key: string, total: number): number {
  const before = state.baselines.get(key) ?? 0
  state.baselines.set(key, total)
  return total < before ? total : total - before
}

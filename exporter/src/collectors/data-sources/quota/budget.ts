// Quotas that several sources share, counted by ourselves because nobody tells them.
import type { RequestCount } from './count.ts'
import { isSpent, tightest } from './quota.ts'
import type { Quota } from './quota.ts'

export interface Budget {
  readonly policy: string
  readonly limit: number
  readonly windowSeconds: number
  readonly count: RequestCount
}

/** The one of them that is nearest to its end. */
export function readBudgets(budgets: readonly Budget[], now: number): Quota | undefined {
  return tightest(
    budgets.map(({ policy, limit, windowSeconds, count }) => ({
      used: count.within(now, windowSeconds),
      limit,
      resetAt: count.freedAt(now, windowSeconds),
      unit: 'requests',
      policy,
      source: 'count',
    })),
  )
}

/** Whether nothing is left for another request, whoever made the others. */
export function areSpent(budgets: readonly Budget[], now: number): boolean {
  const quota = readBudgets(budgets, now)
  return quota !== undefined && isSpent(quota)
}

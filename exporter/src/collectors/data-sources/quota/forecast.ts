// When a quota will be used up at the pace since it was last full.
import type { Quota } from './quota.ts'

export interface Forecast {
  /** Undefined while the pace is not known, and where there will be some left at the reset. */
  next(quota: Quota | undefined, now: number): number | undefined
}

/** A pace over less says more of chance. */
const minSpanSeconds = 60

export function createForecast(): Forecast {
  let first: { readonly at: number; readonly used: number } | undefined
  let lastUsed = 0
  return {
    next(quota, now) {
      const { used, limit, resetAt } = quota ?? {}
      if (used === undefined || limit === undefined) return undefined
      // Less used than before: it was full again in between.
      if (!first || used < lastUsed) first = { at: now, used }
      lastUsed = used
      if (used >= limit) return now
      const span = now - first.at
      const pace = (used - first.used) / span
      if (span < minSpanSeconds || pace <= 0) return undefined
      const exhaustedAt = now + (limit - used) / pace
      return resetAt !== undefined && exhaustedAt >= resetAt ? undefined : exhaustedAt
    },
  }
}

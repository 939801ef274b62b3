// What is left of an allowance, and who said so.

export interface Quota {
  readonly used: number | undefined
  readonly limit: number | undefined
  /** Unix seconds at which it is full again. */
  readonly resetAt: number | undefined
  readonly unit: string
  /** Which of several quotas this is: the one nearest to its end. */
  readonly policy: string
  readonly source: QuotaSource
}

/** `ratelimit` are the header fields of the IETF draft, `count` is our own counting. */
export type QuotaSource = 'body' | 'ratelimit' | 'x-ratelimit' | 'vendor' | 'count'

/** A quota as some layer found it; what is left may be told instead of what is used. */
export interface QuotaClaim {
  readonly policy?: string | undefined
  readonly unit?: string | undefined
  readonly limit?: number | undefined
  readonly used?: number | undefined
  readonly remaining?: number | undefined
  readonly resetAt?: number | undefined
}

/** Undefined when the claim says nothing of an amount: a reset alone is no quota. */
export function settleClaim(claim: QuotaClaim, source: QuotaSource): Quota | undefined {
  const limit = amount(claim.limit)
  const remaining = amount(claim.remaining)
  const told = amount(claim.used)
  const used =
    told ?? (limit !== undefined && remaining !== undefined ? Math.max(0, limit - remaining) : undefined)
  if (limit === undefined && used === undefined) return undefined
  return {
    used,
    limit,
    resetAt: claim.resetAt,
    unit: claim.unit ?? 'requests',
    policy: claim.policy ?? '',
    source,
  }
}

/** The quota nearest to its end, for one with half left does not matter beside one with a tenth left. */
export function tightest(quotas: readonly Quota[]): Quota | undefined {
  return quotas.toSorted((a, b) => share(b) - share(a))[0]
}

export function isSpent({ used, limit }: Quota): boolean {
  return used !== undefined && limit !== undefined && used >= limit
}

function share({ used, limit }: Quota): number {
  if (used === undefined || limit === undefined) return -1
  return limit === 0 ? Number.POSITIVE_INFINITY : used / limit
}

/** Negative and unbelievable amounts say nothing. */
function amount(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) && value >= 0 && value <= 1e15 ? value : undefined
}

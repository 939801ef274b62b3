// The header fields in which vendors tell their limits, since before there was a draft.
import type { QuotaClaim } from './quota.ts'
import type { Headers } from './rate-limit-fields.ts'
import { readReset } from './server-time.ts'

interface Moment {
  readonly now: number
  readonly server: number
}

type Part = 'limit' | 'remaining' | 'reset' | 'used'

// X-RateLimit-Limit, X-Rate-Limit-Remaining, X-RateLimit-Requests-Reset (RapidAPI), x-ratelimit-limit-requests (OpenAI).
const fieldName = /^x-rate-?limit-(?:(.+)-)?(limit|remaining|reset|used)(?:-(.+))?$/

/** One claim for each group of fields with the same word before or after; most send one group without any. */
export function readXRateLimit(headers: Headers, { now, server }: Moment): QuotaClaim[] {
  const groups = new Map<string, Partial<Record<Part, number>>>()
  for (const [name, values] of headers) {
    const [, before, part, after] = fieldName.exec(name) ?? []
    const value = firstNumber(values[0], part === 'reset')
    if (part === undefined || value === undefined) continue
    const policy = before ?? after ?? ''
    const group = groups.get(policy) ?? {}
    groups.set(policy, { ...group, [part]: value })
  }
  return [...groups].map(([policy, { limit, remaining, used, reset }]) => {
    return { policy, limit, remaining, used, resetAt: readReset(reset, now, server) }
  })
}

// Shopify: "32/40".
const usedOfLimit = ['x-shopify-shop-api-call-limit', 'x-api-call-limit'] as const

export function readVendorFields(headers: Headers): QuotaClaim[] {
  return usedOfLimit.flatMap((name) => {
    const [, used, limit] = /^\s*(\d+)\s*\/\s*(\d+)\s*$/.exec(headers.get(name)?.[0] ?? '') ?? []
    return used === undefined ? [] : [{ used: Number(used), limit: Number(limit) }]
  })
}

const secondsPer: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 }

/** "100", "100;w=60", "100, 100;window=60"; a reset also as "6m0s" or as a date. */
function firstNumber(text: string | undefined, isTime: boolean): number | undefined {
  if (text === undefined) return undefined
  const [, digits] = /^\s*(-?\d+(?:\.\d+)?)\s*(?:[;,].*)?$/.exec(text) ?? []
  if (digits !== undefined) return Number(digits)
  if (!isTime) return undefined
  if (/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) {
    const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)
    return [...parts].reduce(
      (sum, [, amount, unit = 's']) => sum + Number(amount) * (secondsPer[unit] ?? 1),
      0,
    )
  }
  const date = Date.parse(text) / 1000
  return Number.isNaN(date) ? undefined : date
}

// The quota of an answer, from the first layer that tells it: configured fields, standard headers, vendors', our own count.
import { toNumber } from '../../judgement/comparison.ts'
import type { JsonPath } from '../../judgement/json-path.ts'
import type { Json } from '../../judgement/json.ts'
import { readMoment } from '../../judgement/moment.ts'
import type { RequestCount } from './count.ts'
import { settleClaim, tightest } from './quota.ts'
import type { Quota, QuotaClaim, QuotaSource } from './quota.ts'
import { readRateLimitFields } from './rate-limit-fields.ts'
import type { Headers } from './rate-limit-fields.ts'
import type { QuotaSection } from './section.ts'
import { readReset, serverTime } from './server-time.ts'
import { readVendorFields, readXRateLimit } from './vendor-fields.ts'

export interface QuotaAnswer {
  readonly headers: Headers
  readonly json: Json
}

export function readQuota(
  section: QuotaSection | undefined,
  answer: QuotaAnswer | undefined,
  { now, count }: { readonly now: number; readonly count: RequestCount },
): Quota | undefined {
  const told = answer && readAnswer(section, answer, now)
  if (!told) return readCount(section, now, count)
  const { limit, resets, unit } = section ?? {}
  return {
    ...told,
    unit: unit ?? told.unit,
    limit: told.limit ?? (typeof limit === 'number' ? limit : undefined),
    resetAt: told.resetAt ?? (resets && 'next' in resets ? resets.next(now) : undefined),
  }
}

function readAnswer(
  section: QuotaSection | undefined,
  { headers, json }: QuotaAnswer,
  now: number,
): Quota | undefined {
  const moment = { now, server: serverTime(headers.get('date')?.[0], now) }
  const layers: readonly [QuotaSource, () => QuotaClaim[]][] = [
    ['body', () => (section ? [readBody(section, json, moment)] : [])],
    ['ratelimit', () => readRateLimitFields(headers, moment)],
    ['x-ratelimit', () => readXRateLimit(headers, moment)],
    ['vendor', () => readVendorFields(headers)],
  ]
  for (const [source, read] of layers) {
    const wanted = read().filter(({ policy }) => section?.policy === undefined || policy === section.policy)
    const found = tightest(wanted.flatMap((claim) => settleClaim(claim, source) ?? []))
    if (found) return found
  }
  return undefined
}

function readBody(
  { used, remaining, limit, resets }: QuotaSection,
  json: Json,
  { now, server }: { readonly now: number; readonly server: number },
): QuotaClaim {
  if ('problem' in json) return {}
  const at = (path: JsonPath | undefined): unknown => path?.select(json.value)[0]
  const isTold = used !== undefined || remaining !== undefined
  if (!isTold) return {}
  const reset = resets && 'select' in resets ? at(resets) : undefined
  return {
    used: toNumber(at(used)),
    remaining: toNumber(at(remaining)),
    limit: typeof limit === 'number' ? limit : toNumber(at(limit)),
    // A number may be seconds from now; a text is a date.
    resetAt: readReset(typeof reset === 'number' ? reset : readMoment(reset), now, server),
  }
}

function readCount(section: QuotaSection | undefined, now: number, count: RequestCount): Quota | undefined {
  if (section?.window === undefined || typeof section.limit !== 'number') return undefined
  return {
    used: count.within(now, section.window),
    limit: section.limit,
    resetAt: count.freedAt(now, section.window),
    unit: section.unit ?? 'requests',
    policy: '',
    source: 'count',
  }
}

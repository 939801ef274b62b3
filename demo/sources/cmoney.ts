// A double of CMoney: a JSON API that tells its quota in X-RateLimit headers.
import type { Answer } from '../endpoint.ts'
import { createQuota, retryAfter } from './quota.ts'
import type { SourceApi } from './source.ts'

const topics = [
  'TSMC earnings',
  'AI servers',
  'shipping rates',
  'interest rates',
  'electric cars',
  'memory prices',
]

/** The window of the quota is shorter where the demo runs faster. */
export function cmoneyApi(speed = 1): SourceApi {
  const quota = createQuota({ limit: 300, windowSeconds: 300 / speed, backgroundPerSecond: 0.5 })
  return {
    quota,
    errorBody: { error: 'internal_error', message: 'The request could not be completed.' },
    async answer(_request, { pathname }, { now, changedAt }): Promise<Answer> {
      const state = quota.spend(pathname === '/api/status' ? 0 : 1, now)
      const headers = {
        'x-ratelimit-limit': String(state.limit),
        'x-ratelimit-remaining': String(Math.floor(state.limit - state.used)),
        'x-ratelimit-reset': String(state.resetsAt),
      }
      if (state.isExhausted) {
        const body = {
          error: 'too_many_requests',
          message: `More than ${state.limit} requests in 5 minutes.`,
        }
        return { status: 429, body, headers: { ...headers, 'retry-after': retryAfter(state, now) } }
      }
      const updated = new Date(changedAt * 1000).toISOString()
      if (pathname === '/api/status')
        return { status: 200, body: { status: 'ok', updated_at: updated }, headers }
      if (pathname !== '/api/trending') return { status: 404, body: { error: 'not_found' }, headers }
      const ranked = topics.map((topic, rank) => ({ rank: rank + 1, topic, posts: 400 - 60 * rank }))
      return { status: 200, body: { updated_at: updated, market: market(now), topics: ranked }, headers }
    },
  }
}

/** The stock exchange of Taiwan: from nine to half past one, Monday to Friday. */
function market(now: number): 'open' | 'closed' {
  const taipei = new Date((now + 8 * 3600) * 1000)
  const minutes = taipei.getUTCHours() * 60 + taipei.getUTCMinutes()
  const isWorkday = taipei.getUTCDay() >= 1 && taipei.getUTCDay() <= 5
  return isWorkday && minutes >= 9 * 60 && minutes < 13 * 60 + 30 ? 'open' : 'closed'
}

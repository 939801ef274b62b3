// A double of FinLab: megabytes a day, told in the body as `quota` (used) and `limit_size`.
import type { Answer } from '../endpoint.ts'
import { createQuota, retryAfter } from './quota.ts'
import type { SourceApi } from './source.ts'

const limitMegabytes = 500
const datasetMegabytes = 0.2
const daySeconds = 86_400

export function finlabApi(): SourceApi {
  // A day of Unix time begins at 08:00 in Taipei, which is when FinLab's quota starts anew.
  const quota = createQuota({
    limit: limitMegabytes,
    windowSeconds: daySeconds,
    backgroundPerSecond: 250 / daySeconds,
  })
  let calls = 0
  return {
    quota,
    errorBody: { error: 'internal error' },
    async answer(_request, url, { now, changedAt }): Promise<Answer> {
      const isData = url.pathname === '/api/data'
      if (!isData && url.pathname !== '/api/usage') return { status: 404, body: { error: 'not found' } }
      const state = quota.spend(isData ? datasetMegabytes : 0, now)
      calls += 1
      const usage = { calls, quota: Math.round(state.used * 10) / 10, limit_size: state.limit }
      if (state.isExhausted) {
        const error = `Usage exceed ${limitMegabytes} MB/day. Please consider upgrade to VIP program.`
        return { status: 429, body: { error, ...usage }, headers: { 'retry-after': retryAfter(state, now) } }
      }
      const updated = new Date(changedAt * 1000).toISOString()
      const dataset = url.searchParams.get('dataset') ?? 'price:close'
      const body = { status: 'ok', ...usage, updated_at: updated, ...(isData && { dataset, rows: 20 }) }
      return { status: 200, body }
    },
  }
}

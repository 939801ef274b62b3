// A JSON API: asked over HTTP and judged by status, body and assertions.
import { probeHttp } from '../../probes/http/http.ts'
import type { HttpOutcome } from '../../probes/http/http.ts'
import { publicUrl } from '../../schema/http-url.ts'
import { httpRequest } from '../http-request.ts'
import { judgeAssertions, worst } from '../judgement/assertions.ts'
import type { Judged } from '../judgement/assertions.ts'
import { parseJson } from '../judgement/json.ts'
import type { Json } from '../judgement/json.ts'
import { readMoment } from '../judgement/moment.ts'
import { describeStatuses, isExpectedStatus } from '../judgement/status-range.ts'
import { readValues } from '../judgement/values.ts'
import { readRetryAfter, serverTime } from './quota/server-time.ts'
import type { HttpSource } from './section.ts'
import { failed, healthy } from './source.ts'
import type { Answer, Source, Verdict } from './source.ts'

export function openHttpSource(source: HttpSource, timeoutSeconds: number): Source {
  const request = httpRequest(source, timeoutSeconds)
  return {
    url: publicUrl(source.url),
    async ask({ signal, now, trace }) {
      const outcome = await probeHttp(request, signal)
      trace?.(outcome)
      return judgeOutcome(source, outcome, now)
    },
  }
}

function judgeOutcome(source: HttpSource, outcome: HttpOutcome, now: number): Answer {
  const { failure, status = 0, headers, bodyText } = outcome
  const json = parseJson(bodyText)
  const answer = failure === undefined ? { status, headers, bodyText, json } : undefined
  const judged = judgeAssertions(source.assert, answer, now)
  const isRateLimited = isRefusal(source, outcome)
  const server = serverTime(headers.get('date')?.[0], now)
  // Others may ask for patience as well, as a server under repair does.
  const mayAsk = isRateLimited || status === 503
  return {
    ...(isRateLimited
      ? failed('quota', `the source refused to answer for now, with status ${status}`)
      : judge(source, outcome, { json, judged })),
    durationSeconds: outcome.durationSeconds,
    phases: outcome.phases,
    certificate: outcome.certificate,
    tlsVersion: outcome.tlsVersion,
    assertions: judged,
    values: answer ? readValues(source.values, json) : [],
    isRateLimited,
    waitUntil: mayAsk ? readRetryAfter(headers.get('retry-after')?.[0], now, server) : undefined,
    quota: answer && { headers, json },
    lastSyncAt: answer && readLastSync(source, { headers, json }),
    requests: 1 + outcome.redirects,
  }
}

function isRefusal({ quota }: HttpSource, { status, bodyText }: HttpOutcome): boolean {
  const { statuses = [429], exceeded } = quota ?? {}
  if (status !== undefined && statuses.includes(status)) return true
  return exceeded !== undefined && (bodyText?.includes(exceeded) ?? false)
}

interface Found {
  readonly json: Json
  readonly judged: readonly Judged[]
}

function judge(source: HttpSource, outcome: HttpOutcome, { json, judged }: Found): Verdict {
  const { failure, detail, status = 0 } = outcome
  if (failure !== undefined) return failed(failure, detail)
  if (!isExpectedStatus(status, source.expected_status)) {
    return failed(
      reasonOf(status),
      `expected HTTP status ${describeStatuses(source.expected_status)}, got ${status}`,
    )
  }
  if ('problem' in json && source.method !== 'HEAD')
    return failed('json', `expected JSON in the body, got ${json.problem}`)
  const broken = worst(judged)
  return broken ? { status: broken.severity, reason: 'assertion', detail: broken.detail } : healthy
}

function reasonOf(status: number): Verdict['reason'] {
  if (status === 401 || status === 403 || status === 407) return 'auth'
  return status >= 300 && status < 400 ? 'redirect' : 'status'
}

function readLastSync(
  { last_sync }: HttpSource,
  { headers, json }: Pick<HttpOutcome, 'headers'> & { readonly json: Json },
): number | undefined {
  if (!last_sync || 'database' in last_sync) return undefined
  if ('path' in last_sync)
    return 'problem' in json ? undefined : readMoment(last_sync.path.select(json.value)[0])
  const text = headers.get(last_sync.header)?.[0]
  // Last-Modified and its like are written as dates of HTTP.
  return readMoment(text) ?? finite(Date.parse(text ?? '') / 1000)
}

function finite(number: number): number | undefined {
  return Number.isFinite(number) ? number : undefined
}

// What an answer means for the service: by the connection, the status, the body, and what the configuration demands.
import type { HttpOutcome } from '../../probes/http/http.ts'
import { publicUrl } from '../../schema/http-url.ts'
import { judgeAssertions, worst } from '../judgement/assertions.ts'
import type { Judged } from '../judgement/assertions.ts'
import { parseJson } from '../judgement/json.ts'
import type { Json } from '../judgement/json.ts'
import { describeStatuses, isExpectedStatus } from '../judgement/status-range.ts'
import { readValues } from '../judgement/values.ts'
import type { Value } from '../judgement/values.ts'
import { well } from '../judgement/verdict.ts'
import type { Verdict } from '../judgement/verdict.ts'
import { judgeHealth, readHealth, withValues } from './health.ts'
import type { Health } from './health.ts'
import type { Service } from './section.ts'

export interface Found {
  readonly verdict: Verdict
  readonly health: Health | undefined
  readonly assertions: readonly Judged[]
  readonly values: readonly Value[]
}

/** The body is read whatever the status: a 503 often says best what is wrong. */
export function interpret(service: Service, outcome: HttpOutcome, now: number): Found {
  const { failure, detail, status, headers, bodyText } = outcome
  if (failure !== undefined) {
    const assertions = judgeAssertions(service.assert, undefined, now)
    return {
      verdict: { status: 'error', reason: failure, detail },
      health: undefined,
      assertions,
      values: [],
    }
  }
  const location = headers.get('location')?.[0]
  const json = parseJson(bodyText)
  const values = readValues(service.values, json)
  const read = 'value' in json ? readHealth(json.value) : undefined
  const health = read && withValues(read, values)
  const assertions = judgeAssertions(service.assert, { status, headers, bodyText, json }, now)
  return {
    verdict: judge(service, { status: status ?? 0, location, json, health, assertions }),
    health,
    assertions,
    values,
  }
}

interface Answer {
  readonly status: number
  /** Where a redirect leads. */
  readonly location: string | undefined
  readonly json: Json
  readonly health: Health | undefined
  readonly assertions: readonly Judged[]
}

function judge(service: Service, { status, location, json, health, assertions }: Answer): Verdict {
  const own = service.judge_by === 'body' ? judgeBody(json, health) : well
  if (!isExpectedStatus(status, service.expected_status)) {
    return own.reason === 'unreachable_dependency' ? own : refusal(service, status, location)
  }
  const broken = worst(assertions)
  const asserted: Verdict = broken
    ? { status: broken.severity, reason: 'assertion', detail: broken.detail }
    : well
  // The worse of the two; of two alike what the service says of itself.
  return own.status === 'healthy' || (own.status === 'warning' && asserted.status === 'error')
    ? asserted
    : own
}

function judgeBody(json: Json, health: Health | undefined): Verdict {
  if (health) return judgeHealth(health)
  const got = 'problem' in json ? json.problem : 'JSON of another kind'
  return { status: 'error', reason: 'json', detail: `expected a JSON object in the body, got ${got}` }
}

function refusal(service: Service, status: number, location: string | undefined): Verdict {
  const isRedirect = location !== undefined && status >= 300 && status < 400
  // Codes and tokens travel in queries.
  const place = isRedirect && URL.parse(location, service.url)
  const to = place ? `, a redirect to ${publicUrl(place.href)}` : ''
  const detail = `expected HTTP status ${describeStatuses(service.expected_status)}, got ${status}${to}`
  return { status: 'error', reason: reasonOfStatus(status), detail }
}

function reasonOfStatus(status: number): Verdict['reason'] {
  if (status === 401 || status === 403) return 'auth'
  if (status === 429) return 'quota'
  return status >= 300 && status < 400 ? 'redirect' : 'status'
}

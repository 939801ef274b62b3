// One service: asked, judged and counted.
import { probeHttp } from '../../probes/http.ts'
import type { HttpOutcome } from '../../probes/http.ts'
import { publicUrl } from '../../schema/http-url.ts'
import type { Context, Round } from '../collector.ts'
import { httpRequest } from '../http-request.ts'
import { createTally } from '../tally.ts'
import type { Dependency, TargetReading } from '../target.ts'
import { judgeHealth, readHealth } from './health.ts'
import type { Health, Verdict } from './health.ts'
import type { Service } from './section.ts'

export interface ServiceReading extends TargetReading {
  readonly httpStatus: number | undefined
  readonly health: Health | undefined
}

interface Found {
  readonly verdict: Verdict
  readonly health: Health | undefined
}

export function watchService(service: Service, context: Context): (round: Round) => Promise<ServiceReading> {
  const labels = Object.freeze({ target: service.name, kind: 'service' })
  const info = Object.freeze({ url: publicUrl(service.url) })
  const tally = createTally(context.memory, labels)
  const request = httpRequest(service, service.timeout ?? context.timeoutSeconds)
  let known = ''
  return async ({ signal, now, trace }) => {
    const outcome = await probeHttp(request, signal)
    trace?.(outcome)
    const { verdict, health } = interpret(service, outcome)
    if (known !== `${verdict.status} ${verdict.reason}`) logChange(context, service, verdict)
    known = `${verdict.status} ${verdict.reason}`
    return {
      target: service.name,
      kind: 'service',
      labels,
      info,
      ...verdict,
      probedAt: now,
      durationSeconds: outcome.durationSeconds,
      phases: outcome.phases,
      certificate: outcome.certificate,
      assertions: [],
      dependencies: withReported(service.name, context.dependencies, health),
      totals: tally.record(outcome.durationSeconds, verdict.status === 'error'),
      httpStatus: outcome.status,
      health,
    }
  }
}

/** The body is read whatever the status: a 503 often says best what is wrong. */
function interpret(service: Service, outcome: HttpOutcome): Found {
  if (outcome.failure !== undefined) {
    const verdict = { status: 'error', reason: outcome.failure, detail: outcome.detail } as const
    return { verdict, health: undefined }
  }
  const body = parseJson(outcome.bodyText)
  const health = body.json === undefined ? undefined : readHealth(body.json)
  const refusal = judgeStatus(service, outcome.status ?? 0)
  if (refusal) {
    const blamed = health && judgeHealth(health)
    return { verdict: blamed?.reason === 'unreachable_dependency' ? blamed : refusal, health }
  }
  if (health) return { verdict: judgeHealth(health), health }
  const detail = `expected a JSON object in the body, got ${body.problem ?? 'JSON of another kind'}`
  return { verdict: { status: 'error', reason: 'json', detail }, health }
}

function judgeStatus(service: Service, status: number): Verdict | undefined {
  const isExpected = service.expected_status?.includes(status) ?? (status >= 200 && status < 300)
  if (isExpected) return undefined
  const wanted = service.expected_status?.join(' or ') ?? '200 to 299'
  const detail = `expected HTTP status ${wanted}, got ${status}`
  return { status: 'error', reason: reasonOfStatus(status), detail }
}

function reasonOfStatus(status: number): Verdict['reason'] {
  if (status === 401 || status === 403) return 'auth'
  if (status === 429) return 'quota'
  return status >= 300 && status < 400 ? 'redirect' : 'status'
}

function parseJson(text: string | undefined): { json?: unknown; problem?: string } {
  if (text === undefined || text.trim() === '') return { problem: 'nothing' }
  try {
    return { json: JSON.parse(text) as unknown }
  } catch {
    const isHtml = /^\s*</.test(text)
    return { problem: isHtml ? 'a page of HTML' : 'text that is not JSON' }
  }
}

/** Edges that the service itself reports are added to those of the configuration, unless they would close a circle. */
function withReported(
  target: string,
  configured: Context['dependencies'],
  health: Health | undefined,
): readonly Dependency[] {
  const own = configured.get(target) ?? []
  const known = new Set([target, ...own.map(({ dependency }) => dependency)])
  const leadsBack = (name: string): boolean =>
    configured.get(name)?.some(({ dependency }) => dependency === target) ?? false
  const reported = new Set(health?.dependencies.filter((name) => !known.has(name) && !leadsBack(name)))
  const edges = [...reported].map(
    (dependency) => ({ dependency, strength: 'hard', depth: 'direct' }) as const,
  )
  return edges.length === 0 ? own : [...own, ...edges]
}

function logChange(context: Context, service: Service, verdict: Verdict): void {
  const fields = {
    target: service.name,
    status: verdict.status,
    reason: verdict.reason,
    detail: verdict.detail,
  }
  context.log[verdict.status === 'healthy' ? 'info' : 'warn']('target changed', fields)
}

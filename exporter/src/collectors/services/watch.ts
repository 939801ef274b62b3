// One service: asked, judged and counted.
import { probeHttp } from '../../probes/http.ts'
import { publicUrl } from '../../schema/http-url.ts'
import type { Context, Round } from '../collector.ts'
import { httpRequest } from '../http-request.ts'
import { createConfirmation } from '../judgement/confirmation.ts'
import type { Confirm } from '../judgement/confirmation.ts'
import type { Value } from '../judgement/values.ts'
import { createTally } from '../tally.ts'
import type { Dependency, TargetReading } from '../target.ts'
import type { Health, Verdict } from './health.ts'
import type { Service } from './section.ts'
import { interpret } from './verdict.ts'

export interface ServiceReading extends TargetReading {
  readonly httpStatus: number | undefined
  readonly health: Health | undefined
  readonly values: readonly Value[]
}

export function watchService(service: Service, context: Context): (round: Round) => Promise<ServiceReading> {
  const labels = Object.freeze({ target: service.name, kind: 'service' })
  const info = Object.freeze({ url: publicUrl(service.url) })
  const tally = createTally(context.memory, labels)
  const request = httpRequest(service, service.timeout ?? context.timeoutSeconds)
  const confirmed = createConfirmation(context.memory, `service ${service.name}`, service.confirm)
  let known = ''
  return async ({ signal, now, trace }) => {
    const outcome = await probeHttp(request, signal)
    trace?.(outcome)
    const found = interpret(service, outcome, now)
    const isFailed = found.verdict.status === 'error'
    const isConfirmed = confirmed(isFailed)
    const verdict =
      isFailed && !isConfirmed && service.confirm
        ? unconfirmed(found.verdict, service.confirm)
        : found.verdict
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
      assertions: found.assertions,
      dependencies: withReported(service.name, context.dependencies, found.health),
      totals: tally.record(outcome.durationSeconds, isFailed),
      httpStatus: outcome.status,
      health: found.health,
      values: found.values,
    }
  }
}

/** A failure that is not confirmed yet degrades the service, and says how many more it takes. */
function unconfirmed(verdict: Verdict, { failures, of }: Confirm): Verdict {
  const detail = `${verdict.detail ?? verdict.reason} (an error once ${failures} of ${of} probes find it)`
  return { ...verdict, status: 'warning', detail }
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

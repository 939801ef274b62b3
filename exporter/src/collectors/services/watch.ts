// One service: asked, judged and counted.
import { probeHttp } from '../../probes/http.ts'
import { publicUrl } from '../../schema/http-url.ts'
import type { Context, Round } from '../collector.ts'
import { httpRequest } from '../http-request.ts'
import type { Value } from '../judgement/values.ts'
import { createSettlement } from '../judgement/verdict.ts'
import { createTally } from '../tally.ts'
import type { Dependency, TargetReading } from '../target.ts'
import type { Health } from './health.ts'
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
  const settle = createSettlement(service.name, context, service.confirm)
  return async ({ signal, now, trace }) => {
    const outcome = await probeHttp(request, signal)
    trace?.(outcome)
    const found = interpret(service, outcome, now)
    return {
      target: service.name,
      kind: 'service',
      labels,
      info,
      ...settle(found.verdict),
      probedAt: now,
      durationSeconds: outcome.durationSeconds,
      phases: outcome.phases,
      certificate: outcome.certificate,
      assertions: found.assertions,
      dependencies: withReported(service.name, context.dependencies, found.health),
      totals: tally.record(outcome.durationSeconds, found.verdict.status === 'error'),
      httpStatus: outcome.status,
      health: found.health,
      values: found.values,
    }
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

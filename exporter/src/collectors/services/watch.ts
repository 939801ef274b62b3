// One service: asked, judged and counted.
import { probeHttp } from '../../probes/http/http.ts'
import { publicUrl } from '../../schema/http-url.ts'
import { remember } from '../collector.ts'
import type { Context, Round } from '../collector.ts'
import { httpRequest } from '../http-request.ts'
import type { Value } from '../judgement/values.ts'
import { createSettlement } from '../judgement/verdict.ts'
import { createTally } from '../tally.ts'
import type { TargetReading } from '../target.ts'
import type { Health } from './health.ts'
import type { Service } from './section.ts'
import { interpret } from './verdict.ts'

export interface ServiceReading extends TargetReading {
  readonly httpStatus: number | undefined
  readonly health: Health | undefined
  readonly values: readonly Value[]
  /** Names of what the service said that it depends on, when it last said anything. */
  readonly reported: readonly string[]
}

export function watchService(service: Service, context: Context): (round: Round) => Promise<ServiceReading> {
  const labels = Object.freeze({ target: service.name, kind: 'service' })
  const info = Object.freeze({ url: publicUrl(service.url) })
  const tally = createTally(context.memory, labels)
  const request = httpRequest(service, service.timeout ?? context.timeoutSeconds)
  const reported = remember(context.memory, `reported\u0000${service.name}`, () => ({
    names: [] as readonly string[],
  }))
  const settle = createSettlement(service.name, context, service.confirm)
  return async ({ signal, now, trace }) => {
    const outcome = await probeHttp(request, signal)
    trace?.(outcome)
    const found = interpret(service, outcome, now)
    // A service that cannot answer still depends on what it named when it could.
    if (found.health) reported.names = found.health.dependencies
    const { status, reason, detail } = settle(found.verdict)
    return {
      target: service.name,
      kind: 'service',
      labels,
      info,
      status,
      reason,
      detail,
      probedAt: now,
      durationSeconds: outcome.durationSeconds,
      phases: outcome.phases,
      certificate: outcome.certificate,
      tlsVersion: outcome.tlsVersion,
      assertions: found.assertions,
      dependencies: context.dependencies.get(service.name) ?? [],
      reported: reported.names,
      totals: tally.record(outcome.durationSeconds, found.verdict.status === 'error'),
      httpStatus: outcome.status,
      health: found.health,
      values: found.values,
    }
  }
}

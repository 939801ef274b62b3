// Services that do not speak HTTP. To everybody else they are services like the others.
import { runPaced, startRate } from '../../probes/pace.ts'
import { defineCollector } from '../collector.ts'
import type { Context, Reading, Round } from '../collector.ts'
import { declareTargets, dependencyReferences } from '../dependency.ts'
import { createSettlement } from '../judgement/verdict.ts'
import { createTally } from '../tally.ts'
import type { TargetReading } from '../target.ts'
import { locate, prepare } from './ask.ts'
import { section } from './section.ts'
import type { Endpoint } from './section.ts'

export const endpoints = defineCollector({
  name: 'endpoints',
  schema: section,
  metrics: [],
  declarations: declareTargets,
  references: dependencyReferences,
  create(configured, context) {
    const targets = new Map(configured.map((endpoint) => [endpoint.name, watchEndpoint(endpoint, context)]))
    return {
      targets,
      async collect(round): Promise<Reading> {
        const pace = { signal: round.signal, startsPerSecond: startRate(targets.size, round.timeoutSeconds) }
        return { targets: await runPaced([...targets.values()], (probe) => probe(round), pace) }
      },
    }
  },
  families: () => [],
})

function watchEndpoint(endpoint: Endpoint, context: Context): (round: Round) => Promise<TargetReading> {
  const labels = Object.freeze({ target: endpoint.name, kind: 'service' })
  const info = Object.freeze({ url: locate(endpoint) })
  const tally = createTally(context.memory, labels)
  const settle = createSettlement(endpoint.name, context, endpoint.confirm)
  const ask = prepare(endpoint, endpoint.timeout ?? context.timeoutSeconds)
  return async ({ signal, now, trace }) => {
    const { outcome, verdict } = await ask(signal)
    trace?.(outcome)
    return {
      target: endpoint.name,
      kind: 'service',
      labels,
      info,
      ...settle(verdict),
      probedAt: now,
      durationSeconds: outcome.durationSeconds,
      phases: outcome.phases,
      certificate: outcome.certificate,
      tlsVersion: outcome.tlsVersion,
      assertions: [],
      dependencies: context.dependencies.get(endpoint.name) ?? [],
      totals: tally.record(outcome.durationSeconds, verdict.status === 'error'),
    }
  }
}

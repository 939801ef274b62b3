// HTTP services: one probe each, all at once, none waiting for another.
import { counter, familyOf, gauge } from '../../metrics/metric.ts'
import type { Family, Metric, Value } from '../../metrics/metric.ts'
import { runPaced, startRate } from '../../probes/pace.ts'
import { defineCollector } from '../collector.ts'
import type { Context, Reading } from '../collector.ts'
import { declareTargets, dependencyReferences } from '../dependency.ts'
import { valueFamilies, valueMetrics } from '../judgement/value-families.ts'
import { targetLabel } from '../target.ts'
import { createDependencyBook } from './reported.ts'
import { section } from './section.ts'
import { watchService } from './watch.ts'
import type { ServiceReading } from './watch.ts'

export interface ServicesReading extends Reading {
  readonly targets: readonly ServiceReading[]
}

const of = ['target']
const uptime = gauge(
  'watchpost_service_uptime_seconds',
  'How long the service has been running, from uptime in its health body.',
  of,
)
const memory = gauge(
  'watchpost_service_memory_usage_ratio',
  'Share of memory in use, from memory_usage in its health body.',
  of,
)
const cpu = gauge(
  'watchpost_service_cpu_usage_ratio',
  'Share of processor time in use, from cpu_usage in its health body.',
  of,
)
const requests = counter(
  'watchpost_service_requests_total',
  'Requests the service has served, from request_count in its health body.',
  of,
)
const errors = counter(
  'watchpost_service_errors_total',
  'Requests that ended in an error, from error_count in its health body.',
  of,
)
const httpStatus = gauge(
  'watchpost_service_http_status_code',
  'Status code of the last answer from the health endpoint.',
  of,
)

export const services = defineCollector({
  name: 'services',
  schema: section,
  metrics: [uptime, memory, cpu, requests, errors, httpStatus, ...valueMetrics],
  declarations: declareTargets,
  references: dependencyReferences,
  create(configured, context) {
    const dependencies = createDependencyBook(context.dependencies)
    const targets = new Map(configured.map((service) => [service.name, watchService(service, context)]))
    return {
      targets,
      async collect(round): Promise<ServicesReading> {
        const pace = { signal: round.signal, startsPerSecond: startRate(targets.size, round.timeoutSeconds) }
        const found = await runPaced([...targets.values()], (probe) => probe(round), pace)
        const known = dependencies(found.map(({ target, reported }) => ({ target, names: reported })))
        return { targets: found.map((reading) => withDependencies(reading, known)) }
      },
    }
  },
  families: ({ targets }: ServicesReading): Family[] => [
    each(uptime, targets, ({ health }) => health?.uptimeSeconds),
    each(memory, targets, ({ health }) => health?.memoryUsageRatio),
    each(cpu, targets, ({ health }) => health?.cpuUsageRatio),
    each(requests, targets, ({ health }) => health?.requests),
    each(errors, targets, ({ health }) => health?.errors),
    each(httpStatus, targets, (target) => target.httpStatus),
    ...valueFamilies(targets),
  ],
})

function withDependencies(reading: ServiceReading, known: Context['dependencies']): ServiceReading {
  const dependencies = known.get(reading.target)
  return !dependencies || dependencies === reading.dependencies ? reading : { ...reading, dependencies }
}

function each(
  metric: Metric,
  targets: readonly ServiceReading[],
  value: (target: ServiceReading) => Value,
): Family {
  return familyOf(metric, targets, (series, target) => series.add(targetLabel(target), value(target)))
}

// HTTP services: one probe each, all at once, none waiting for another.
import { counter, family, gauge } from '../../metrics/metric.ts'
import type { Family, Labels } from '../../metrics/metric.ts'
import { runPaced, startRate } from '../../probes/pace.ts'
import { defineCollector } from '../collector.ts'
import type { Reading } from '../collector.ts'
import { declareTargets, dependencyReferences } from '../dependency.ts'
import { valueFamilies, valueMetrics } from '../judgement/value-families.ts'
import type { Health } from './health.ts'
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
    const targets = new Map(configured.map((service) => [service.name, watchService(service, context)]))
    return {
      targets,
      async collect(round): Promise<ServicesReading> {
        const pace = { signal: round.signal, startsPerSecond: startRate(targets.size, round.timeoutSeconds) }
        return { targets: await runPaced([...targets.values()], (probe) => probe(round), pace) }
      },
    }
  },
  families: (reading: ServicesReading): Family[] => [
    family(
      uptime,
      facts(reading, (health) => health.uptimeSeconds),
    ),
    family(
      memory,
      facts(reading, (health) => health.memoryUsageRatio),
    ),
    family(
      cpu,
      facts(reading, (health) => health.cpuUsageRatio),
    ),
    family(
      requests,
      facts(reading, (health) => health.requests),
    ),
    family(
      errors,
      facts(reading, (health) => health.errors),
    ),
    family(
      httpStatus,
      reading.targets.map((target) => [ownLabels(target), target.httpStatus]),
    ),
    ...valueFamilies(reading.targets.map(({ labels, values }) => ({ labels, values }))),
  ],
})

function facts(
  reading: ServicesReading,
  pick: (health: Health) => number | undefined,
): [Labels, number | undefined][] {
  return reading.targets.map((target) => [ownLabels(target), target.health && pick(target.health)])
}

const shortened = new WeakMap<Labels, Labels>()

function ownLabels(target: ServiceReading): Labels {
  const known = shortened.get(target.labels) ?? Object.freeze({ target: target.target })
  shortened.set(target.labels, known)
  return known
}

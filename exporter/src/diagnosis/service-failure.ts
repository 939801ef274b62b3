// Services that fail, or say that they are not well.
import type { ServiceReading } from '../collectors/services/watch.ts'
import type { TargetReading } from '../collectors/target.ts'
import { explainTarget } from './broken-target.ts'
import type { Finding } from './finding.ts'
import type { Fleet } from './fleet.ts'
import { formatRatio } from './ladder.ts'
import { findSlowness } from './slowness.ts'
import { factsOf } from './target-facts.ts'

export function diagnoseServices(fleet: Fleet): Finding[] {
  const { services, endpoints } = fleet.readings
  return [
    ...(services?.targets ?? []).flatMap((service) =>
      isBad(service)
        ? explainTarget(service, fleet)
        : [...findMemory(service, fleet), ...findSlowness(service, fleet)],
    ),
    ...(endpoints?.targets ?? []).flatMap((endpoint) =>
      isBad(endpoint) ? explainTarget(endpoint, fleet) : findSlowness(endpoint, fleet),
    ),
  ]
}

function isBad({ status }: TargetReading): boolean {
  return status === 'error' || status === 'warning'
}

function findMemory(service: ServiceReading, { settings }: Fleet): Finding[] {
  const usage = service.health?.memoryUsageRatio
  const limit = settings.thresholds.memory
  if (usage === undefined || usage <= limit) return []
  const facts = { measured: formatRatio(usage), limit: formatRatio(limit) }
  return [
    {
      target: service.target,
      subject: 'service',
      issueType: 'memory_exhaustion',
      cause: 'service_memory_high',
      severity: 'warning',
      root: undefined,
      since: undefined,
      evidence: [
        { rung: 'body', measured: `memory_usage ${facts.measured} of at most ${facts.limit}`, ok: false },
      ],
      behind: [],
      facts: { ...factsOf(service), ...facts },
    },
  ]
}

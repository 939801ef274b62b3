// How what is known of every target becomes metrics.
import { counter, family, gauge, histogram, histogramFamily, states, withLabel } from '../metrics/metric.ts'
import type { Family } from '../metrics/metric.ts'
import { isUp, phases, reasons, statuses } from './target.ts'
import type { TargetReading } from './target.ts'

const of = ['target', 'kind']
const up = gauge(
  'watchpost_target_up',
  'Whether the last probe found the target usable: status healthy or warning.',
  of,
)
const info = gauge('watchpost_target_info', 'What the configuration says of the target; always 1.', [
  ...of,
  'url',
])
const status = gauge(
  'watchpost_target_status',
  'The verdict of the last probe: 1 for the state that holds, 0 for the others.',
  [...of, 'status'],
)
const failure = gauge(
  'watchpost_target_failure',
  'Why the target is not healthy: 1 for the reason that holds, 0 for the others.',
  [...of, 'reason'],
)
const probes = counter('watchpost_target_probes_total', 'Probes of the target since Watchpost started.', of)
const failures = counter(
  'watchpost_target_probe_failures_total',
  'Probes of the target that found it in error since Watchpost started.',
  of,
)
const duration = histogram(
  'watchpost_target_probe_duration_seconds',
  'How long probes of the target took, from first to last byte.',
  of,
)
const phase = gauge('watchpost_target_phase_seconds', 'How long each phase of the last probe took.', [
  ...of,
  'phase',
])
const lastProbe = gauge(
  'watchpost_target_last_probe_timestamp_seconds',
  'When the target was last probed; readings between probes are kept ones.',
  of,
)
const dependency = gauge(
  'watchpost_target_dependency',
  'What the target depends on, through any number of steps; always 1.',
  ['target', 'dependency', 'strength', 'depth'],
)
const assertion = gauge(
  'watchpost_target_assertion',
  'Whether the named assertion held in the last answer of the target.',
  ['target', 'assertion'],
)
const notAfter = gauge(
  'watchpost_target_tls_certificate_not_after_timestamp_seconds',
  'When the certificate the target presented ends.',
  of,
)
const notBefore = gauge(
  'watchpost_target_tls_certificate_not_before_timestamp_seconds',
  'When the certificate the target presented begins.',
  of,
)
const verified = gauge(
  'watchpost_target_tls_verified',
  'Whether the certificate the target presented could be verified.',
  of,
)

export const targetMetrics = [
  up,
  info,
  status,
  failure,
  probes,
  failures,
  duration,
  phase,
  lastProbe,
  dependency,
  assertion,
  notAfter,
  notBefore,
  verified,
]

export function targetFamilies(targets: readonly TargetReading[]): Family[] {
  return [...verdictFamilies(targets), ...probeFamilies(targets), ...factFamilies(targets)]
}

function verdictFamilies(targets: readonly TargetReading[]): Family[] {
  const verdicts = targets.flatMap((t) => states(t.labels, 'status', statuses, t.status))
  const failing = targets.flatMap((t) => states(t.labels, 'reason', reasons.slice(1), t.reason))
  return [
    family(up, each(targets, isUp)),
    family(
      info,
      targets.map((t) => [{ ...t.labels, ...t.info }, 1]),
    ),
    family(status, verdicts),
    family(failure, failing),
  ]
}

function probeFamilies(targets: readonly TargetReading[]): Family[] {
  const durations = targets.map((t) => t.totals.duration)
  const timed = targets.flatMap((t) =>
    phases.map((p) => [withLabel(t.labels, 'phase', p), t.phases[p]] as const),
  )
  return [
    family(
      probes,
      each(targets, (t) => t.totals.probes),
    ),
    family(
      failures,
      each(targets, (t) => t.totals.failures),
    ),
    histogramFamily(duration, durations),
    family(phase, timed),
    family(
      lastProbe,
      each(targets, (t) => t.probedAt),
    ),
  ]
}

function factFamilies(targets: readonly TargetReading[]): Family[] {
  const edges = targets.flatMap((t) => t.dependencies.map((d) => [{ target: t.target, ...d }, 1] as const))
  const judged = targets.flatMap((t) =>
    t.assertions.map((a) => [{ target: t.target, assertion: a.name }, a.passed] as const),
  )
  return [
    family(dependency, edges),
    family(assertion, judged),
    family(
      notAfter,
      each(targets, (t) => t.certificate?.notAfter),
    ),
    family(
      notBefore,
      each(targets, (t) => t.certificate?.notBefore),
    ),
    family(
      verified,
      each(targets, (t) => t.certificate?.verified),
    ),
  ]
}

type Value = number | boolean | undefined

function each(
  targets: readonly TargetReading[],
  value: (target: TargetReading) => Value,
): (readonly [TargetReading['labels'], Value])[] {
  return targets.map((target) => [target.labels, value(target)] as const)
}

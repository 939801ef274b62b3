// How what is known of every target becomes metrics.
import { counter, familyOf, gauge, histogram, withLabel } from '../metrics/metric.ts'
import type { Family, Labels, Metric, Value } from '../metrics/metric.ts'
import { isUp, phases, reasons, statuses, targetLabel } from './target.ts'
import type { Phase, TargetReading } from './target.ts'

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
const tlsVersion = gauge(
  'watchpost_target_tls_version_info',
  'The version of TLS that the target agreed to; always 1.',
  [...of, 'version'],
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
  tlsVersion,
]

const failing = reasons.slice(1)

export function targetFamilies(targets: readonly TargetReading[]): Family[] {
  return [...verdictFamilies(targets), ...probeFamilies(targets), ...factFamilies(targets)]
}

function verdictFamilies(targets: readonly TargetReading[]): Family[] {
  return [
    each(up, targets, isUp),
    familyOf(info, targets, (series, t) => series.add(infoLabels(t), 1)),
    familyOf(status, targets, (series, t) => series.addStates(t.labels, 'status', statuses, t.status)),
    familyOf(failure, targets, (series, t) => series.addStates(t.labels, 'reason', failing, t.reason)),
  ]
}

function probeFamilies(targets: readonly TargetReading[]): Family[] {
  return [
    each(probes, targets, (t) => t.totals.probes),
    each(failures, targets, (t) => t.totals.failures),
    familyOf(duration, targets, (series, t) => series.addDistribution(t.totals.duration)),
    familyOf(phase, targets, (series, t) =>
      series.addSplit(t.labels, 'phase', phases, (name) => t.phases[name as Phase]),
    ),
    each(lastProbe, targets, (t) => t.probedAt),
  ]
}

function factFamilies(targets: readonly TargetReading[]): Family[] {
  return [
    familyOf(dependency, targets, (series, t) => {
      for (const edge of t.dependencies) series.add({ target: t.target, ...edge }, 1)
    }),
    familyOf(assertion, targets, (series, t) => {
      for (const { name, passed } of t.assertions)
        series.add(withLabel(targetLabel(t), 'assertion', name), passed)
    }),
    each(notAfter, targets, (t) => t.certificate?.notAfter),
    each(notBefore, targets, (t) => t.certificate?.notBefore),
    each(verified, targets, (t) => t.certificate?.verified),
    familyOf(tlsVersion, targets, (series, t) => {
      if (t.tlsVersion !== undefined) series.add(withLabel(t.labels, 'version', t.tlsVersion), 1)
    }),
  ]
}

function each(
  metric: Metric,
  targets: readonly TargetReading[],
  value: (target: TargetReading) => Value,
): Family {
  return familyOf(metric, targets, (series, target) => series.add(target.labels, value(target)))
}

const withInfo = new WeakMap<TargetReading['info'], Labels>()

/** What the configuration says of a target is one object for the life of the target, as its labels are. */
function infoLabels({ labels, info: said }: TargetReading): Labels {
  const known = withInfo.get(said)
  if (known) return known
  const made = Object.freeze({ ...labels, ...said })
  withInfo.set(said, made)
  return made
}

// How what is known of data sources becomes metrics.
import { counter, family, gauge, states, withLabel } from '../../metrics/metric.ts'
import type { Family, Labels, Metric } from '../../metrics/metric.ts'
import { valueFamilies } from '../judgement/value-families.ts'
import type { Quality } from './quality/quality.ts'
import { connections } from './verdict.ts'
import type { DataSourceReading } from './watch.ts'

const of = ['target']

interface Fact {
  readonly metric: Metric
  readonly pick: (reading: DataSourceReading) => number | boolean | undefined
}

const name = (suffix: string): string => `watchpost_data_source_${suffix}`

const facts: readonly Fact[] = [
  {
    metric: gauge(name('last_sync_timestamp_seconds'), 'When the data of the source were last renewed.', of),
    pick: (reading) => reading.lastSyncAt,
  },
  {
    metric: gauge(
      name('sync_interval_seconds'),
      'How often the data are renewed, from sync_every in the configuration.',
      of,
    ),
    pick: (reading) => reading.syncSeconds,
  },
  {
    metric: gauge(
      name('sync_interval_observed_seconds'),
      'How often the data are renewed: the middle one of the last nine intervals that were seen.',
      of,
    ),
    pick: (reading) => reading.observedSyncSeconds,
  },
  {
    metric: gauge(name('stale'), 'Whether the last sync is older than stale_after, or twice sync_every.', of),
    pick: (reading) => reading.isStale,
  },
  {
    metric: counter(
      name('errors_total'),
      'Probes that found the source in error, and readings of its last sync or quality that failed.',
      of,
    ),
    pick: (reading) => reading.errors,
  },
  {
    metric: counter(name('rate_limited_total'), 'Probes that were refused because a quota was used up.', of),
    pick: (reading) => reading.rateLimited,
  },
  {
    metric: counter(name('own_requests_total'), 'Requests to the source that Watchpost itself has made.', of),
    pick: (reading) => reading.ownRequests,
  },
  {
    metric: gauge(
      name('quota_used'),
      'How much of the quota is used, in the unit of watchpost_data_source_quota_info.',
      of,
    ),
    pick: (reading) => reading.quota?.used,
  },
  {
    metric: gauge(name('quota_limit'), 'How much there is of the quota, in the same unit.', of),
    pick: (reading) => reading.quota?.limit,
  },
  {
    metric: gauge(name('quota_reset_timestamp_seconds'), 'When the quota is full again.', of),
    pick: (reading) => reading.quota?.resetAt,
  },
  {
    metric: gauge(
      name('quota_exhausted_timestamp_seconds'),
      'When the quota will be used up at the pace since it was last full; absent where it will last until the reset.',
      of,
    ),
    pick: (reading) => reading.quotaExhaustedAt,
  },
  {
    metric: gauge(
      name('backoff_until_timestamp_seconds'),
      'Until when the source is not asked, by its own wish.',
      of,
    ),
    pick: (reading) => reading.backoffUntil,
  },
  {
    metric: gauge(
      name('quality_score_ratio'),
      'How good the rows are: the mean of the measured dimensions by their weights.',
      of,
    ),
    pick: (reading) => reading.quality?.score,
  },
  {
    metric: gauge(name('quality_rows'), 'Rows that the quality was measured in.', of),
    pick: (reading) => reading.quality?.rows,
  },
  {
    metric: gauge(name('quality_success'), 'Whether the last attempt to measure the quality succeeded.', of),
    pick: (reading) => reading.qualitySuccess,
  },
]

const status = gauge(
  name('status'),
  'Whether the source is connected, cannot be reached, or answers in error.',
  [...of, 'status'],
)
const quotaInfo = gauge(name('quota_info'), 'What the quota counts and who told it; always 1.', [
  ...of,
  'unit',
  'source',
  'policy',
])
const byDimension = [...of, 'dimension']
const ratio = gauge(
  name('quality_ratio'),
  'How good the rows are in one dimension; absent where it could not be measured.',
  byDimension,
)
const passed = gauge(name('quality_passed'), 'What was found good: the numerator of the ratio.', byDimension)
const checked = gauge(
  name('quality_checked'),
  'What was looked at: the denominator of the ratio.',
  byDimension,
)
const weight = gauge(
  name('quality_weight_ratio'),
  'How much of the score the dimension makes up.',
  byDimension,
)

export const dataSourceMetrics: readonly Metric[] = [
  status,
  ...facts.map(({ metric }) => metric),
  quotaInfo,
  ratio,
  passed,
  checked,
  weight,
]

export function dataSourceFamilies(readings: readonly DataSourceReading[]): Family[] {
  const own = readings.map((reading) => ({ reading, labels: labelsOf(reading) }))
  return [
    family(
      status,
      own.flatMap(({ reading, labels }) =>
        reading.connection ? states(labels, 'status', connections, reading.connection) : [],
      ),
    ),
    ...facts.map(({ metric, pick }) =>
      family(
        metric,
        own.map(({ reading, labels }) => [labels, pick(reading)]),
      ),
    ),
    family(
      quotaInfo,
      own.flatMap(({ reading: { quota }, labels }) =>
        quota
          ? [[{ ...labels, unit: quota.unit, source: quota.source, policy: quota.policy }, 1] as const]
          : [],
      ),
    ),
    ...qualityFamilies(own),
    ...valueFamilies(readings),
  ]
}

function qualityFamilies(own: readonly { reading: DataSourceReading; labels: Labels }[]): Family[] {
  const each = (pick: (quality: Quality) => readonly (readonly [string, number])[]) =>
    own.flatMap(({ reading, labels }) =>
      (reading.quality ? pick(reading.quality) : []).map(
        ([dimension, value]) => [withLabel(labels, 'dimension', dimension), value] as const,
      ),
    )
  const measured = (part: 'ratio' | 'passed' | 'checked') =>
    each(({ measures }) => Object.entries(measures).map(([dimension, measure]) => [dimension, measure[part]]))
  return [
    family(ratio, measured('ratio')),
    family(passed, measured('passed')),
    family(checked, measured('checked')),
    family(
      weight,
      each(({ weights }) => Object.entries(weights)),
    ),
  ]
}

const shortened = new WeakMap<Labels, Labels>()

function labelsOf({ labels, target }: DataSourceReading): Labels {
  const known = shortened.get(labels) ?? Object.freeze({ target })
  shortened.set(labels, known)
  return known
}

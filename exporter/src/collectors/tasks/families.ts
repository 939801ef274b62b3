// Tasks as metrics.
import {
  counter,
  family,
  gauge,
  histogram,
  histogramFamily,
  states,
  withLabel,
} from '../../metrics/metric.ts'
import type { Distribution, Family, Labels } from '../../metrics/metric.ts'
import { durationBounds } from './account/ledger.ts'
import { sourceReasons } from './reading.ts'
import type { TaskReading, TasksReading } from './reading.ts'
import { sourceFacts } from './source-metrics.ts'
import { taskFacts } from './task-metrics.ts'

const of = ['task', 'task_type']

const info = gauge('watchpost_task_info', 'What the configuration says of the task; always 1.', [
  ...of,
  'source',
  'schedule',
  'timezone',
])
const dependency = gauge(
  'watchpost_task_dependency',
  'What the task cannot do without, through any number of steps; always 1.',
  [...of, 'dependency', 'strength', 'depth'],
)
const errors = counter(
  'watchpost_task_run_errors_total',
  'Failed runs of the task by the class of their error.',
  [...of, 'error_class'],
)
const duration = histogram('watchpost_task_run_duration_seconds', 'How long runs of the task took.', of)

const failure = gauge(
  'watchpost_task_source_failure',
  'Why records cannot be read: 1 for the reason that holds.',
  ['source', 'reason'],
)
const persisted = gauge(
  'watchpost_state_persisted',
  'Whether what must outlive a restart is on disk; without --storage.path it never is.',
  ['collector'],
)

export const taskMetrics = [
  ...taskFacts.map(([metric]) => metric),
  info,
  dependency,
  errors,
  duration,
  ...sourceFacts.map(([metric]) => metric),
  failure,
  persisted,
]

const collector: Labels = Object.freeze({ collector: 'tasks' })

export function taskFamilies(reading: TasksReading): Family[] {
  const { tasks, sources } = reading
  return [
    ...taskFacts.map(([metric, value]) =>
      family(
        metric,
        tasks.map((t) => [t.labels, value(t)] as const),
      ),
    ),
    family(
      info,
      tasks.map((t) => [infoLabels(t), 1] as const),
    ),
    family(dependency, tasks.flatMap(dependencySamples)),
    family(errors, tasks.flatMap(errorSamples)),
    histogramFamily(duration, tasks.map(toDistribution)),
    ...sourceFacts.map(([metric, value]) =>
      family(
        metric,
        sources.map((s) => [s.labels, value(s)] as const),
      ),
    ),
    family(
      failure,
      sources.flatMap((s) => states(s.labels, 'reason', sourceReasons, s.reason ?? 'none')),
    ),
    family(persisted, [[collector, sources.every(({ isPersisted }) => isPersisted)]]),
  ]
}

function infoLabels({ labels, source, schedule }: TaskReading): Labels {
  const named = withLabel(labels, 'source', source)
  return withLabel(withLabel(named, 'schedule', schedule?.cron ?? ''), 'timezone', schedule?.timezone ?? '')
}

function dependencySamples({ labels, dependencies }: TaskReading): (readonly [Labels, number])[] {
  return dependencies.map((edge) => [{ ...labels, ...edge }, 1] as const)
}

function errorSamples({ labels, totals }: TaskReading): (readonly [Labels, number])[] {
  return Object.entries(totals.errors).map(
    ([name, count]) => [withLabel(labels, 'error_class', name), count] as const,
  )
}

function toDistribution({ labels, totals }: TaskReading): Distribution {
  return { labels, bounds: durationBounds, counts: totals.durationCounts, sum: totals.durationSum }
}

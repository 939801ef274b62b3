// The metrics of every source of runs, each with the fact that it shows.
import { counter, gauge } from '../../metrics/metric.ts'
import type { Metric } from '../../metrics/metric.ts'
import type { SourceReading } from './reading.ts'

type Value = number | boolean | undefined

export const sourceFacts: readonly (readonly [Metric, (source: SourceReading) => Value])[] = [
  [
    gauge('watchpost_task_source_up', 'Whether the records could be read in this round.', ['source']),
    (s) => s.reason === undefined,
  ],
  [
    gauge('watchpost_task_source_catching_up', 'Whether there are records that were not read yet.', [
      'source',
    ]),
    (s) => s.isCatchingUp,
  ],
  [
    gauge(
      'watchpost_task_source_full_scan',
      'Whether an index is missing, so that the whole table is read.',
      ['source'],
    ),
    (s) => s.scansFully,
  ],
  [
    gauge(
      'watchpost_task_watermark_lag_seconds',
      'How far back the oldest transaction lies that may add records.',
      ['source'],
    ),
    (s) => s.lagSeconds,
  ],
  [
    counter('watchpost_task_watermark_forced_total', 'Times records were no longer waited for.', ['source']),
    (s) => s.forced,
  ],
  [
    gauge(
      'watchpost_task_clock_skew_seconds',
      'How far the clock here is ahead of the clock of the database.',
      ['source'],
    ),
    (s) => s.clockSkewSeconds,
  ],
  [
    counter('watchpost_task_rows_read_total', 'Records read since Watchpost started.', ['source']),
    (s) => s.rowsRead,
  ],
  [
    counter(
      'watchpost_task_future_timestamps_total',
      'Records that ended in the future when they were read.',
      ['source'],
    ),
    (s) => s.futureStamps,
  ],
  [
    counter(
      'watchpost_task_vanished_runs_total',
      'Runs whose record was deleted, or one of too many, before they had ended.',
      ['source'],
    ),
    (s) => s.vanished,
  ],
  [
    counter(
      'watchpost_task_overflow_runs_total',
      'Runs of tasks beyond max_tasks, counted as task __other__.',
      ['source'],
    ),
    (s) => s.overflowed,
  ],
  [
    counter(
      'watchpost_task_state_resets_total',
      'Times the records were found to be others, or the state lost.',
      ['source'],
    ),
    (s) => s.resets,
  ],
]

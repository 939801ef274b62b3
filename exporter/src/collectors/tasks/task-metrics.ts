// The metrics of every task, each with the fact that it shows.
import { counter, gauge } from '../../metrics/metric.ts'
import type { Metric } from '../../metrics/metric.ts'
import type { TaskReading } from './reading.ts'

type Value = number | boolean | undefined

const of = ['task', 'task_type']

export const taskFacts: readonly (readonly [Metric, (task: TaskReading) => Value])[] = [
  [
    counter(
      'watchpost_task_runs_total',
      'Runs of the task that ended in success or failure, from its records.',
      of,
    ),
    (t) => t.totals.runs,
  ],
  [
    counter(
      'watchpost_task_run_failures_total',
      'Runs of the task that ended in failure, from its records.',
      of,
    ),
    (t) => t.totals.failures,
  ],
  [
    counter(
      'watchpost_task_runs_canceled_total',
      'Runs of the task that were canceled; not among its runs.',
      of,
    ),
    (t) => t.totals.canceled,
  ],
  [
    counter('watchpost_task_run_retries_total', 'Runs of the task that repeated a failed one.', of),
    (t) => t.totals.retries,
  ],
  [
    counter('watchpost_task_run_retry_successes_total', 'Repeated runs of the task that succeeded.', of),
    (t) => t.totals.retrySuccesses,
  ],
  [
    counter(
      'watchpost_task_runs_too_short_total',
      'Successes of the task that took less than its min_runtime.',
      of,
    ),
    (t) => (t.schedule?.min_runtime === undefined ? undefined : t.totals.tooShort),
  ],
  [
    counter(
      'watchpost_task_runs_missed_total',
      'Slots of the schedule in which no run began within the grace.',
      of,
    ),
    (t) => t.missed,
  ],
  [
    gauge('watchpost_task_last_start_timestamp_seconds', 'When a run of the task last began.', of),
    (t) => t.totals.lastStart,
  ],
  [
    gauge(
      'watchpost_task_last_success_timestamp_seconds',
      'When a run of the task last ended in success.',
      of,
    ),
    (t) => t.totals.lastSuccess,
  ],
  [
    gauge(
      'watchpost_task_last_failure_timestamp_seconds',
      'When a run of the task last ended in failure.',
      of,
    ),
    (t) => t.totals.lastFailure,
  ],
  [
    gauge('watchpost_task_last_finish_timestamp_seconds', 'When a run of the task last ended.', of),
    (t) => t.totals.lastFinish,
  ],
  [
    gauge(
      'watchpost_task_last_run_duration_seconds',
      'How long the run that was seen to end last has taken.',
      of,
    ),
    (t) => t.totals.lastDuration,
  ],
  [
    gauge('watchpost_task_last_run_success', 'Whether the run that ended last was a success.', of),
    (t) => t.totals.lastRunSucceeded,
  ],
  [
    gauge('watchpost_task_consecutive_failures', 'Failures of the task since its last success.', of),
    (t) => t.totals.consecutiveFailures,
  ],
  [
    gauge('watchpost_task_next_run_timestamp_seconds', 'When the schedule has its next slot.', of),
    (t) => t.nextRun,
  ],
  [gauge('watchpost_task_due_timestamp_seconds', 'When the schedule had its latest slot.', of), (t) => t.due],
  [
    gauge('watchpost_task_overdue', 'Whether a slot was missed and no run has begun since.', of),
    (t) => t.isOverdue,
  ],
  [
    gauge(
      'watchpost_task_missed_slot_timestamp_seconds',
      'While the task is overdue: from when on a run would have answered the slot that was missed last.',
      of,
    ),
    (t) => t.missedSince,
  ],
  [
    gauge('watchpost_task_running', 'Runs of the task that are under way; more than one is an overlap.', of),
    (t) => t.running,
  ],
  [
    gauge(
      'watchpost_task_oldest_running_start_timestamp_seconds',
      'When the oldest run under way began.',
      of,
    ),
    (t) => t.oldestStart,
  ],
  [
    gauge(
      'watchpost_task_running_too_long',
      'Whether a run is under way for longer than the max_runtime.',
      of,
    ),
    (t) => t.isRunningTooLong,
  ],
]

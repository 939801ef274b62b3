import { headings } from '../catalogue/headings.ts'
import { tasks as words } from '../catalogue/tasks.ts'
import type { Dashboard } from '../dashboard.ts'
import { taskTypes as taskTypeWords } from '../label-words.ts'
import { band, section } from '../layout.ts'
import { lateStates, outcomeStates, runStates } from '../mappings.ts'
import type { Panel, PanelFacts } from '../panels/panel.ts'
import { stat } from '../panels/stat.ts'
import { statusHistory } from '../panels/timeline.ts'
import { table } from '../panels/table.ts'
import type { Value } from '../panels/table.ts'
import { timeSeries } from '../panels/time-series.ts'
import { chosenTasks, now, series, thresholdLine } from '../queries.ts'
import { atLeast, calm, noneIsGood, noneIsQuiet } from '../thresholds.ts'
import type { Steps } from '../thresholds.ts'
import { unit } from '../units.ts'
import { tasks as taskVariable } from '../variables.ts'
import { taskNeeds } from './task-needs.ts'
import { taskTypes } from './task-types.ts'

export function tasks(): Dashboard {
  return {
    name: 'tasks',
    text: words,
    from: 'now-24h',
    variables: [taskVariable],
    sections: [
      section(
        words.now,
        band(4, running(), late(), failing(), missed(), successRatio()),
        band(6, taskTypes(6, chosenTasks)),
        band(9, all()),
      ),
      section(words.history, band(9, calendar())),
      section(words.times, band(8, duration(), usual(), open())),
      section(words.faults, band(8, failureRatio(), errors(), retries()), band(8, taskNeeds(15))),
    ],
  }
}

const total = (metric: string, by: string, window = '$__range'): string =>
  `sum by (${by}) (increase(${metric}{${chosenTasks}}[${window}]))`
const runs = 'watchpost_task_runs_total'
const failures = 'watchpost_task_run_failures_total'

function last(metric: string): string {
  return `max by (task) (${metric}{${chosenTasks}})`
}

function sum(metric: string): string {
  return `sum(increase(${metric}{${chosenTasks}}[$__range]))`
}

function successRatioBy(by: string): string {
  return `1 - ${total(failures, by)} / (${total(runs, by)} > 0)`
}

function averageDurationBy(by: string): string {
  const name = 'watchpost_task_run_duration_seconds'
  return `${total(`${name}_sum`, by)} / (${total(`${name}_count`, by)} > 0)`
}

/** How many tasks, or runs, something is true of. */
function count(facts: PanelFacts, steps: Steps, expr: string): Panel {
  return stat({ ...facts, unit: unit.count, decimals: 0, steps, queries: [now(expr)] })
}

function running(): Panel {
  return count({ id: 1, text: words.running }, calm, `sum(${last('watchpost_task_running')})`)
}

function late(): Panel {
  return count({ id: 2, text: words.late }, noneIsGood, `sum(${last('watchpost_task_overdue')})`)
}

function failing(): Panel {
  const failed = `sum(1 - ${last('watchpost_task_last_run_success')})`
  return count({ id: 3, text: words.failing }, noneIsGood, failed)
}

function missed(): Panel {
  return count({ id: 4, text: words.missed }, noneIsQuiet, sum('watchpost_task_runs_missed_total'))
}

function successRatio(): Panel {
  return stat({
    id: 5,
    text: words.successRatio,
    unit: unit.ratio,
    steps: atLeast(0.9, 0.99),
    queries: [now(`1 - ${sum(failures)} / (${sum(runs)} > 0)`)],
  })
}

function all(): Panel {
  const heading = words.headings
  return table({
    id: 7,
    text: words.table,
    keys: {
      task: { heading: headings.task },
      task_type: { heading: heading.type, states: taskTypeWords, widthPixels: 80 },
      schedule: { heading: heading.schedule, widthPixels: 110 },
      timezone: { heading: heading.timezone, widthPixels: 110 },
    },
    values: columns(),
    sort: [{ by: heading.lastResult }],
  })
}

function columns(): readonly Value[] {
  const heading = words.headings
  return [
    { expr: `max by (task, task_type, schedule, timezone) (watchpost_task_info{${chosenTasks}})` },
    {
      expr: last('watchpost_task_last_run_success'),
      heading: heading.lastResult,
      states: outcomeStates,
      shown: 'filled',
      widthPixels: 105,
    },
    {
      expr: `1000 * ${last('watchpost_task_last_finish_timestamp_seconds')}`,
      heading: heading.lastEnd,
      unit: unit.fromNow,
      widthPixels: 120,
    },
    {
      expr: `1000 * ${last('watchpost_task_next_run_timestamp_seconds')}`,
      heading: heading.next,
      unit: unit.fromNow,
      widthPixels: 120,
    },
    {
      expr: last('watchpost_task_overdue'),
      heading: heading.late,
      states: lateStates,
      shown: 'coloured',
      widthPixels: 80,
    },
    {
      expr: last('watchpost_task_consecutive_failures'),
      heading: heading.inRow,
      unit: unit.count,
      steps: noneIsQuiet,
      shown: 'coloured',
      widthPixels: 110,
    },
    {
      expr: successRatioBy('task'),
      heading: heading.successRatio,
      unit: unit.ratio,
      steps: atLeast(0.9, 0.99),
      shown: 'gauge',
      widthPixels: 150,
    },
    { expr: averageDurationBy('task'), heading: heading.duration, unit: unit.seconds, widthPixels: 135 },
  ]
}

function calendar(): Panel {
  const within = (metric: string): string => `${total(metric, 'task', '$__interval')} > bool 0`
  const ended = `${total(runs, 'task', '$__interval')} > 0`
  const skipped = `${total('watchpost_task_runs_missed_total', 'task', '$__interval')} > 0`
  return statusHistory({
    id: 8,
    text: words.calendar,
    states: runStates,
    cells: 96,
    queries: [
      series(`((${within(failures)}) and ${ended}) or 2 * ((${skipped}) > bool 0)`, '{{task}}', {
        step: '1m',
      }),
    ],
  })
}

/** How long something takes, over time. */
function seconds(facts: PanelFacts, expr: string): Panel {
  return timeSeries({
    ...facts,
    unit: unit.seconds,
    min: 0,
    queries: [series(expr, '{{task}}', { step: '1m' })],
  })
}

function duration(): Panel {
  return seconds({ id: 9, text: words.duration }, last('watchpost_task_last_run_duration_seconds'))
}

function usual(): Panel {
  const perSecond = `rate(watchpost_task_run_duration_seconds_bucket{${chosenTasks}}[1d])`
  return seconds({ id: 10, text: words.usual }, `histogram_quantile(0.9, sum by (task, le) (${perSecond}))`)
}

function open(): Panel {
  const start = `min by (task) (watchpost_task_oldest_running_start_timestamp_seconds{${chosenTasks}})`
  return seconds({ id: 11, text: words.open, emptyUntil: 'a task runs' }, `time() - ${start}`)
}

function failureRatio(): Panel {
  const ratio = `${total(failures, 'task', '1h')} / (${total(runs, 'task', '1h')} > 0)`
  return timeSeries({
    id: 12,
    text: words.failureRatio,
    unit: unit.ratio,
    min: 0,
    max: 1,
    queries: [series(ratio, '{{task}}'), thresholdLine('task_failure_rate')],
  })
}

function errors(): Panel {
  const byClass = total('watchpost_task_run_errors_total', 'error_class', '$__interval')
  return timeSeries({
    id: 13,
    text: words.errors,
    unit: unit.count,
    kind: 'bars',
    emptyUntil: 'a task fails',
    queries: [series(`${byClass} > 0`, '{{error_class}}', { step: '1m' })],
  })
}

function retries(): Panel {
  const repeated = total('watchpost_task_run_retries_total', 'task', '$__interval')
  return timeSeries({
    id: 14,
    text: words.retries,
    unit: unit.count,
    kind: 'bars',
    emptyUntil: 'a task fails',
    queries: [series(`${repeated} > 0`, '{{task}}', { step: '1m' })],
  })
}

// The mission's summary of task execution: hourly, daily and weekly. The overview and the tasks dashboard show it.
import { tasks as words } from '../catalogue/tasks.ts'
import { taskTypes as taskTypeWords } from '../label-words.ts'
import type { Panel } from '../panels/panel.ts'
import { table } from '../panels/table.ts'
import { atLeast, noneIsQuiet } from '../thresholds.ts'
import { unit } from '../units.ts'

/** The inside of a selector says which tasks. */
export function taskTypes(id: number, selector: string): Panel {
  const heading = words.headings
  const within = (metric: string): string =>
    `sum by (task_type) (increase(watchpost_task_${metric}{${selector}}[$__range]))`
  return table({
    id,
    text: words.byType,
    keys: { task_type: { heading: heading.type, states: taskTypeWords } },
    values: [
      { expr: within('runs_total'), heading: heading.runs, unit: unit.count, decimals: 0, widthPixels: 90 },
      {
        expr: within('run_failures_total'),
        heading: heading.failures,
        unit: unit.count,
        decimals: 0,
        steps: noneIsQuiet,
        shown: 'coloured',
        widthPixels: 90,
      },
      {
        expr: `1 - ${within('run_failures_total')} / (${within('runs_total')} > 0)`,
        heading: heading.successRatio,
        unit: unit.ratio,
        steps: atLeast(0.9, 0.99),
        shown: 'gauge',
        widthPixels: 150,
      },
      {
        expr: `${within('run_duration_seconds_sum')} / (${within('run_duration_seconds_count')} > 0)`,
        heading: heading.duration,
        unit: unit.seconds,
        widthPixels: 140,
      },
    ],
  })
}

// Task runs by type, as the data models tell them.
import type { z } from 'zod'
import type { TaskReading } from '../../collectors/tasks/reading.ts'
import { maskText } from '../../diagnosis/mask-secrets.ts'
import type { Snapshot } from '../../scrape.ts'
import type { taskExecutionStats } from './models.ts'
import { extreme, moment, sum } from './units.ts'

export function toExecutionStats({ readings }: Snapshot): Record<string, z.input<typeof taskExecutionStats>> {
  const byType = Map.groupBy(readings.tasks?.tasks ?? [], ({ type }) => type)
  const types = new Set([...usualTypes, ...byType.keys()])
  const isKnown = readings.tasks !== undefined
  return Object.fromEntries(
    [...types].map((type) => [type, isKnown ? toStats(type, byType.get(type) ?? []) : unknownStats(type)]),
  )
}

/** Always told of, also while there is no such task: a page with a place for each need not ask which there are. */
const usualTypes = ['hourly', 'daily', 'weekly']

function unknownStats(type: string): z.input<typeof taskExecutionStats> {
  return {
    task_type: type,
    total_tasks: null,
    successful_tasks: null,
    failed_tasks: null,
    success_rate: null,
    avg_execution_time: null,
    last_execution: null,
    next_execution: null,
    error_details: [],
    depends_on: {},
  }
}

function toStats(type: string, tasks: readonly TaskReading[]): z.input<typeof taskExecutionStats> {
  const total = sum(tasks, ({ totals }) => totals.runs)
  const failed = sum(tasks, ({ totals }) => totals.failures)
  const timed = sum(tasks, ({ totals }) => totals.durationCounts.at(-1) ?? 0)
  const notes = tasks.flatMap((task) => task.notes.map((note) => ({ ...note, task: task.task })))
  return {
    task_type: type,
    total_tasks: total,
    successful_tasks: total - failed,
    failed_tasks: failed,
    success_rate: total === 0 ? null : (100 * (total - failed)) / total,
    avg_execution_time: timed === 0 ? null : sum(tasks, ({ totals }) => totals.durationSum) / timed,
    last_execution: moment(
      extreme(
        Math.max,
        tasks.map(({ totals }) => totals.lastFinish),
      ),
    ),
    next_execution: moment(
      extreme(
        Math.min,
        tasks.map(({ nextRun }) => nextRun),
      ),
    ),
    error_details: notes
      .toSorted((a, b) => b.at - a.at)
      .slice(0, 20)
      .map(({ at, task, message }) => `${new Date(at * 1000).toISOString()} ${task}: ${maskText(message)}`),
    depends_on: Object.fromEntries(tasks.map((one) => [one.task, directOf(one)])),
  }
}

function directOf({ dependencies }: TaskReading): string[] {
  return dependencies.filter(({ depth }) => depth === 'direct').map(({ dependency }) => dependency)
}

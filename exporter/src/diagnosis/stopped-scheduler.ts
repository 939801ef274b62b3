// Whether it is the scheduler that stands still: then its tasks are missed together, and none of them is to blame.
import type { SourceReading, TaskReading } from '../collectors/tasks/reading.ts'
import { openSlots } from '../schema/cron.ts'

export interface Standstill {
  /** When the last run of any task began; undefined where none ever did. */
  readonly since: number | undefined
  readonly overdue: readonly TaskReading[]
  /** Those with a run that has not ended: it was left behind, or it blocks the others. */
  readonly open: readonly TaskReading[]
}

/** One task that does not come may have been switched off; two that miss the same time were not. */
const leastOverdue = 2

/** Undefined where runs begin. A source that cannot be read says nothing of it. */
export function findStandstill({ reason, tasks }: SourceReading): Standstill | undefined {
  if (reason !== undefined) return undefined
  const overdue = tasks.filter((task) => task.isOverdue && !isHeldUp(task))
  if (overdue.length < leastOverdue) return undefined
  const starts = tasks.flatMap(({ totals }) => totals.lastStart ?? [])
  const since = starts.length === 0 ? undefined : Math.max(...starts)
  const stopped = overdue.filter((task) => hasStoppedThen(task, since))
  if (stopped.length < leastOverdue) return undefined
  return { since, overdue, open: tasks.filter(({ running }) => (running ?? 0) > 0) }
}

/** A slot is not answered as long as the run before it goes on. */
export function isHeldUp({ running, oldestStart, due }: TaskReading): boolean {
  return (running ?? 0) > 0 && oldestStart !== undefined && due !== undefined && oldestStart < due
}

/** It was still well when the last run of any began, and is due since. */
function hasStoppedThen({ due, schedule, totals }: TaskReading, since: number | undefined): boolean {
  if (since === undefined) return true
  if (due === undefined || due <= since) return false
  if (!schedule || totals.lastStart === undefined) return true
  const slots = openSlots(schedule.cron, schedule.timezone)
  // A run may begin a little before its slot, so one more slot than it missed is allowed for.
  const second = slots.next(slots.next(totals.lastStart) ?? since)
  return second === undefined || second > since
}

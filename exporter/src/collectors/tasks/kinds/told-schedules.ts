// Schedules that a scheduler keeps in its own tables. What croner does not understand is left out, not guessed.
import { cron, timezone } from '../../../schema/cron.ts'
import type { Schedule } from '../account/slots.ts'

export interface ToldSchedule {
  readonly task: string
  readonly cron: string
  readonly timezone: string | null
}

const graceSeconds = 300

/** Of a task with several schedules none: any of them alone would find the runs of the others superfluous. */
export function toSchedules(told: readonly ToldSchedule[]): Schedule[] {
  const tasks = Map.groupBy(told, ({ task }) => task)
  return [...tasks.values()].flatMap(([only, ...more]) => {
    if (!only || more.length > 0) return []
    const zone = only.timezone ?? 'UTC'
    const isKnown = cron.safeParse(only.cron).success && timezone.safeParse(zone).success
    return isKnown ? [{ task: only.task, cron: only.cron, timezone: zone, grace: graceSeconds }] : []
  })
}

// A schedule of somebody else's, as a schedule of ours.
import { cron, openSlots, timezone } from '../../schema/cron.ts'
import { name } from '../../schema/name.ts'
import { literal } from './draft.ts'

export interface Schedule {
  readonly task: string
  readonly type: string
  readonly cron: string
  readonly timezone: string
}

/** A string is why it cannot be one of ours. */
export function toSchedule(task: string, expression: string, zone: string): Schedule | string {
  if (!name.safeParse(task).success) return 'its name is too long, or has control characters in it'
  if (/(?:^|[\s,/(])H/.test(expression))
    return `${expression}: H is Jenkins' and stands for a minute that only Jenkins knows`
  if (expression.includes('~')) return `${expression}: ~ stands for a minute that is drawn anew`
  const problem = cron.safeParse(expression).error ?? timezone.safeParse(zone).error
  if (problem) return `${expression}: ${problem.issues.map(({ message }) => message).join('; ')}`
  return { task: literal(task), type: typeOf(expression), cron: expression, timezone: zone }
}

const hour = 3600
// Days of a clock change have 25 hours.
const types = [
  ['hourly', hour],
  ['daily', 25 * hour],
  ['weekly', 7 * 25 * hour],
] as const

/** By how far its slots are apart at most: every weekday is still daily. */
function typeOf(expression: string): string {
  const slots = openSlots(expression, 'UTC')
  const gaps: number[] = []
  let last = slots.next(Date.UTC(2026, 0, 4) / 1000)
  for (let count = 0; last !== undefined && count < 10; count += 1) {
    const next = slots.next(last)
    if (next !== undefined) gaps.push(next - last)
    last = next
  }
  const usual = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? Infinity
  return types.find(([, longest]) => usual <= longest)?.[0] ?? 'monthly'
}

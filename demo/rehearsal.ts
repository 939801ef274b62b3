// How a fleet for a proof differs from the demo: less happens by chance, and less is there.
import { tasks } from './tasks.ts'
import type { Task } from './tasks.ts'

export interface Rehearsal {
  /** How late the answers of what is slow are. */
  readonly slowMilliseconds: number
  readonly hasStandby: boolean
  /** Whether tasks fail now and then without being broken, as they do in the demo. */
  readonly failsByChance?: boolean
}

/** In most rehearsals no task fails unless it is broken. */
export function tasksOf({ rehearsal }: { readonly rehearsal?: Rehearsal }): readonly Task[] {
  return rehearsal && !rehearsal.failsByChance ? tasks.map((task) => ({ ...task, failureRatio: 0 })) : tasks
}

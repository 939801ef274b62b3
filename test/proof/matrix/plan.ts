// Which faults share an installation, and how fast time runs there.
import { dependencies, watchers } from './faults-reachability.ts'
import { database, resources, second, sources } from './faults-slow.ts'
import type { Fault } from './fault.ts'
import type { Pace } from './scene.ts'

export interface Plan {
  readonly name: string
  readonly pace: Pace
  readonly hasStandby?: boolean
  /** One after the other; the faults of one wave are there at the same time and do not touch each other. */
  readonly waves: readonly (readonly Fault[])[]
}

/** What waits a minute waits six seconds. */
const near: Pace = { factor: 10, groupWaitSeconds: 2 }
/** For what waits a quarter of an hour. */
const far: Pace = { factor: 24, groupWaitSeconds: 1 }

export const plans: readonly Plan[] = [
  { name: 'dependencies', pace: near, waves: dependencies },
  { name: 'watchers', pace: near, waves: watchers },
  { name: 'resources', pace: far, waves: [...resources, ...second] },
  { name: 'database', pace: far, hasStandby: true, waves: database },
  { name: 'sources', pace: far, waves: sources },
]

export function keepOnly(plan: Plan, names: readonly string[]): Plan {
  const waves = plan.waves.map((wave) => wave.filter(({ name }) => names.includes(name)))
  return { ...plan, waves: waves.filter((wave) => wave.length > 0) }
}

// `name` and `depends_on`, as every section of targets has them.
import { z } from 'zod'
import { name } from '../schema/name.ts'
import type { Declaration, Reference } from './collector.ts'

/** A target that another cannot do without (`hard`), or only with less use (`soft`). */
export const dependency = z.union(
  [
    name.transform((text) => ({ name: text, strength: 'hard' as const })),
    z.strictObject({ name, strength: z.enum(['hard', 'soft']).default('hard') }),
  ],
  { error: 'expected the name of a target, or a map with name and strength' },
)

interface Dependent {
  readonly name: string
  readonly depends_on: readonly z.output<typeof dependency>[]
}

export function declareTargets(targets: readonly Pick<Dependent, 'name'>[]): Declaration[] {
  return targets.map((item, index) => ({ path: [index, 'name'], name: item.name }))
}

export function dependencyReferences(targets: readonly Dependent[]): Reference[] {
  return targets.flatMap((item, index) =>
    item.depends_on.map((edge, position) => ({
      path: [index, 'depends_on', position],
      name: edge.name,
      to: 'target' as const,
      edge: { from: item.name, strength: edge.strength },
    })),
  )
}

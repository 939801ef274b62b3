// What tasks cannot do without: named for one task, or for all of a source.
import type { ConfigPath, Reference } from '../collector.ts'
import type { Dependency } from '../target.ts'
import type { TaskSource } from './section.ts'

type Edge = TaskSource['depends_on'][number]
type Known = ReadonlyMap<string, readonly Dependency[]>

export function dependencyReferences(sources: readonly TaskSource[]): Reference[] {
  return sources.flatMap((source, index) => [
    ...toReferences(source.depends_on, [index]),
    ...source.schedules.flatMap((schedule, position) =>
      toReferences(schedule.depends_on, [index, 'schedules', position]),
    ),
  ])
}

function toReferences(edges: readonly Edge[], path: ConfigPath): Reference[] {
  return edges.map(({ name }, index) => ({
    path: [...path, 'depends_on', index],
    name,
    to: 'target' as const,
  }))
}

/** For a task all that it depends on, through any number of steps; `known` are the dependencies of targets. */
export function dependenciesOf(source: TaskSource, known: Known): (task: string) => readonly Dependency[] {
  // Who cannot write that it begins does not begin.
  const records: readonly Edge[] = 'database' in source ? [{ name: source.database, strength: 'hard' }] : []
  const common = [...records, ...source.depends_on]
  const shared = follow(common, known)
  const own = new Map(
    source.schedules.map(({ task, depends_on: edges }) => [
      task,
      edges.length === 0 ? shared : follow([...common, ...edges], known),
    ]),
  )
  return (task) => own.get(task) ?? shared
}

function follow(edges: readonly Edge[], known: Known): readonly Dependency[] {
  const reached = edges.flatMap(({ name, strength }): Dependency[] => [
    { dependency: name, strength, depth: 'direct' },
    ...(known.get(name) ?? []).map(({ dependency, strength: further }): Dependency => {
      return { dependency, strength: strength === 'soft' ? 'soft' : further, depth: 'transitive' }
    }),
  ])
  const found = new Map<string, Dependency>()
  for (const edge of reached) found.set(edge.dependency, stronger(found.get(edge.dependency), edge))
  return [...found.values()]
}

/** Of two ways to one target the stronger counts, and it is as near as the shorter. */
function stronger(known: Dependency | undefined, other: Dependency): Dependency {
  if (!known) return other
  const strength = known.strength === 'hard' ? 'hard' : other.strength
  const depth = known.depth === 'direct' ? 'direct' : other.depth
  return { dependency: known.dependency, strength, depth }
}

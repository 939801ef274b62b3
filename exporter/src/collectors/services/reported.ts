// Dependencies that services report of themselves, joined with those of the configuration.
import type { Context } from '../collector.ts'
import { circlesOf, closures } from '../dependency-graph.ts'
import type { Edges } from '../dependency-graph.ts'
import type { Dependency } from '../target.ts'

export interface Reported {
  readonly target: string
  readonly names: readonly string[]
}

type Known = Context['dependencies']

/** Of one target, where bodies have a say in it. */
const maxDependencies = 200

/** Takes what was reported in a round; gives all that each target depends on. Worked out anew only when that has changed. */
export function createDependencyBook(configured: Known): (reported: readonly Reported[]) => Known {
  let seen = '[]'
  let known = configured
  return (all) => {
    const reported = all.filter(({ names }) => names.length > 0)
    const now = JSON.stringify(reported)
    if (now !== seen) known = reported.length === 0 ? configured : join(configured, reported)
    seen = now
    return known
  }
}

/** Edges that the configuration has win. Of what is reported in a circle nothing is believed: nobody there would be the cause. */
function join(configured: Known, reported: readonly Reported[]): Known {
  const own = new Map([...configured].map(([target, all]) => [target, directOf(all)]))
  const joined = new Map([...own].map(([target, ends]) => [target, new Map(ends)]))
  for (const { target, names } of reported) {
    const ends = joined.get(target) ?? new Map<string, Dependency['strength']>()
    for (const name of names) if (name !== target && !ends.has(name)) ends.set(name, 'hard')
    joined.set(target, ends)
  }
  const circle = circlesOf(joined)
  const believed: Edges = new Map(
    [...joined].map(([target, ends]) => {
      const kept = [...ends].filter(
        ([name]) => own.get(target)?.has(name) || circle.get(name) !== circle.get(target),
      )
      return [target, new Map(kept)]
    }),
  )
  return closures(believed, maxDependencies)
}

function directOf(all: readonly Dependency[]): ReadonlyMap<string, Dependency['strength']> {
  return new Map(
    all.filter(({ depth }) => depth === 'direct').map(({ dependency, strength }) => [dependency, strength]),
  )
}

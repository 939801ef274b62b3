// Who depends on whom, followed through any number of steps.
import type { Dependency } from './target.ts'

/** For each target what it directly depends on, and how strongly. */
export type Edges = ReadonlyMap<string, ReadonlyMap<string, Dependency['strength']>>

/** Everything a target depends on through any number of steps; a way is as strong as its weakest edge. */
export function closures(edges: Edges, limit = Infinity): Map<string, readonly Dependency[]> {
  return new Map([...edges.keys()].map((target) => [target, closure(edges, target, limit)]))
}

function closure(edges: Edges, target: string, limit: number): Dependency[] {
  const found = new Map<string, Dependency>()
  const queue = [...(edges.get(target) ?? [])].map(([dependency, strength]): Dependency => {
    return { dependency, strength, depth: 'direct' }
  })
  for (const edge of queue) {
    if (found.size >= limit) break
    const known = found.get(edge.dependency)
    if (edge.dependency === target || isNoStronger(edge, known)) continue
    found.set(edge.dependency, { ...edge, depth: known?.depth ?? edge.depth })
    for (const [dependency, strength] of edges.get(edge.dependency) ?? []) {
      const through = edge.strength === 'soft' ? 'soft' : strength
      queue.push({ dependency, strength: through, depth: 'transitive' })
    }
  }
  return [...found.values()]
}

function isNoStronger({ strength }: Dependency, known: Dependency | undefined): boolean {
  return known !== undefined && (known.strength === 'hard' || strength === 'soft')
}

/** For each target that lies on a circle a number that it shares with the others of its circles. */
export function circlesOf(edges: Edges): ReadonlyMap<string, number> {
  const backwards = new Map<string, string[]>()
  for (const [from, ends] of edges) {
    for (const to of ends.keys()) backwards.set(to, [...(backwards.get(to) ?? []), from])
  }
  // Kosaraju: what can reach the one that is left last, going backwards, lies on a circle with it.
  const number = new Map<string, number>()
  for (const [index, start] of leavingOrder(edges).toReversed().entries()) {
    const reached = [start]
    for (const name of reached) {
      if (number.has(name)) continue
      number.set(name, index)
      reached.push(...(backwards.get(name) ?? []))
    }
  }
  return number
}

/** The names in the order in which a walk along the edges leaves them for good. */
function leavingOrder(edges: Edges): string[] {
  const left: string[] = []
  const seen = new Set<string>()
  for (const start of edges.keys()) {
    const open = seen.has(start) ? [] : [{ name: start, next: [...(edges.get(start)?.keys() ?? [])] }]
    seen.add(start)
    for (let top = open.at(-1); top; top = open.at(-1)) {
      const name = top.next.pop()
      if (name === undefined) left.push(open.pop()?.name ?? '')
      else if (!seen.has(name)) {
        seen.add(name)
        open.push({ name, next: [...(edges.get(name)?.keys() ?? [])] })
      }
    }
  }
  return left
}

// What no single section can see: names used twice, names of nothing, and circles of dependencies.
import { collectors } from '../collectors/index.ts'
import type { Declaration, Reference } from '../collectors/collector.ts'
import type { Dependency } from '../collectors/target.ts'
import type { Path } from './problem.ts'
import { formatPath, nearest } from './problem.ts'
import type { Finding } from './issue.ts'
import type { Settings } from './schema.ts'

interface Names {
  readonly declarations: readonly (Declaration & { readonly section: string })[]
  readonly references: readonly Reference[]
}

export interface Linked {
  readonly findings: readonly Finding[]
  readonly dependencies: ReadonlyMap<string, readonly Dependency[]>
}

export function linkReferences(settings: Settings): Linked {
  const names = collectNames(settings)
  const edges = edgesOf(names.references)
  const circles = circleFindings(names.references, edges)
  return {
    findings: [...duplicateFindings(names), ...danglingFindings(names), ...circles],
    dependencies: circles.length > 0 ? new Map() : closures(edges),
  }
}

function collectNames(settings: Settings): Names {
  const declarations: (Declaration & { section: string })[] = []
  const references: Reference[] = []
  for (const collector of collectors) {
    const section = settings[collector.name]
    if (section === undefined) continue
    const inside = <T extends { readonly path: Path }>(item: T): T => ({
      ...item,
      path: [collector.name, ...item.path],
    })
    for (const found of collector.declarations?.(section as never) ?? []) {
      declarations.push({ ...inside(found), section: collector.name })
    }
    references.push(...(collector.references?.(section as never) ?? []).map(inside))
  }
  return { declarations, references }
}

function duplicateFindings({ declarations }: Names): Finding[] {
  const first = new Map<string, Path>()
  return declarations.flatMap(({ name, path }) => {
    const earlier = first.get(name)
    if (!earlier) first.set(name, path)
    const message = `expected a name that no other target has, got ${JSON.stringify(name)}, the name of ${formatPath((earlier ?? path).slice(0, -1))}`
    return earlier ? [{ path, message }] : []
  })
}

function danglingFindings({ declarations, references }: Names): Finding[] {
  return references.flatMap(({ name, path, to }) => {
    const known = declarations.filter(({ isQueryable }) => to === 'target' || isQueryable).map((d) => d.name)
    if (known.includes(name)) return []
    const meant = nearest(name, known)
    const hint = meant ? `; did you mean ${meant}?` : ''
    const thing = to === 'target' ? 'a service, database or data source' : 'a database that speaks SQL'
    return [{ path, message: `expected the name of ${thing}, got ${JSON.stringify(name)}${hint}` }]
  })
}

type Edges = ReadonlyMap<string, ReadonlyMap<string, Dependency['strength']>>

function edgesOf(references: readonly Reference[]): Edges {
  const edges = new Map<string, Map<string, Dependency['strength']>>()
  for (const { name, edge } of references) {
    if (!edge) continue
    const from = edges.get(edge.from) ?? new Map<string, Dependency['strength']>()
    edges.set(edge.from, from.set(name, edge.strength))
  }
  return edges
}

function circleFindings(references: readonly Reference[], edges: Edges): Finding[] {
  const reported = new Set<string>()
  return references.flatMap(({ path, name, edge }) => {
    if (!edge) return []
    const back = pathBetween(edges, name, edge.from)
    if (!back) return []
    const members = [edge.from, ...back]
    const key = [...new Set(members)].toSorted().join('\u0000')
    if (reported.has(key)) return []
    reported.add(key)
    return [{ path, message: `expected dependencies without a circle, got ${members.join(' → ')}` }]
  })
}

function pathBetween(edges: Edges, from: string, to: string, seen = new Set<string>()): string[] | undefined {
  if (from === to) return [from]
  seen.add(from)
  for (const next of edges.get(from)?.keys() ?? []) {
    const rest = seen.has(next) ? undefined : pathBetween(edges, next, to, seen)
    if (rest) return [from, ...rest]
  }
  return undefined
}

/** Everything a target depends on through any number of steps; a way is as strong as its weakest edge. */
export function closures(edges: Edges): Map<string, readonly Dependency[]> {
  return new Map([...edges.keys()].map((target) => [target, closure(edges, target)]))
}

function closure(edges: Edges, target: string): Dependency[] {
  const found = new Map<string, Dependency>()
  const queue = [...(edges.get(target) ?? [])].map(([dependency, strength]): Dependency => {
    return { dependency, strength, depth: 'direct' }
  })
  for (const edge of queue) {
    const known = found.get(edge.dependency)
    if (edge.dependency === target || (known && (known.strength === 'hard' || edge.strength === 'soft')))
      continue
    found.set(edge.dependency, { ...edge, depth: known?.depth ?? edge.depth })
    for (const [dependency, strength] of edges.get(edge.dependency) ?? []) {
      const through = edge.strength === 'soft' ? 'soft' : strength
      queue.push({ dependency, strength: through, depth: 'transitive' })
    }
  }
  return [...found.values()]
}

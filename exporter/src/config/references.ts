// What no single section can see: names used twice, names of nothing, and circles of dependencies.
import type { AnyCollector } from '../collectors/index.ts'
import type { Declaration, Reference } from '../collectors/collector.ts'
import { closures } from '../collectors/dependency-graph.ts'
import type { Edges } from '../collectors/dependency-graph.ts'
import type { Dependency } from '../collectors/target.ts'
import type { Path } from './problem.ts'
import { formatPath, nearest } from './problem.ts'
import type { Finding } from './issue.ts'
import type { Settings } from './schema.ts'

interface Names {
  readonly declarations: readonly (Declaration & { readonly section: string })[]
  readonly references: readonly Reference[]
}

interface Linked {
  readonly findings: readonly Finding[]
  readonly dependencies: ReadonlyMap<string, readonly Dependency[]>
}

export function linkReferences(settings: Settings, collectors: readonly AnyCollector[]): Linked {
  const names = collectNames(settings, collectors)
  const edges = edgesOf(names.references)
  const circular = circleFindings(names.references, edges)
  return {
    findings: [...duplicateFindings(names), ...danglingFindings(names), ...circular],
    dependencies: circular.length > 0 ? new Map() : closures(edges),
  }
}

function collectNames(settings: Settings, collectors: readonly AnyCollector[]): Names {
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
  const known = {
    target: new Set(declarations.map((one) => one.name)),
    database: new Set(declarations.flatMap((one) => (one.isQueryable ? [one.name] : []))),
  }
  return references.flatMap(({ name, path, to }) => {
    if (known[to].has(name)) return []
    const meant = nearest(name, known[to])
    const hint = meant ? `; did you mean ${meant}?` : ''
    const thing = to === 'target' ? 'a service, database or data source' : 'a database that speaks SQL'
    return [{ path, message: `expected the name of ${thing}, got ${JSON.stringify(name)}${hint}` }]
  })
}

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
  const places = new Map<string, Path>()
  for (const { name, path, edge } of references) if (edge) places.set(edgeKey(edge.from, name), path)
  return circles(edges).map((members) => {
    const [from = '', to = ''] = members
    const shown = members.length > maxShown ? [...members.slice(0, maxShown), '…'] : members
    const message = `expected dependencies without a circle, got ${shown.join(' → ')}`
    return { path: places.get(edgeKey(from, to)) ?? [], message }
  })
}

const maxShown = 20

function edgeKey(from: string, to: string): string {
  return `${from}\u0000${to}`
}

/** Each circle that a walk along the edges meets, its first member named again at the end. Without recursion: chains may be long. */
function circles(edges: Edges): string[][] {
  const found: string[][] = []
  const done = new Set<string>()
  for (const start of edges.keys()) {
    const path = [start]
    const onPath = new Set(path)
    const left = [[...(edges.get(start)?.keys() ?? [])]]
    while (path.length > 0) {
      const next = left.at(-1)?.shift()
      if (next === undefined) {
        left.pop()
        const end = path.pop() ?? ''
        onPath.delete(end)
        done.add(end)
      } else if (onPath.has(next)) {
        found.push([...path.slice(path.indexOf(next)), next])
      } else if (!done.has(next)) {
        path.push(next)
        onPath.add(next)
        left.push([...(edges.get(next)?.keys() ?? [])])
      }
    }
  }
  return found
}

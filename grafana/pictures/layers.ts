// Where the nodes of a graph stand: in layers, who depends on nothing at the right, so that arrows cross little.
import type { Drawing } from './drawing.ts'

export interface Spot {
  readonly x: number
  readonly y: number
}

type Edge = { readonly source: string; readonly target: string }
type Layers = readonly (readonly string[])[]

export const nodeRadius = 30
// Below the circle stand a title and a subtitle.
const labelHeight = 36
const mostTried = 5_000
/** A layer may stand higher or lower, by so much of the distance between its nodes. */
const shifts = [-0.2, 0, 0.2]

export function placeNodes(
  ids: readonly string[],
  edges: readonly Edge[],
  size: Drawing['size'],
): ReadonlyMap<string, Spot> {
  const layers = toLayers(ids, edges)
  const all = layers.reduce((number, { length }) => number * factorial(length), 1)
  // Of a fleet that is too large for it, nodes stay in their order.
  const orders = all > mostTried ? [layers] : combinations(layers.map(permutations))
  const moved = combinations(layers.map(() => shifts))
  const placed = orders.map((order) => {
    const shift = cheapest(moved, (choice) => costOf(toSpots(order, choice, size), edges))
    return toSpots(order, shift, size)
  })
  return cheapest(placed, (spots) => costOf(spots, edges))
}

function cheapest<T>(choices: readonly T[], costOfOne: (choice: T) => number): T {
  const costs = choices.map(costOfOne)
  const found = choices[costs.indexOf(Math.min(...costs))]
  if (found === undefined) throw new Error('there is nothing to choose from')
  return found
}

function toLayers(ids: readonly string[], edges: readonly Edge[]): Layers {
  const depth = new Map<string, number>()
  const depthOf = (id: string): number => {
    const known = depth.get(id)
    if (known !== undefined) return known
    const below = edges.filter(({ source }) => source === id).map(({ target }) => depthOf(target) + 1)
    const found = below.length > 0 ? Math.max(...below) : 0
    depth.set(id, found)
    return found
  }
  const byDepth = Map.groupBy(ids, depthOf)
  return Array.from({ length: Math.max(0, ...byDepth.keys()) + 1 }, (_, layer) => byDepth.get(layer) ?? [])
}

function toSpots(layers: Layers, moved: readonly number[], size: Drawing['size']): Map<string, Spot> {
  const deepest = Math.max(1, layers.length - 1)
  const lowest = size.height - 16 - nodeRadius - labelHeight
  const spots = layers.flatMap((members, layer) =>
    members.map((id, index): [string, Spot] => {
      const x = size.width * (0.92 - (0.84 * layer) / deepest)
      const part = index + 0.5 + (moved[layer] ?? 0)
      const y = 8 + ((size.height - 24) * part) / members.length
      return [id, { x, y: Math.min(Math.max(y, nodeRadius + 8), lowest) }]
    }),
  )
  return new Map(spots)
}

/** An arrow over a node that is not its own is worse than any crossing. */
function costOf(spots: ReadonlyMap<string, Spot>, edges: readonly Edge[]): number {
  const lines = edges.flatMap(({ source, target }) => {
    const [from, to] = [spots.get(source), spots.get(target)]
    return from && to ? [{ source, target, from, to }] : []
  })
  const covered = lines.map(
    ({ source, target, from, to }) =>
      [...spots].filter(([id, spot]) => id !== source && id !== target && passes(from, to, spot)).length,
  )
  const crossings = lines.map(
    (one, index) =>
      lines.slice(index + 1).filter((other) => cross(one.from, one.to, other.from, other.to)).length,
  )
  return 10 * sum(covered) + sum(crossings)
}

function passes(from: Spot, to: Spot, { x, y }: Spot): boolean {
  if (x <= Math.min(from.x, to.x) || x >= Math.max(from.x, to.x)) return false
  const at = from.y + ((to.y - from.y) * (x - from.x)) / (to.x - from.x)
  return at > y - nodeRadius - 8 && at < y + nodeRadius + labelHeight
}

function cross(a: Spot, b: Spot, c: Spot, d: Spot): boolean {
  const side = (p: Spot, q: Spot, r: Spot): number =>
    Math.sign((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x))
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0
}

function permutations(items: readonly string[]): readonly (readonly string[])[] {
  if (items.length < 2) return [items]
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  )
}

function combinations<T>(choices: readonly (readonly T[])[]): readonly (readonly T[])[] {
  return choices.reduce<readonly (readonly T[])[]>(
    (begun, next) => begun.flatMap((some) => next.map((one) => [...some, one])),
    [[]],
  )
}

function factorial(number: number): number {
  return number < 2 ? 1 : number * factorial(number - 1)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

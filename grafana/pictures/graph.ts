// The dependency graph in layers: who depends on nothing stands at the right.
import type { Drawing } from './drawing.ts'
import { write } from './svg.ts'
import { paint, theme } from './theme.ts'

interface Spot {
  readonly x: number
  readonly y: number
}

export function drawGraph({ asked, size }: Drawing): string {
  const labelsOf = (refId: string): Readonly<Record<string, string>>[] =>
    asked
      .filter(({ query }) => query.refId === refId)
      .flatMap(({ answer }) => answer.series.map(({ labels }) => labels))
  const nodes = labelsOf('nodes')
  const edges = labelsOf('edges').map((labels) => ({
    source: labels['source'] ?? '',
    target: labels['target'] ?? '',
    isSoft: labels['strokedasharray'] !== undefined,
  }))
  const spots = layered(
    nodes.map((labels) => labels['id'] ?? ''),
    edges,
    size,
  )
  const arrows = edges.map(({ source, target, isSoft }) =>
    drawArrow(spots.get(source), spots.get(target), isSoft),
  )
  const circles = nodes.map((labels) => drawNode(labels, spots.get(labels['id'] ?? '')))
  return `${head}${arrows.join('')}${circles.join('')}`
}

const radius = 30
const head = `<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z" fill="${theme.faint}"/></marker></defs>`

type Edge = { readonly source: string; readonly target: string }

function layered(ids: readonly string[], edges: readonly Edge[], size: Drawing['size']): Map<string, Spot> {
  const depth = new Map<string, number>()
  const depthOf = (id: string): number => {
    const known = depth.get(id)
    if (known !== undefined) return known
    const below = edges.filter(({ source }) => source === id).map(({ target }) => depthOf(target) + 1)
    const found = below.length > 0 ? Math.max(...below) : 0
    depth.set(id, found)
    return found
  }
  const deepest = Math.max(1, ...ids.map(depthOf))
  const layers = Map.groupBy(ids, depthOf)
  const spots = [...layers].flatMap(([layer, members]) =>
    members.map((id, index): [string, Spot] => {
      const x = size.width * (0.92 - (0.84 * layer) / deepest)
      return [id, { x, y: 8 + ((size.height - 24) * (index + 0.5 + (layer % 2) * 0.12)) / members.length }]
    }),
  )
  return new Map(spots)
}

function drawArrow(from: Spot | undefined, to: Spot | undefined, isSoft: boolean): string {
  if (from === undefined || to === undefined) return ''
  const length = Math.hypot(to.x - from.x, to.y - from.y)
  const [dx, dy] = [((to.x - from.x) / length) * radius, ((to.y - from.y) / length) * radius]
  const dashes = isSoft ? ' stroke-dasharray="6"' : ''
  return `<line x1="${from.x + dx}" y1="${from.y + dy}" x2="${to.x - dx}" y2="${to.y - dy}" stroke="${theme.faint}" stroke-width="1.4" marker-end="url(#head)"${dashes}/>`
}

function drawNode(labels: Readonly<Record<string, string>>, spot: Spot | undefined): string {
  if (spot === undefined) return ''
  const circle = `<circle cx="${spot.x}" cy="${spot.y}" r="${radius}" fill="${theme.panel}" stroke="${paint(labels['color'])}" stroke-width="4"/>`
  const state = write(spot.x, spot.y + 4, labels['mainstat'] ?? '', { size: 10, anchor: 'middle' })
  const title = write(spot.x, spot.y + radius + 16, labels['title'] ?? '', { anchor: 'middle', weight: 600 })
  const kind = write(spot.x, spot.y + radius + 30, labels['subtitle'] ?? '', {
    size: 10,
    colour: theme.faint,
    anchor: 'middle',
  })
  return `${circle}${state}${title}${kind}`
}

// The dependency graph: circles with a state, and arrows to what each depends on.
import type { Drawing } from './drawing.ts'
import { nodeRadius as radius, placeNodes } from './layers.ts'
import type { Spot } from './layers.ts'
import { write } from './svg.ts'
import { paint, theme } from './theme.ts'

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
  const spots = placeNodes(
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

const head = `<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z" fill="${theme.faint}"/></marker></defs>`

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

// A dashboard as one picture: its panels where Grafana puts them, with the data that they have now.
import type { Panel as Model, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard'
import { render } from '../dashboard.ts'
import type { Dashboard } from '../dashboard.ts'
import type { Language } from '../language.ts'
import { panelsOf } from '../layout.ts'
import { ask } from '../proof/ask.ts'
import type { Asking } from '../proof/ask.ts'
import type { Asked } from '../proof/ask.ts'
import { drawBars } from './bars.ts'
import type { Drawing } from './drawing.ts'
import { drawGraph } from './graph.ts'
import { drawHeatmap } from './heatmap.ts'
import { drawLines } from './lines.ts'
import { drawStat } from './stat.ts'
import { fit, nested, rectangle, write } from './svg.ts'
import type { Box } from './svg.ts'
import { drawTable } from './table.ts'
import { theme } from './theme.ts'
import { drawTimeline } from './timeline.ts'

const cell = { width: 60, height: 34 } as const
const gap = 6
const titleHeight = 28

const draw: Readonly<Record<string, (drawing: Drawing) => string>> = {
  stat: drawStat,
  bargauge: drawBars,
  timeseries: drawLines,
  heatmap: drawHeatmap,
  table: drawTable,
  'state-timeline': drawTimeline,
  'status-history': drawTimeline,
  nodeGraph: drawGraph,
}

/** As on a wide screen, or one under another as on a phone. */
export type Layout = 'wide' | 'phone'

const columnsOn: Readonly<Record<Layout, number>> = { wide: 24, phone: 6 }

export async function drawPage(
  dashboard: Dashboard,
  language: Language,
  asking: Asking,
  layout: Layout = 'wide',
): Promise<string> {
  const rows = opened(render(dashboard, language).panels ?? [])
  const placed = layout === 'wide' ? rows : stacked(rows)
  const answers = new Map<number, Asked[]>()
  for (const { id, queries } of panelsOf(dashboard.sections)) {
    const asked = queries.map(async (query) => ({ query, answer: await ask(query, asking) }))
    answers.set(id, await Promise.all(asked))
  }
  const parts = placed.map((one) => {
    const box = boxOf(one)
    if (one.type === 'row') return write(box.x + 4, box.y + 22, one.title ?? '', { size: 15, weight: 600 })
    return drawPanel(one, box, { language, asked: answers.get(one.id ?? 0) ?? [], asking })
  })
  const bottom = Math.max(...placed.map((one) => boxOf(one).y + boxOf(one).height)) + gap
  const page = { x: 0, y: 0, width: columnsOn[layout] * cell.width + gap, height: bottom }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${page.width}" height="${page.height}" viewBox="0 0 ${page.width} ${page.height}" font-family="${theme.font}">${rectangle(page, theme.page)}${parts.join('')}</svg>\n`
}

/** With closed rows opened, and what is below them moved down. */
function opened(placed: readonly (Model | RowPanel)[]): (Model | RowPanel)[] {
  let below = 0
  return placed.flatMap((one) => {
    const inside = 'panels' in one ? (one.panels ?? []) : []
    const moved = [one, ...inside].map((each) => moveDown(each, below))
    const ends = inside.map(({ gridPos }) => (gridPos?.y ?? 0) + (gridPos?.h ?? 0))
    below += Math.max(0, ...ends.map((end) => end - (one.gridPos?.y ?? 0) - 1))
    return moved
  })
}

function moveDown<One extends Model | RowPanel>(one: One, by: number): One {
  const { gridPos } = one
  return gridPos === undefined ? one : { ...one, gridPos: { ...gridPos, y: gridPos.y + by } }
}

/** Grafana gives each panel the whole width of a narrow screen, and keeps its height. */
function stacked(rows: readonly (Model | RowPanel)[]): (Model | RowPanel)[] {
  let y = 0
  return rows.map((one) => {
    const h = one.gridPos?.h ?? 1
    y += h
    return { ...one, gridPos: { x: 0, y: y - h, w: columnsOn.phone, h } }
  })
}

function boxOf({ gridPos }: Model | RowPanel): Box {
  const { x, y, w, h } = gridPos ?? { x: 0, y: 0, w: 0, h: 0 }
  return {
    x: x * cell.width + gap,
    y: y * cell.height + gap,
    width: w * cell.width - gap,
    height: h * cell.height - gap,
  }
}

interface Content {
  readonly language: Language
  readonly asked: readonly Asked[]
  readonly asking: Asking
}

function drawPanel(model: Model, box: Box, { language, asked, asking }: Content): string {
  const size = { width: box.width - 16, height: box.height - titleHeight - 8 }
  const isEmpty = asked.every(({ answer }) => answer.series.length === 0)
  const drawing = { model, language, asked, size, from: asking.now - asking.rangeSeconds, to: asking.now }
  const content = isEmpty ? drawNothing(model, size) : (draw[model.type]?.(drawing) ?? '')
  return [
    rectangle(box, theme.panel, theme.border),
    write(box.x + 10, box.y + 19, fit(model.title ?? '', box.width - 16, 13), { size: 13, weight: 600 }),
    nested({ x: box.x + 8, y: box.y + titleHeight, ...size }, content),
  ].join('')
}

function drawNothing(model: Model, { width, height }: Pick<Box, 'width' | 'height'>): string {
  const words = model.fieldConfig?.defaults.noValue ?? ''
  return write(width / 2, height / 2 + 4, fit(words, width), { colour: theme.faint, anchor: 'middle' })
}

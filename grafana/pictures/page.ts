// A dashboard as one picture: its panels where Grafana puts them, with the data that they have now.
import type { Panel as Model, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard'
import { render } from '../dashboard.ts'
import type { Dashboard } from '../dashboard.ts'
import type { Language } from '../language.ts'
import { panelsOf } from '../layout.ts'
import { ask } from '../proof/ask.ts'
import type { Asking } from '../proof/ask.ts'
import type { Asked } from '../proof/judge.ts'
import { drawBars } from './bars.ts'
import type { Drawing } from './drawing.ts'
import { drawGraph } from './graph.ts'
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
  table: drawTable,
  'state-timeline': drawTimeline,
  'status-history': drawTimeline,
  nodeGraph: drawGraph,
}

export async function drawPage(dashboard: Dashboard, language: Language, asking: Asking): Promise<string> {
  const placed = render(dashboard, language).panels ?? []
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
  const page = { x: 0, y: 0, width: 24 * cell.width + gap, height: bottom }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${page.width}" height="${page.height}" viewBox="0 0 ${page.width} ${page.height}" font-family="${theme.font}">${rectangle(page, theme.page)}${parts.join('')}</svg>\n`
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

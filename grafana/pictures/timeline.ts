// A row for each series and a box for each time that a state lasted.
import { namedSeries } from './drawing.ts'
import type { Drawing, NamedSeries } from './drawing.ts'
import { fit, rectangle, write } from './svg.ts'
import { theme } from './theme.ts'
import { show } from './values.ts'

export function drawTimeline(drawing: Drawing): string {
  const { size, from, to } = drawing
  const rows = namedSeries(drawing)
  const names = Math.min(230, size.width * 0.28)
  const height = Math.min(30, (size.height - 20) / Math.max(1, rows.length))
  const room = size.width - names - 8
  const place = (time: number): number => names + (room * (time - from)) / (to - from)
  const labels = rows.map((row, index) =>
    write(names - 8, index * height + height / 2 + 4, fit(row.name, names - 10), { anchor: 'end' }),
  )
  const boxes = rows.flatMap((row, index) =>
    drawRow(row, { drawing, place, y: index * height + 2, height: height - 4 }),
  )
  return [
    ...labels,
    ...boxes,
    ...axis(from, to, place, Math.min(size.height, rows.length * height + 16)),
  ].join('')
}

interface Place {
  readonly drawing: Drawing
  readonly place: (time: number) => number
  readonly y: number
  readonly height: number
}

function drawRow({ points }: NamedSeries, { drawing, place, y, height }: Place): string[] {
  const step = stepOf(points)
  const isHistory = drawing.model.type === 'status-history'
  const spans = isHistory
    ? points.map(([time, value]) => ({ from: time, to: time, value }))
    : merge(points, step)
  return spans.map((span) => {
    const { colour } = show(span.value, drawing.model.fieldConfig?.defaults ?? {})
    const [x, end] = [Math.max(place(span.from - step), place(drawing.from)), place(span.to)]
    return rectangle({ x, y, width: Math.max(1, end - x - (isHistory ? 1 : 0)), height }, colour)
  })
}

interface Span {
  readonly from: number
  to: number
  readonly value: number
}

/** One box for as long as a state lasts. */
function merge(points: NamedSeries['points'], step: number): readonly Span[] {
  const spans: Span[] = []
  for (const [time, value] of points) {
    const last = spans.at(-1)
    if (last?.value === value && time - last.to <= 1.5 * step) last.to = time
    else spans.push({ from: time, to: time, value })
  }
  return spans
}

function stepOf(points: NamedSeries['points']): number {
  const gaps = points.slice(1).map(([time], index) => time - (points[index]?.[0] ?? time))
  return gaps.length > 0 ? Math.min(...gaps) : 15
}

function axis(from: number, to: number, place: (time: number) => number, y: number): string[] {
  return [0.1, 0.5, 0.9].map((share) => {
    const time = from + (to - from) * share
    const clock = new Date(time * 1000).toISOString().slice(11, 16)
    return write(place(time), y, clock, { size: 10, colour: theme.faint, anchor: 'middle' })
  })
}

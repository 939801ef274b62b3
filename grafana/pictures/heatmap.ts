// How values are distributed over time: a row for each bucket, a cell for each time, the darker the more.
import { namedSeries } from './drawing.ts'
import type { Drawing, NamedSeries } from './drawing.ts'
import { rectangle, write } from './svg.ts'
import { theme } from './theme.ts'
import { format } from './values.ts'

const names = 62

export function drawHeatmap(drawing: Drawing): string {
  const { size, from, to } = drawing
  const rows = namedSeries(drawing).toSorted((one, other) => boundOf(one) - boundOf(other))
  const counts = rows.map((row, index) => countsOf(row, rows[index - 1]))
  const most = Math.max(1, ...counts.flatMap((row) => [...row.values()]))
  const height = (size.height - 20) / Math.max(1, rows.length)
  const step = stepOf(rows[0])
  const place = (time: number): number => names + ((size.width - names) * (time - from)) / (to - from)
  const cells = counts.flatMap((row, index) =>
    [...row]
      .filter(([, count]) => count > 0)
      .map(([time, count]) => {
        const x = Math.max(names, place(time - step))
        const box = {
          x,
          y: (rows.length - 1 - index) * height,
          width: place(time) - x - 1,
          height: height - 1,
        }
        return `<g opacity="${(0.2 + 0.8 * Math.sqrt(count / most)).toFixed(2)}">${rectangle(box, '#5794f2')}</g>`
      }),
  )
  const labels = rows.map(({ name }, index) =>
    write(names - 8, (rows.length - index - 0.5) * height + 4, bucketName(name), {
      size: 10,
      colour: theme.faint,
      anchor: 'end',
    }),
  )
  return [...cells, ...labels].join('')
}

function boundOf({ name }: NamedSeries): number {
  return name === '+Inf' ? Infinity : Number(name)
}

function bucketName(bound: string): string {
  return bound === '+Inf' ? 'more' : format(Number(bound), { unit: 's' })
}

/** Buckets of Prometheus hold what smaller ones hold. */
function countsOf({ points }: NamedSeries, smaller: NamedSeries | undefined): ReadonlyMap<number, number> {
  const below = new Map(smaller?.points)
  return new Map(points.map(([time, value]) => [time, value - (below.get(time) ?? 0)]))
}

function stepOf(row: NamedSeries | undefined): number {
  const [first, second] = row?.points ?? []
  return first && second ? second[0] - first[0] : 15
}

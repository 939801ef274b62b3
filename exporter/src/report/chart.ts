// One metric's course as an SVG that stands alone, in the colours of the reader's light or dark page.
import { scaleLinear, scaleUtc } from 'd3-scale'
import type { ScaleTime } from 'd3-scale'
import { line } from 'd3-shape'
import type { Course } from './facts.ts'
import { escapeMarkup } from './markup.ts'

export interface ChartOptions {
  /** Unique on the page. */
  readonly id: string
  readonly title: string
  /** What the picture shows, for those who cannot see it. */
  readonly description: string
  /** At most `mostLines`. */
  readonly courses: readonly Course[]
  /** Which line each of them has. */
  readonly lines: readonly number[]
  readonly unit: string
  readonly from: number
  readonly to: number
  readonly limit: { readonly value: number; readonly label: string } | undefined
  /** The largest value that there can be. */
  readonly most: number | undefined
  readonly locale: string
}

const [width, height] = [760, 280]
const [left, right, top, bottom] = [64, 16, 12, 28]
const gapMilliseconds = 1.5 * 3_600_000

/** More lines than this cannot be told apart; the worst are drawn. */
export const mostLines = 8

// Okabe and Ito's colours, which the colour-blind can tell apart too, darker or lighter where the ground asks for it.
const light = ['#0072b2', '#b85000', '#00785a', '#a8487f', '#7a6a00', '#3b6fb6', '#555555', '#7b3fa0']
const dark = ['#56b4e9', '#ff9d57', '#2fd6a8', '#e59fc6', '#f0e442', '#9dbcf0', '#c9c9c9', '#c79bea']
const dashes = ['none', '8 5', '2 5', '10 5 2 5', 'none', '8 5', '2 5', '10 5 2 5']

const style = [
  '.chart{font:12px system-ui,sans-serif;color:#1b1f24;--limit:#b3261e;--grid:#8888}',
  ...light.map((colour, index) => `.chart{--line-${index}:${colour}}`),
  '@media (prefers-color-scheme:dark){.chart{color:#e6e8eb;--limit:#ff8a80}',
  ...dark.map((colour, index) => `.chart{--line-${index}:${colour}}`),
  '}',
].join('')

export function renderChart(options: ChartOptions): string {
  const { id, title, description, from, to, unit, limit, locale } = options
  const x = scaleUtc([from * 1000, to * 1000], [left, width - right])
  const y = scaleLinear(rangeOf(options), [height - bottom, top]).nice(5)
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 })
  const rows = y.ticks(5).map((value) => {
    const at = y(value).toFixed(1)
    return `<path d="M${left} ${at}H${width - right}" stroke="var(--grid)"/><text x="${left - 8}" y="${at}" dy="4" text-anchor="end">${number.format(value)} ${escapeMarkup(unit)}</text>`
  })
  const lines = options.courses.map(({ trend }, position) => {
    const index = options.lines[position] ?? position
    const points = withGaps(trend.points)
    const path = line<readonly [number, number] | undefined>()
      .defined((point) => point !== undefined)
      .x((point) => x(point?.[0] ?? 0))
      .y((point) => y(point?.[1] ?? 0))
      .digits(1)(points)
    // An hour between two gaps is a line without length.
    const dots = points.flatMap((point, at) =>
      point && !points[at - 1] && !points[at + 1]
        ? [
            `<circle cx="${x(point[0]).toFixed(1)}" cy="${y(point[1]).toFixed(1)}" r="3.5" fill="var(--line-${index})"/>`,
          ]
        : [],
    )
    return `${dots.join('')}<path d="${path ?? ''}" fill="none" stroke="var(--line-${index})" stroke-width="2" stroke-linecap="round" stroke-dasharray="${dashes[index] ?? 'none'}"><title>${escapeMarkup(trend.target)}</title></path>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-description">`,
    `<title id="${id}-title">${escapeMarkup(title)}</title><desc id="${id}-description">${escapeMarkup(description)}</desc>`,
    `<style>${style}</style><g fill="currentColor">`,
    ...rows,
    ...renderTimes(x, options),
    '</g>',
    ...lines,
    ...(limit && limit.value <= (y.domain()[1] ?? 0) ? [renderLimit(limit, y(limit.value))] : []),
    '</svg>',
  ].join('\n')
}

/** Hours below a day or two, else days. */
function renderTimes(x: ScaleTime<number, number>, { from, to, locale }: ChartOptions): string[] {
  const isShort = to - from <= 2 * 86_400
  const time = new Intl.DateTimeFormat(locale, {
    ...(isShort
      ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
      : { month: 'short', day: 'numeric' }),
    timeZone: 'UTC',
  })
  const ticks = x.ticks(7).filter((tick) => isShort || tick.getUTCHours() === 0)
  return ticks.map(
    (tick) =>
      `<text x="${x(tick).toFixed(1)}" y="${height - 8}" text-anchor="middle">${escapeMarkup(time.format(tick))}</text>`,
  )
}

function renderLimit({ label }: { readonly label: string }, at: number): string {
  const y = at.toFixed(1)
  return `<path d="M${left} ${y}H${width - right}" stroke="var(--limit)" stroke-width="1.5" stroke-dasharray="4 4"/><text x="${width - right}" y="${y}" dy="-5" text-anchor="end" fill="var(--limit)">${escapeMarkup(label)}</text>`
}

/** From zero, so that a small change looks small; the success rate from just below its lowest. */
function rangeOf({ courses, limit, most }: ChartOptions): [number, number] {
  const highest = Math.max(...courses.map((course) => course.highest), 0)
  if (most !== undefined && limit === undefined) {
    const lowest = Math.min(...courses.map((course) => course.lowest), most)
    return [Math.max(0, Math.min(lowest, most * 0.99)), most]
  }
  const isNear = limit !== undefined && highest > limit.value / 3
  return [0, isNear ? Math.max(highest, limit.value * 1.05) : highest * 1.05 || 1]
}

/** Hours of which nothing is known are not bridged by a line. */
function withGaps(points: Course['trend']['points']): (readonly [number, number] | undefined)[] {
  let last: number | undefined
  return points.flatMap(([date, value]) => {
    const at = Date.parse(date)
    const isGap = last !== undefined && at - last > gapMilliseconds
    last = at
    return isGap ? [undefined, [at, value] as const] : [[at, value] as const]
  })
}

/** A line of the chart, as the legend shows it. */
export function renderKey(index: number): string {
  return `<svg class="chart key" viewBox="0 0 28 8" aria-hidden="true"><path d="M0 4H28" stroke="var(--line-${index})" stroke-width="3" stroke-dasharray="${dashes[index] ?? 'none'}"/></svg>`
}

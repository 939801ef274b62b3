// Where a series is heading, and how sure that is. Pure.
import type { z } from 'zod'
import type { trend } from './dashboard-models.ts'

export type Trend = z.input<typeof trend>

export interface Line {
  readonly perDay: number
  readonly standardError: number
}

const secondsPerDay = 86_400
const fewestPoints = 24

/** Least squares over the points. Undefined where there is not a day of them. */
export function fitLine(points: Trend['points']): Line | undefined {
  if (points.length < fewestPoints) return undefined
  const xs = points.map(([at]) => Date.parse(at) / 1000 / secondsPerDay)
  const ys = points.map(([, value]) => value)
  const [meanX, meanY] = [mean(xs), mean(ys)]
  const spread = sum(xs.map((x) => (x - meanX) ** 2))
  if (spread === 0) return undefined
  const perDay = sum(xs.map((x, index) => (x - meanX) * ((ys[index] ?? 0) - meanY))) / spread
  const rests = xs.map((x, index) => (ys[index] ?? 0) - meanY - perDay * (x - meanX))
  return { perDay, standardError: standardError(withoutTimeOfDay(rests, xs), spread) }
}

/** What every day brings alike is no doubt about the slope. With less than three days it cannot be told apart. */
function withoutTimeOfDay(rests: readonly number[], days: readonly number[]): readonly number[] {
  if ((days.at(-1) ?? 0) - (days[0] ?? 0) < 3) return rests
  const hourOf = (index: number): number => Math.floor(((days[index] ?? 0) % 1) * 24 + 1e-6)
  const byHour = Map.groupBy(rests.keys(), hourOf)
  const usual = new Map([...byHour].map(([hour, all]) => [hour, mean(all.map((index) => rests[index] ?? 0))]))
  return rests.map((rest, index) => rest - (usual.get(hourOf(index)) ?? 0))
}

/** Hours that follow each other are much alike: a hundred of them are worth far fewer that are not. */
function standardError(rests: readonly number[], spread: number): number {
  const square = sum(rests.map((rest) => rest ** 2))
  if (square === 0) return 0
  const likeness = sum(rests.slice(1).map((rest, index) => rest * (rests[index] ?? 0))) / square
  const held = Math.min(Math.max(likeness, 0), 0.98)
  return Math.sqrt((square / (rests.length - 2) / spread) * ((1 + held) / (1 - held)))
}

export function mean(values: readonly number[]): number {
  return sum(values) / values.length
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

// How good rows are: a share for each dimension, and a weighted mean of those that could be measured.
import type { Demands, Dimension } from './section.ts'
import { dimensions } from './section.ts'

/** What was counted in the rows. */
export interface Counts {
  readonly rows: number
  /** Unix seconds; undefined where no row has a time. */
  readonly newestAt: number | undefined
  /** Of the cells that must not be empty, those that are not. */
  readonly filledCells: number
  readonly distinctKeys: number
  readonly validRows: number
}

export interface Measure {
  readonly passed: number
  readonly checked: number
  readonly ratio: number
}

export interface Quality {
  readonly rows: number
  readonly newestAt: number | undefined
  readonly measures: Readonly<Partial<Record<Dimension, Measure>>>
  readonly weights: Readonly<Partial<Record<Dimension, number>>>
  /** Undefined where nothing could be measured. */
  readonly score: number | undefined
}

export function judgeQuality(demands: Demands, counts: Counts, now: number): Quality {
  const found: Readonly<Record<Dimension, Measure | undefined>> = {
    freshness: freshness(demands, counts, now),
    completeness:
      demands.completeness && share(counts.filledCells, counts.rows * demands.completeness.length),
    uniqueness: demands.uniqueness && share(counts.distinctKeys, counts.rows),
    validity: demands.validity && share(counts.validRows, counts.rows),
    volume: volume(demands, counts),
  }
  const measured = dimensions.flatMap((dimension) => {
    const measure = found[dimension]
    return measure ? [{ dimension, measure, weight: demands.weights[dimension] ?? 1 }] : []
  })
  const total = measured.reduce((sum, { weight }) => sum + weight, 0)
  const weighted = measured.reduce((sum, { measure, weight }) => sum + measure.ratio * weight, 0)
  return {
    rows: counts.rows,
    newestAt: counts.newestAt,
    measures: Object.fromEntries(measured.map(({ dimension, measure }) => [dimension, measure])),
    // As they count in this score: their sum is 1, so that it can be computed again from the dimensions.
    weights:
      total > 0
        ? Object.fromEntries(measured.map(({ dimension, weight }) => [dimension, weight / total]))
        : {},
    score: total > 0 ? weighted / total : undefined,
  }
}

/** 1 up to the age `warn`, 0 from the age `error`, on a straight line between. */
function freshness({ freshness: wanted }: Demands, { newestAt }: Counts, now: number): Measure | undefined {
  if (!wanted || newestAt === undefined) return undefined
  const checked = wanted.error - wanted.warn
  // A time ahead of our clock is as fresh as can be.
  const passed = Math.min(checked, Math.max(0, wanted.error - (now - newestAt)))
  return { passed, checked, ratio: passed / checked }
}

/** No rows at all are the one case that only volume judges. */
function volume({ volume: wanted }: Demands, { rows }: Counts): Measure | undefined {
  if (!wanted) return undefined
  if (wanted.max !== undefined && rows > wanted.max)
    return { passed: wanted.max, checked: rows, ratio: wanted.max / rows }
  const least = wanted.min ?? 1
  const passed = Math.min(rows, least)
  return { passed, checked: least, ratio: passed / least }
}

/** No share of nothing: without rows there is no quality, which is not the quality 1. */
function share(passed: number, checked: number): Measure | undefined {
  return checked > 0 ? { passed, checked, ratio: passed / checked } : undefined
}

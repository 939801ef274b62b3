// Rows to series. Whatever cannot become one is dropped and counted by reason.
import { states } from '../../metrics/metric.ts'
import type { Distribution, Labels } from '../../metrics/metric.ts'
import { canBeLabel } from './section.ts'
import type { Statistic } from './section.ts'

export const dropReasons = ['duplicate', 'excess', 'not_a_number', 'unknown_state'] as const
export type DropReason = (typeof dropReasons)[number]

export interface Series {
  readonly values: readonly (readonly [Labels, number])[]
  readonly distributions: readonly Distribution[]
  readonly dropped: Readonly<Record<DropReason, number>>
}

export type Row = Readonly<Record<string, unknown>>

/** `columns` are those of the answer, known also when it has no rows. */
export function readRows(statistic: Statistic, columns: readonly string[], rows: readonly Row[]): Series {
  const dropped = { duplicate: 0, excess: 0, not_a_number: 0, unknown_state: 0 }
  if (statistic.type === 'histogram')
    return { values: [], ...readDistributions(statistic, rows, dropped), dropped }
  const labelColumns = statistic.labels ?? columns.filter((column) => column !== statistic.value)
  const missing = [statistic.value, ...labelColumns].find((column) => !columns.includes(column))
  if (missing !== undefined) throw new Error(`expected a column ${missing}, got ${columns.join(', ')}`)
  // Labels of the configuration were looked at when it was loaded.
  const unfit = statistic.labels ? undefined : labelColumns.find((column) => !isFit(statistic, column))
  if (unfit !== undefined) {
    const advice = 'name it with AS, or list those that are wanted under labels'
    throw new Error(`expected columns whose names can be labels, got ${JSON.stringify(unfit)}: ${advice}`)
  }
  const found = new Map<string, Series['values']>()
  for (const row of rows.slice(0, statistic.max_series)) {
    const value = row[statistic.value]
    // Null is "not known": no series, and nothing wrong with it.
    if (value === null) continue
    const labels = labelsOf(statistic, row, labelColumns)
    const key = JSON.stringify(labels)
    const values = statistic.type === 'state' ? statesOf(statistic, labels, value) : numbersOf(labels, value)
    if (values.length === 0) dropped[statistic.type === 'state' ? 'unknown_state' : 'not_a_number'] += 1
    else if (found.has(key)) dropped.duplicate += 1
    else found.set(key, values)
  }
  dropped.excess = Math.max(0, rows.length - statistic.max_series)
  return { values: [...found.values()].flat(), distributions: [], dropped }
}

function isFit({ type }: Statistic, column: string): boolean {
  return canBeLabel(column) && !(type === 'state' && column === 'state')
}

const maxLabelLength = 200

function labelsOf({ name }: Statistic, row: Row, columns: readonly string[]): Labels {
  const entries = columns.map((column) => [column, textOf(row[column]).slice(0, maxLabelLength)] as const)
  return Object.freeze({ name, ...Object.fromEntries(entries) })
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  // Postgres knows years that no Date does.
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString()
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : JSON.stringify(value)
}

function numbersOf(labels: Labels, value: unknown): Series['values'] {
  const number = numberOf(value)
  return number === undefined ? [] : [[labels, number]]
}

function statesOf({ states: all = [] }: Statistic, labels: Labels, value: unknown): Series['values'] {
  const current = textOf(value)
  return all.includes(current) ? states(labels, 'state', all, current) : []
}

/** A date becomes Unix seconds; what the driver gives as text to keep its digits becomes a number. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'boolean') return Number(value)
  const number = value instanceof Date ? value.getTime() / 1000 : numericOf(value)
  return Number.isFinite(number) ? number : undefined
}

function numericOf(value: unknown): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?$/i.test(value)
    ? Number(value)
    : Number.NaN
}

/** The counts that the database made of each bucket, added up from the lowest. */
function readDistributions(
  statistic: Statistic,
  rows: readonly Row[],
  dropped: Record<DropReason, number>,
): Pick<Series, 'distributions'> {
  const { labels: columns = [], buckets: bounds = [], max_series: most } = statistic
  const groups = Map.groupBy(rows, (row) => JSON.stringify(labelsOf(statistic, row, columns)))
  dropped.excess = Math.max(0, groups.size - most)
  const distributions = [...groups.values()].slice(0, most).map((group) => {
    const counts = Array.from({ length: bounds.length + 1 }, () => 0)
    let sum = 0
    for (const row of group) {
      const index = Number(row['bucket'])
      counts[index] = (counts[index] ?? 0) + Number(row['observations'])
      sum += Number(row['total'])
    }
    for (let index = 1; index < counts.length; index += 1)
      counts[index] = (counts[index] ?? 0) + (counts[index - 1] ?? 0)
    return { labels: labelsOf(statistic, group[0] ?? {}, columns), bounds, counts, sum }
  })
  return { distributions }
}

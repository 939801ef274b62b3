// Counts the rows of a range of a spreadsheet, whose cells are texts.
import { toNumber } from '../../judgement/comparison.ts'
import { readMoment } from '../../judgement/moment.ts'
import type { Counts } from './quality.ts'
import type { SheetQuality } from './section.ts'

type Cells = readonly unknown[]

/** `values` are rows as the API gives them: trailing empty cells, and empty rows at the end, are left out. */
export function countSheet(quality: SheetQuality, values: readonly Cells[]): Counts {
  const [header = [], ...rows] = values
  const columns = new Map(header.map((title, index) => [String(title).trim(), index]))
  const cell = (row: Cells, column: string): unknown => {
    const value = row[columns.get(column) ?? -1]
    return typeof value === 'string' && value.trim() === '' ? undefined : (value ?? undefined)
  }
  const missing = wantedColumns(quality).filter((column) => !columns.has(column))
  if (missing.length > 0) {
    const titles = [...columns.keys()].slice(0, 20).join(', ')
    throw new Error(
      `expected a column ${missing.join(' and ')} in the first row of ${quality.range}, got ${titles}`,
    )
  }
  const { freshness, completeness = [], uniqueness = [], validity = [] } = quality
  const moments = freshness ? rows.flatMap((row) => readMoment(cell(row, freshness.column)) ?? []) : []
  const keys = new Set(
    rows.map((row) => JSON.stringify(uniqueness.map((column) => cell(row, column) ?? null))),
  )
  return {
    rows: rows.length,
    newestAt: moments.length === 0 ? undefined : moments.reduce((a, b) => Math.max(a, b)),
    filledCells: rows.reduce(
      (sum, row) => sum + completeness.filter((column) => cell(row, column) !== undefined).length,
      0,
    ),
    distinctKeys: keys.size,
    validRows: rows.filter((row) => validity.every((rule) => isValid(rule, cell(row, rule.column)))).length,
  }
}

function wantedColumns({
  freshness,
  completeness = [],
  uniqueness = [],
  validity = [],
}: SheetQuality): string[] {
  const named = [freshness?.column, ...completeness, ...uniqueness, ...validity.map(({ column }) => column)]
  return [...new Set(named.filter((column) => column !== undefined))]
}

type Rule = NonNullable<SheetQuality['validity']>[number]

function isValid({ min, max, matches, one_of }: Rule, value: unknown): boolean {
  if (value === undefined) return true
  const isBounded = min !== undefined || max !== undefined
  if (isBounded && !isBetween(toNumber(value), min, max)) return false
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return (matches?.test(text) ?? true) && (one_of?.includes(text) ?? true)
}

function isBetween(
  number: number | undefined,
  min = Number.NEGATIVE_INFINITY,
  max = Number.POSITIVE_INFINITY,
): boolean {
  return number !== undefined && number >= min && number <= max
}

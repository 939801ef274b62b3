// Counts the rows of a table in one statement, over a bounded part of it.
import { loadPostgres } from '../../../packages.ts'
import type { Database } from '../../../probes/postgres/postgres.ts'
import type { Counts } from './quality.ts'
import type { TableQuality } from './section.ts'

const escapeIdentifier = (name: string): string => loadPostgres().escapeIdentifier(name)

interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

export async function countTable(
  quality: TableQuality,
  database: Database,
  signal: AbortSignal,
): Promise<Counts> {
  const { text, values } = countingStatement(quality)
  const { rows } = await database.read({ signal, timeoutSeconds: quality.timeout }, (client) =>
    client.query<Row>(text, [...values]),
  )
  const [row] = rows
  return {
    rows: row?.rows ?? 0,
    newestAt: row?.newest ?? undefined,
    filledCells: row?.filled ?? 0,
    distinctKeys: row?.distinct ?? 0,
    validRows: row?.valid ?? 0,
  }
}

interface Row {
  readonly rows: number
  readonly newest: number | null
  readonly filled: number
  readonly distinct: number
  readonly valid: number
}

function countingStatement(quality: TableQuality): Statement {
  const { freshness, completeness = [], uniqueness, validity = [] } = quality
  const values: unknown[] = []
  const bind = (value: unknown): string => `$${values.push(value)}`
  const table = quality.table.split('.').map(escapeIdentifier).join('.')
  const time = freshness && escapeIdentifier(freshness.column)
  const filter = quality.where === undefined ? [] : [`(${quality.where})`]
  const young =
    quality.window === undefined ? [] : [`${time} >= now() - make_interval(secs => ${bind(quality.window)})`]
  const condition = (parts: readonly string[]): string =>
    parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`
  const keys = uniqueness?.map(escapeIdentifier).join(', ')
  const filled = completeness.map((column) => `count(${escapeIdentifier(column)})`).join(' + ') || '0'
  const valid = validity.map((rule) => validCondition(rule, bind)).join(' AND ') || 'true'
  // The newest row is looked for in all rows: with none in the window its age would be unknown when it matters most.
  const newest = time
    ? `(SELECT extract(epoch FROM max(${time}))::float8 FROM ${table} ${condition(filter)})`
    : 'NULL'
  const distinct = keys ? `(SELECT count(*) FROM (SELECT DISTINCT ${keys} FROM sample) AS keys)` : '0'
  const text = `
    WITH sample AS MATERIALIZED (
      SELECT * FROM ${table} ${condition([...filter, ...young])} LIMIT ${quality.max_rows})
    SELECT count(*)::float8 AS rows, ${newest} AS newest, (${filled})::float8 AS filled,
      ${distinct}::float8 AS distinct, (count(*) FILTER (WHERE ${valid}))::float8 AS valid
    FROM sample`
  return { text, values }
}

// So few digits of the exponent that every such text has room in a numeric.
const numeric = String.raw`^\s*[-+]?\d+(\.\d+)?([eE][-+]?\d{1,3})?\s*$`

type Rule = NonNullable<TableQuality['validity']>[number]

/** Compared as text that was found to be a number first: a word in the column is an invalid row, not a failed statement. */
function validCondition(
  { column, min, max, matches, one_of }: Rule,
  bind: (value: unknown) => string,
): string {
  const name = escapeIdentifier(column)
  const bounds = [
    ...(min === undefined ? [] : [`${name}::text::numeric >= ${bind(min)}::numeric`]),
    ...(max === undefined ? [] : [`${name}::text::numeric <= ${bind(max)}::numeric`]),
  ]
  const conditions = [
    ...(bounds.length === 0
      ? []
      : [`CASE WHEN ${name}::text ~ ${bind(numeric)} THEN ${bounds.join(' AND ')} ELSE false END`]),
    ...(matches === undefined ? [] : [`${name}::text ~ ${bind(matches.source)}`]),
    ...(one_of === undefined ? [] : [`${name}::text = ANY(${bind(one_of)}::text[])`]),
  ]
  return `(${name} IS NULL OR (${conditions.join(' AND ')}))`
}

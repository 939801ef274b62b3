// How a table of runs is asked: which columns mean what, and what orders them. Made once, after a look at the table.

export interface Column {
  /** SQL that gives the value; a quoted name or an expression. */
  readonly sql: string
  /** The type of the column, as Postgres writes it. */
  readonly type: string
}

export interface Plan {
  /** The table that is followed, quoted: its ids and its identity. */
  readonly table: string
  /** The table alone after FROM, by the name that the columns use. */
  readonly base: string
  /** What stands after FROM for a record; the table, or the table with others joined to it. */
  readonly from: string
  /** What orders records: their id, or the time they ended at. */
  readonly cursor: 'id' | 'finished'
  readonly id: Column
  readonly finished: Column
  /** The columns of a record, as `selectRecord` lists them. */
  readonly select: string
  /** Where the index begins with another column: each of its values is asked for on its own. */
  readonly each?: { readonly from: string; readonly on: string } | undefined
  /** What is open, where that is not simply what has no end. */
  readonly open?: string | undefined
  /** How a record is found again by its key, where that is more than its id. */
  readonly matchKey?: ((key: string) => string) | undefined
  /** Time zone of columns without one. */
  readonly timezone: string
}

export interface RecordColumns {
  /** What names a record, where its id alone does not. */
  readonly key?: string | undefined
  readonly id: Column
  readonly task: string
  readonly type?: string | undefined
  readonly status: string
  readonly started?: Column | undefined
  readonly finished: Column
  readonly error?: string | undefined
  readonly retry_of?: string | undefined
  readonly retries?: string | undefined
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** `schema.table`, quoted; each part as it is spelt, or in double quotes where it holds a dot. */
export function quoteTable(text: string): string {
  const parts = text.match(/"(?:[^"]|"")+"|[^."]+/g) ?? [text]
  return parts.map((part) => (part.startsWith('"') ? part : quoteName(part))).join('.')
}

/** A time with a zone, whatever the column holds; the server's own zone plays no part. */
export function instant(column: Column, zone: string): string {
  return isNaive(column) ? `(${column.sql} AT TIME ZONE ${quoteText(zone)})` : column.sql
}

export function isNaive(column: Column): boolean {
  return /^timestamp(?:\(\d\))? without time zone$/.test(column.type)
}

// No error text is worth a megabyte on each scrape.
const errorLength = 500

/** The names differ from those of the table: ORDER BY would mean the text of an id, and not the id. */
export function selectRecord(columns: RecordColumns, zone: string): string {
  const epoch = (column: Column | undefined): string =>
    column ? `extract(epoch FROM ${instant(column, zone)})::float8` : 'NULL::float8'
  const text = (sql: string | undefined): string => (sql === undefined ? 'NULL::text' : `(${sql})::text`)
  return [
    `(${columns.key ?? columns.id.sql})::text AS wp_id`,
    `${text(columns.task)} AS wp_task`,
    `${text(columns.type)} AS wp_type`,
    `${text(columns.status)} AS wp_status`,
    `${epoch(columns.started)} AS wp_started_at`,
    `${epoch(columns.finished)} AS wp_finished_at`,
    `left(${text(columns.error)}, ${errorLength}) AS wp_error`,
    `${columns.retry_of === undefined ? 'false' : `(${columns.retry_of}) IS NOT NULL`} AS wp_is_retry`,
    `${columns.retries === undefined ? '0' : `coalesce((${columns.retries})::int, 0)`} AS wp_retries`,
  ].join(', ')
}

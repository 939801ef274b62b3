// `kind: table`: any table with a row for each run.
import type { ClientBase } from 'pg'
import { noExtras, SchemaError } from './adapter.ts'
import type { Adapter } from './adapter.ts'
import { quoteName, quoteTable, selectRecord } from '../follow/plan.ts'
import type { Plan, RecordColumns } from '../follow/plan.ts'
import type { StatusMap } from '../follow/run.ts'
import type { TableSource } from '../section.ts'

interface ColumnFacts {
  readonly name: string
  readonly type: string
  readonly is_readable: boolean
  /** Whether ids come one by one from a sequence of the column's own. */
  readonly has_sequence: boolean
}

export function adaptTable(source: TableSource): Adapter {
  const { columns, cursor } = source
  return {
    subject: JSON.stringify(['table', source.database, source.table, columns, cursor]),
    statuses: lowerCase(source.statuses),
    plan: async (client) => planTable(source, await readColumns(client, quoteTable(source.table))),
    extras: async () => noExtras,
  }
}

function lowerCase(statuses: StatusMap): StatusMap {
  const lower = (values: readonly string[]): string[] => values.map((value) => value.toLowerCase())
  return {
    success: lower(statuses.success),
    failed: lower(statuses.failed),
    canceled: lower(statuses.canceled),
    open: lower(statuses.open),
  }
}

async function readColumns(client: ClientBase, table: string): Promise<readonly ColumnFacts[]> {
  const { rows } = await client.query<ColumnFacts>(
    `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
      has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS is_readable,
      coalesce(s.seqcache = 1 AND s.seqincrement = 1, false) AS has_sequence
    FROM pg_attribute AS a
    LEFT JOIN pg_sequence AS s ON s.seqrelid = to_regclass(pg_get_serial_sequence($1, a.attname))
    WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [table],
  )
  if (rows.length === 0)
    throw new SchemaError(`table ${table}: expected it to be there, found none of that name`)
  return rows
}

const noTimes = /^(?:smallint|integer|bigint|numeric|real|double|text|character|uuid|json|boolean|time )/
const noOrder = /^(?:text|character|uuid|json|bytea|timestamp|date)/

function wrongType(role: string, { name, type }: ColumnFacts, cursor: TableSource['cursor']): string[] {
  const found = `column ${name} is of type ${type}`
  if ((role === 'started' || role === 'finished') && noTimes.test(type))
    return [`columns.${role}: expected a timestamp, ${found}`]
  if (role === 'id' && cursor === 'id' && noOrder.test(type))
    return [`columns.id: expected whole numbers for cursor: id, ${found}`]
  return []
}

function planTable(source: TableSource, facts: readonly ColumnFacts[]): Plan {
  const { columns, timezone } = source
  const used = Object.entries(columns).map(([role, name]) => ({
    role,
    name,
    fact: facts.find((f) => f.name === name),
  }))
  const problems = used.flatMap(({ role, name, fact }) => {
    if (!fact) return [`columns.${role}: no column ${name} among ${facts.map((f) => f.name).join(', ')}`]
    if (!fact.is_readable) return [`columns.${role}: no right to read column ${name}`]
    return wrongType(role, fact, source.cursor)
  })
  if (problems.length > 0) throw new SchemaError(`table ${source.table}: ${problems.join('; ')}`)
  const types = new Map(facts.map((fact) => [fact.name, fact.type]))
  const column = (name: string): RecordColumns['id'] => ({
    sql: quoteName(name),
    type: types.get(name) ?? 'text',
  })
  const optional = (name: string | undefined): string | undefined =>
    name === undefined ? undefined : quoteName(name)
  const hasSequence = facts.some(({ name, has_sequence }) => name === columns.id && has_sequence)
  const record: RecordColumns = {
    id: column(columns.id),
    task: quoteName(columns.task),
    type: optional(columns.type),
    status: quoteName(columns.status),
    started: column(columns.started),
    finished: column(columns.finished),
    error: optional(columns.error),
    retry_of: optional(columns.retry_of),
    retries: optional(columns.retries),
  }
  const table = quoteTable(source.table)
  return {
    table,
    base: table,
    from: table,
    cursor: source.cursor ?? (hasSequence ? 'id' : 'finished'),
    id: record.id,
    finished: record.finished,
    select: selectRecord(record, timezone),
    timezone,
  }
}

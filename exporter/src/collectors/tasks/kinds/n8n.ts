// `kind: n8n`: workflows as tasks. Totals come from workflow_statistics, which survives pruning and counts runs that are
// not saved; times, failures in a row and what is running from execution_entity. Error texts lie in execution_data,
// megabytes each, and are left there.
import type { ClientBase } from 'pg'
import { noExtras, SchemaError } from './adapter.ts'
import type { Adapter, Extras, SourceTotals } from './adapter.ts'
import { quoteName, selectRecord } from '../follow/plan.ts'
import type { Plan } from '../follow/plan.ts'
import type { N8nSource } from '../section.ts'
import { readScheduledWork } from './n8n-slots.ts'

type Tables = Readonly<Record<'executions' | 'workflows' | 'statistics' | 'delta' | 'jobs' | 'slots', string>>

export function adaptN8n(source: N8nSource): Adapter {
  const tables = nameTables(source)
  let known: ReadonlySet<string> = new Set()
  return {
    subject: JSON.stringify(['n8n', source.database, source.schema, source.table_prefix]),
    statuses: {
      success: ['success'],
      failed: ['error', 'crashed'],
      canceled: ['canceled'],
      open: ['new', 'running', 'waiting', 'unknown'],
      ignored: ['unsaved', 'by hand'],
    },
    async plan(client) {
      known = await findTables(client, tables)
      if (!known.has(tables.executions)) {
        throw new SchemaError(
          `table ${tables.executions}: expected the tables of n8n, found none of that name`,
        )
      }
      return planExecutions(tables)
    },
    extras: async (client) => readExtras(client, source, { tables, known }),
  }
}

function nameTables({ schema, table_prefix: prefix }: N8nSource): Tables {
  const name = (table: string): string => `${quoteName(schema)}.${quoteName(`${prefix}${table}`)}`
  return {
    executions: name('execution_entity'),
    workflows: name('workflow_entity'),
    statistics: name('workflow_statistics'),
    delta: name('workflow_statistics_delta'),
    jobs: name('scheduled_job'),
    slots: name('scheduled_task'),
  }
}

/** What is read of the tables that came late and are granted column by column. */
const neededColumns: Partial<Record<keyof Tables, string>> = {
  jobs: 'id,taskType,ownerType,ownerId,kind,cronExpression,timezone,enabled,nextRunAt,misfireGraceSeconds',
  slots: 'id,jobId,scheduledFor,status,finishedAt,errorMessage',
}

/** Those that are there and may be read: statistics came with version 0.2xx, the delta and the scheduler with 2.x. */
async function findTables(client: ClientBase, tables: Tables): Promise<ReadonlySet<string>> {
  const wanted = Object.keys(tables) as (keyof Tables)[]
  const { rows } = await client.query<{ name: string }>(
    `SELECT name FROM unnest($1::text[], $2::text[]) AS wanted (name, columns)
    WHERE to_regclass(name) IS NOT NULL AND has_any_column_privilege(to_regclass(name)::oid, 'SELECT')
      AND NOT EXISTS (SELECT FROM unnest(string_to_array(columns, ',')) AS needed (column_name)
        LEFT JOIN pg_attribute ON attrelid = to_regclass(name) AND attname = column_name AND NOT attisdropped
        WHERE attnum IS NULL OR NOT has_column_privilege(attrelid, attnum, 'SELECT'))`,
    [wanted.map((key) => tables[key]), wanted.map((key) => neededColumns[key] ?? '')],
  )
  return new Set(rows.map(({ name }) => name))
}

function planExecutions({ executions, workflows }: Tables): Plan {
  const timestamp = 'timestamp with time zone'
  const id = { sql: 'run.id', type: 'bigint' }
  // Also set while a run waits, which is why the status decides what has ended.
  const finished = { sql: 'run."stoppedAt"', type: timestamp }
  // A run that n8n was told not to save keeps the status running, and is marked as deleted when it ends.
  const status = `CASE
    WHEN run.mode IN ('manual', 'evaluation') THEN 'by hand'
    WHEN run."deletedAt" IS NOT NULL AND run.status NOT IN ('success', 'error', 'crashed', 'canceled') THEN 'unsaved'
    ELSE run.status END`
  return {
    table: executions,
    base: `${executions} AS run`,
    from: `${executions} AS run LEFT JOIN ${workflows} AS workflow ON workflow.id = run."workflowId"`,
    cursor: 'id',
    id,
    finished,
    select: selectRecord(
      {
        id,
        task: 'coalesce(workflow.name, run."workflowId"::text)',
        status,
        started: { sql: 'run."startedAt"', type: timestamp },
        finished,
        error: `CASE run.status WHEN 'crashed' THEN 'crashed' END`,
        retry_of: `nullif(run."retryOf", '')`,
      },
      'UTC',
    ),
    timezone: 'UTC',
  }
}

interface Found {
  readonly tables: Tables
  readonly known: ReadonlySet<string>
}

async function readExtras(client: ClientBase, source: N8nSource, { tables, known }: Found): Promise<Extras> {
  const { jobs, workflows } = tables
  const slots = known.has(tables.slots) ? tables.slots : undefined
  return {
    ...noExtras,
    totals: known.has(tables.statistics) ? await readTotals(client, tables, known) : undefined,
    ...(known.has(jobs) && (await readScheduledWork(client, { jobs, workflows, slots }, source.timezone))),
  }
}

/** In one statement: between two, n8n may move counts from the delta into the table. */
async function readTotals(
  client: ClientBase,
  { statistics, delta, workflows }: Tables,
  known: ReadonlySet<string>,
): Promise<SourceTotals[]> {
  const fresh = known.has(delta) ? `UNION ALL SELECT "workflowId", name, 1 FROM ${delta}` : ''
  const { rows } = await client.query<{ key: string; task: string; runs: number; failures: number }>(
    `SELECT total."workflowId"::text AS key, coalesce(workflow.name, total."workflowId"::text) AS task,
      sum(total.count)::float8 AS runs,
      coalesce(sum(total.count) FILTER (WHERE total.name = 'production_error'), 0)::float8 AS failures
    FROM (SELECT "workflowId", name, count FROM ${statistics} ${fresh}) AS total
    LEFT JOIN ${workflows} AS workflow ON workflow.id = total."workflowId"
    WHERE total.name IN ('production_success', 'production_error') AND total."workflowId" IS NOT NULL
    GROUP BY 1, 2`,
  )
  return rows
}

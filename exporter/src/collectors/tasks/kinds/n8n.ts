// `kind: n8n`: workflows as tasks. Totals come from workflow_statistics, which survives pruning and counts runs that are
// not saved; times, failures in a row and what is running from execution_entity. Error texts lie in execution_data,
// megabytes each, and are left there.
import type { ClientBase } from 'pg'
import { SchemaError } from './adapter.ts'
import type { Adapter, Extras, SourceTotals } from './adapter.ts'
import { quoteName, selectRecord } from '../follow/plan.ts'
import type { Plan } from '../follow/plan.ts'
import type { N8nSource } from '../section.ts'
import { toSchedules } from './told-schedules.ts'
import type { ToldSchedule } from './told-schedules.ts'

type Tables = Readonly<Record<'executions' | 'workflows' | 'statistics' | 'delta' | 'jobs', string>>

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
    extras: async (client) => readExtras(client, tables, known),
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
  }
}

/** Those that are there and may be read: statistics came with version 0.2xx, the delta and the scheduler with 2.x. */
async function findTables(client: ClientBase, tables: Tables): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT name FROM unnest($1::text[]) AS name
    WHERE to_regclass(name) IS NOT NULL AND has_any_column_privilege(to_regclass(name)::oid, 'SELECT')`,
    [Object.values(tables)],
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

async function readExtras(client: ClientBase, tables: Tables, known: ReadonlySet<string>): Promise<Extras> {
  return {
    totals: known.has(tables.statistics) ? await readTotals(client, tables, known) : undefined,
    schedules: known.has(tables.jobs) ? toSchedules(await readJobs(client, tables)) : [],
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

async function readJobs(client: ClientBase, { jobs, workflows }: Tables): Promise<readonly ToldSchedule[]> {
  const { rows } = await client.query<ToldSchedule>(
    `SELECT workflow.name AS task, job."cronExpression" AS cron, job.timezone
    FROM ${jobs} AS job JOIN ${workflows} AS workflow ON workflow.id::text = job."ownerId"
    WHERE job.enabled AND job."ownerType" = 'workflow' AND job.kind = 'cron'`,
  )
  return rows
}

// `kind: pg_boss`: jobs by their queue. Ids have no order, so runs are followed by their end, queue by queue, for that
// is what pg-boss has an index for.
import type { ClientBase } from 'pg'
import { noExtras, SchemaError } from './adapter.ts'
import type { Adapter } from './adapter.ts'
import { quoteName, quoteText, selectRecord } from '../follow/plan.ts'
import type { Plan } from '../follow/plan.ts'
import type { PgBossSource } from '../section.ts'
import { toSchedules } from './told-schedules.ts'
import type { ToldSchedule } from './told-schedules.ts'

export function adaptPgBoss(source: PgBossSource): Adapter {
  const schema = quoteName(source.schema)
  return {
    subject: JSON.stringify(['pg_boss', source.database, source.schema]),
    statuses: {
      success: ['completed'],
      failed: ['failed'],
      canceled: ['cancelled'],
      open: ['created', 'retry', 'active'],
    },
    plan: async (client) => planJobs(client, schema),
    extras: async (client) => ({
      ...noExtras,
      schedules: toSchedules(await readSchedules(client, schema)),
    }),
  }
}

async function planJobs(client: ClientBase, schema: string): Promise<Plan> {
  const { rows } = await client.query<{ columns: number }>(
    `SELECT count(*)::int AS columns FROM pg_attribute
    WHERE attrelid = to_regclass(${quoteText(`${schema}.job`)}) AND attname IN ('completed_on', 'started_on', 'retry_count')`,
  )
  // Before version 10 the columns were named otherwise, and ended jobs moved to another table.
  if (rows[0]?.columns !== 3) {
    throw new SchemaError(`table ${schema}.job: expected the tables of pg-boss 10 or newer, found none`)
  }
  const timestamp = 'timestamp with time zone'
  const id = { sql: 'job.id', type: 'uuid' }
  const finished = { sql: 'job.completed_on', type: timestamp }
  return {
    table: `${schema}.job`,
    base: `${schema}.job AS job`,
    from: `${schema}.job AS job`,
    cursor: 'finished',
    id,
    finished,
    each: { from: `${schema}.queue AS queue`, on: 'job.name = queue.name' },
    open: "job.state = 'active'",
    matchKey: (key) => `job.name = left(${key}, -37) AND job.id = right(${key}, 36)::uuid`,
    select: selectRecord(
      {
        key: "job.name || '/' || job.id",
        id,
        task: 'job.name',
        status: 'job.state',
        started: { sql: 'job.started_on', type: timestamp },
        finished,
        error: "coalesce(job.output ->> 'message', job.output::text)",
        retries: 'job.retry_count',
      },
      'UTC',
    ),
    timezone: 'UTC',
  }
}

async function readSchedules(client: ClientBase, schema: string): Promise<readonly ToldSchedule[]> {
  const { rows } = await client.query<ToldSchedule>(
    `SELECT name AS task, cron, timezone FROM ${schema}.schedule WHERE coalesce(to_jsonb(schedule) ->> 'kind', 'cron') = 'cron'`,
  )
  return rows
}

// `kind: pg_cron`: jobs of the extension, by their names. Its table of runs has no index but its primary key.
import type { ClientBase } from 'pg'
import { noExtras, SchemaError } from './adapter.ts'
import type { Adapter } from './adapter.ts'
import { selectRecord } from '../follow/plan.ts'
import type { Plan } from '../follow/plan.ts'
import type { PgCronSource } from '../section.ts'
import { toSchedules } from './told-schedules.ts'
import type { ToldSchedule } from './told-schedules.ts'

export function adaptPgCron(source: PgCronSource): Adapter {
  return {
    subject: JSON.stringify(['pg_cron', source.database]),
    statuses: {
      success: ['succeeded'],
      failed: ['failed'],
      canceled: [],
      open: ['starting', 'running', 'sending', 'connecting'],
    },
    plan: planRuns,
    extras: async (client) => ({ ...noExtras, schedules: toSchedules(await readJobs(client)) }),
  }
}

async function planRuns(client: ClientBase): Promise<Plan> {
  const { rows } = await client.query<{ there: boolean }>(
    "SELECT to_regclass('cron.job_run_details') IS NOT NULL AS there",
  )
  if (rows[0]?.there !== true) {
    throw new SchemaError(
      'table cron.job_run_details: expected the extension pg_cron in this database, found none',
    )
  }
  const timestamp = 'timestamp with time zone'
  const id = { sql: 'run.runid', type: 'bigint' }
  const finished = { sql: 'run.end_time', type: timestamp }
  return {
    table: 'cron.job_run_details',
    base: 'cron.job_run_details AS run',
    from: 'cron.job_run_details AS run LEFT JOIN cron.job ON job.jobid = run.jobid',
    cursor: 'id',
    id,
    finished,
    select: selectRecord(
      {
        id,
        task: "coalesce(job.jobname, 'job ' || run.jobid)",
        status: 'run.status',
        started: { sql: 'run.start_time', type: timestamp },
        finished,
        error: 'run.return_message',
      },
      'UTC',
    ),
    timezone: 'UTC',
  }
}

async function readJobs(client: ClientBase): Promise<readonly ToldSchedule[]> {
  // `$` is the last day of a month in pg_cron, and L in croner; "30 seconds" is no cron expression and left out.
  const { rows } = await client.query<ToldSchedule>(
    `SELECT coalesce(jobname, 'job ' || jobid) AS task, replace(schedule, '$', 'L') AS cron,
      coalesce(current_setting('cron.timezone', true), 'GMT') AS timezone
    FROM cron.job WHERE active`,
  )
  return rows
}

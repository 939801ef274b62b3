// retry_failed_task of pg-boss: the job of one queue that ended last, when it failed, as pg-boss itself retries it.
import { setTimeout as delay } from 'node:timers/promises'
import { DatabaseError } from 'pg'
import type { Client } from 'pg'
import { z } from 'zod'
import { duration } from '../../../exporter/src/schema/duration.ts'
import { Refusal, defineAction } from './action.ts'
import type { Plan } from './action.ts'
import { databaseOf, withClient } from './postgres-session.ts'
import { secretUrl, serverTls } from './secret-url.ts'

const fields = z.object({
  url: secretUrl(/^postgres(?:ql)?:$/, 'postgresql://USER@HOST:5432/DATABASE').describe(
    'As a role that may read the jobs and change four of their columns, and nothing more.',
  ),
  tls: serverTls,
  schema: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,62}$/, 'expected the name of a schema')
    .prefault('pgboss'),
  queue: z.string().regex(/^[\w.\-/]{1,200}$/, 'expected the name of a queue'),
  failed_within: duration.prefault('1d').describe('An older failure is left alone.'),
  max_retries: z
    .int()
    .min(1)
    .max(100)
    .prefault(5)
    .describe('How often a job may have been tried again, by pg-boss or by us.'),
})
type Target = z.output<typeof fields>

interface Job {
  readonly id: string
  readonly state: string
  readonly retry_count: number
  readonly is_recent: boolean
}

export const retryPgBossJob = defineAction({
  name: 'retry_failed_task',
  type: 'pg_boss',
  fields,
  identify: ({ url, schema, queue }) => `${databaseOf(url)} ${schema} ${queue}`,
  plan: (target, { signal }): Promise<Plan> =>
    withClient(target, signal, async (client) => {
      const job = await findRetryable(client, target)
      if (typeof job === 'string') return { refusal: job }
      return { steps: [`retry job ${job.id} of queue ${target.queue}, tried ${job.retry_count + 1} times`] }
    }),
  run: (target, { signal }) =>
    withClient(target, signal, async (client) => {
      const job = await findRetryable(client, target)
      if (typeof job === 'string') throw new Refusal(job)
      if (!(await retry(client, target, job))) throw new Refusal(`job ${job.id} was changed meanwhile`)
      const state = await untilEnded(client, target, job, signal)
      if (state !== 'completed') throw new Error(`job ${job.id} is ${state} again`)
      return [`retried job ${job.id} of queue ${target.queue}: ${state}`]
    }),
})

/** The job that ended last if it failed and may be retried, else why not. */
async function findRetryable(client: Client, target: Target): Promise<Job | string> {
  const { schema, queue, failed_within: failedWithin, max_retries: mostRetries } = target
  const { rows } = await client.query<Job>(
    `SELECT id::text, state::text, retry_count, completed_on > now() - make_interval(secs => $2) AS is_recent
    FROM "${schema}".job WHERE name = $1 AND completed_on IS NOT NULL ORDER BY completed_on DESC LIMIT 1`,
    [queue, failedWithin],
  )
  const [last] = rows
  if (!last) return `queue ${queue} has no job that ended`
  if (last.state !== 'failed') return `the last job, ${last.id}, is ${last.state}`
  if (!last.is_recent) return `job ${last.id} failed too long ago`
  return last.retry_count >= mostRetries ? `job ${last.id} was retried ${last.retry_count} times` : last
}

/** What pg-boss's own `retry` does; whoever else retried it has changed its state or count. */
async function retry(client: Client, { schema, queue }: Target, job: Job): Promise<boolean> {
  try {
    const { rowCount } = await client.query(
      `UPDATE "${schema}".job
      SET state = 'retry', retry_limit = retry_limit + 1, completed_on = NULL, start_after = greatest(start_after, now())
      WHERE name = $1 AND id = $2::uuid AND state = 'failed' AND retry_count = $3`,
      [queue, job.id, job.retry_count],
    )
    return rowCount === 1
  } catch (error) {
    // The policy of the queue allows one waiting job of a kind.
    if (error instanceof DatabaseError && error.code === '23505') {
      throw new Refusal(`another job of queue ${queue} waits already`)
    }
    throw error
  }
}

async function untilEnded(
  client: Client,
  { schema, queue }: Target,
  { id }: Job,
  signal: AbortSignal,
): Promise<string> {
  const sql = `SELECT state::text FROM "${schema}".job WHERE name = $1 AND id = $2::uuid`
  for (;;) {
    const [found] = (await client.query<Pick<Job, 'state'>>(sql, [queue, id])).rows
    if (!found) throw new Error(`job ${id} was deleted`)
    if (['completed', 'failed', 'cancelled'].includes(found.state)) return found.state
    await delay(250, undefined, { signal })
  }
}

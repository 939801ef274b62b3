// The `tasks` section of watchpost.yml.
import { z } from 'zod'
import { cron, timezone } from '../../schema/cron.ts'
import { duration } from '../../schema/duration.ts'
import { name } from '../../schema/name.ts'
import { secret } from '../../schema/secret.ts'
import { dependency } from '../dependency.ts'
import { compilePattern } from './account/pattern.ts'

const schedule = z.strictObject({
  task: name.describe('The task, as its records name it.'),
  type: name.optional().describe('Its kind, such as hourly, daily or weekly: the label task_type.'),
  cron: cron.describe('When a run is due: five fields, or six with seconds in front.'),
  timezone: timezone.default('UTC').describe('The time zone in which the schedule is meant.'),
  grace: duration.prefault('5m').describe('How late a run may start before its slot counts as missed.'),
  max_runtime: duration.optional().describe('How long a run may take before it counts as running too long.'),
  min_runtime: duration
    .optional()
    .describe('How long its work takes at least; a sooner success is suspicious.'),
  depends_on: z.array(dependency).default([]).describe('Targets that the task cannot do without.'),
})

const errorPattern = z.strictObject({
  class: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,39}$/, 'expected a name in snake_case of at most 40 characters')
    .describe('What such errors are called: the label error_class.'),
  match: z
    .string()
    .min(1)
    .refine(isPattern, 'expected a regular expression (RE2 syntax: no look-around, no back-references)')
    .describe('A regular expression that finds them in the text of an error, upper and lower case alike.'),
})

const common = {
  name: name.describe('What this source of runs is called.'),
  schedules: z.array(schedule).default([]).describe('When its tasks are due.'),
  errors: z
    .array(errorPattern)
    .max(20)
    .default([])
    .describe('Classes of errors, the first that matches wins.'),
  max_tasks: z
    .int()
    .min(1)
    .max(1_000)
    .default(200)
    .describe('How many tasks get series of their own; the rest share the name __other__.'),
  depends_on: z.array(dependency).default([]).describe('Targets that no task of the source can do without.'),
}

const read = {
  database: name.describe('One of the databases above.'),
  history: duration.prefault('7d').describe('How much of the past is read when a table is seen first.'),
  margin: duration.prefault('30s').describe('How far the clocks of the writers may be behind.'),
}

const statuses = z
  .strictObject({
    success: z.array(z.string()).default(['success', 'succeeded', 'completed', 'ok', 'done']),
    failed: z.array(z.string()).default(['failed', 'failure', 'error', 'crashed', 'timeout', 'timed_out']),
    canceled: z.array(z.string()).default(['canceled', 'cancelled', 'skipped', 'aborted']),
    open: z
      .array(z.string())
      .default([
        'new',
        'pending',
        'queued',
        'scheduled',
        'starting',
        'started',
        'running',
        'retrying',
        'waiting',
        'active',
      ]),
  })
  .describe('What the values of the status column mean, upper and lower case alike.')

const column = z.string().min(1).max(63)

const columns = z
  .strictObject({
    id: column.default('id'),
    task: column.default('task_name'),
    type: column.optional(),
    status: column.default('status'),
    started: column.default('started_at'),
    finished: column.default('finished_at'),
    error: column.optional(),
    retry_of: column.optional().describe('Holds the run that this one repeats, and nothing for a first try.'),
    retries: column.optional().describe('Counts the tries again of a record that is used again.'),
  })
  .describe('Which column means what.')

const table = z.strictObject({
  kind: z.literal('table'),
  ...common,
  ...read,
  table: z
    .string()
    .min(1)
    .describe('The table with a row for each run, with its schema in front where needed.'),
  columns: columns.prefault({}),
  statuses: statuses.prefault({}),
  cursor: z
    .enum(['id', 'finished'])
    .optional()
    .describe('What the table is followed by; id where the column has a sequence of its own, else finished.'),
  timezone: timezone.default('UTC').describe('The time zone of columns that have none.'),
})

const n8n = z.strictObject({
  kind: z.literal('n8n'),
  ...common,
  ...read,
  schema: z.string().default('public'),
  table_prefix: z.string().default('').describe('DB_TABLE_PREFIX of n8n.'),
  timezone: timezone
    .default('America/New_York')
    .describe('GENERIC_TIMEZONE of n8n: that of workflows which name none.'),
})

const pgBoss = z.strictObject({
  kind: z.literal('pg_boss'),
  ...common,
  ...read,
  schema: z.string().default('pgboss'),
})
const pgCron = z.strictObject({ kind: z.literal('pg_cron'), ...common, ...read })

const heartbeat = z.strictObject({
  kind: z.literal('heartbeat'),
  ...common,
  token: secret.describe('What a job sends as bearer token with its pings.'),
})

const source = z.discriminatedUnion('kind', [table, n8n, pgBoss, pgCron, heartbeat])

export const section = z
  .array(source)
  .min(1)
  .superRefine((sources, context) => {
    const names = new Set<string>()
    const tasks = new Set<string>()
    for (const [index, item] of sources.entries()) {
      if (names.has(item.name)) report(context, [index, 'name'], item.name)
      names.add(item.name)
      for (const [position, { task }] of item.schedules.entries()) {
        if (tasks.has(task)) report(context, [index, 'schedules', position, 'task'], task)
        tasks.add(task)
      }
    }
  })
  .describe('Records of task runs, and the schedules they are judged by.')

export type TaskSource = z.output<typeof source>
export type TableSource = z.output<typeof table>
export type N8nSource = z.output<typeof n8n>
export type PgBossSource = z.output<typeof pgBoss>
export type PgCronSource = z.output<typeof pgCron>
export type HeartbeatSource = z.output<typeof heartbeat>
export type DatabaseTaskSource = Exclude<TaskSource, HeartbeatSource>

function report(context: z.RefinementCtx, path: (string | number)[], found: string): void {
  const message = `expected a name that is used once, got ${JSON.stringify(found)} again`
  context.addIssue({ code: 'custom', path, message })
}

function isPattern(text: string): boolean {
  try {
    compilePattern(text)
    return true
  } catch {
    return false
  }
}

// The durable scheduler of n8n: schedules of workflows, and what became of their slots. A slot that is run becomes an
// execution; scheduled_task also has those that never did.
import type { ClientBase } from 'pg'
import type { SkippedSlot, ToldSlots } from './adapter.ts'
import { toSchedules } from './told-schedules.ts'
import type { Schedule } from '../account/slots.ts'

export interface SlotTables {
  readonly jobs: string
  readonly workflows: string
  /** Undefined where it is not there, or may not be read. */
  readonly slots: string | undefined
}

export interface ScheduledWork {
  readonly schedules: readonly Schedule[]
  readonly slots: readonly ToldSlots[]
  readonly skipped: readonly SkippedSlot[]
}

interface Job {
  readonly task: string
  readonly kind: string
  readonly cron: string | null
  readonly timezone: string | null
  readonly due: number | null
  readonly next: number | null
  readonly is_overdue: boolean
}

/** `zone` is that of workflows which name none. */
export async function readScheduledWork(
  client: ClientBase,
  tables: SlotTables,
  zone: string,
): Promise<ScheduledWork> {
  const jobs = await readJobs(client, tables)
  const told = jobs.map(({ task, kind, cron, timezone }) => ({
    task,
    // An interval, or every second week: no cron expression says when that is due.
    cron: kind === 'cron' ? (cron ?? '') : '',
    timezone: timezone ?? zone,
  }))
  const schedules = toSchedules(told)
  const byTask = Map.groupBy(jobs, ({ task }) => task)
  for (const { task } of schedules) byTask.delete(task)
  return {
    schedules,
    slots: [...byTask].map(([task, own]) => mergeJobs(task, own)),
    skipped: tables.slots === undefined ? [] : await readSkipped(client, { ...tables, slots: tables.slots }),
  }
}

/** A workflow may have several schedules: it is due when one of them is. */
function mergeJobs(task: string, jobs: readonly Job[]): ToldSlots {
  const times = (of: (job: Job) => number | null): number[] => jobs.flatMap((job) => of(job) ?? [])
  return {
    task,
    due: times(({ due }) => due).toSorted((a, b) => b - a)[0],
    nextRun: times(({ next }) => next).toSorted((a, b) => a - b)[0],
    isOverdue: jobs.some((job) => job.is_overdue),
    missedSince: times((job) => (job.is_overdue ? job.due : null)).toSorted((a, b) => b - a)[0],
  }
}

const epoch = (sql: string): string => `extract(epoch FROM ${sql})::float8`

// Poll triggers are left out: most of their slots start nothing, and rightly so.
const scheduled = `job.enabled AND job."ownerType" = 'workflow' AND job."taskType" <> 'workflow:poll-trigger'`

/** For each job two steps into an index, however many slots are kept. */
async function readJobs(client: ClientBase, { jobs, workflows, slots }: SlotTables): Promise<readonly Job[]> {
  const pick = (where: string, order: string): string =>
    slots === undefined
      ? 'SELECT NULL::timestamptz AS at, NULL::text AS status'
      : `SELECT "scheduledFor" AS at, status FROM ${slots} AS slot
        WHERE slot."jobId" = job.id AND slot."scheduledFor" ${where} ORDER BY slot."scheduledFor" ${order} LIMIT 1`
  const late = `now() - job."misfireGraceSeconds" * interval '1 s'`
  const { rows } = await client.query<Job>(
    `SELECT workflow.name AS task, job.kind, job."cronExpression" AS cron, job.timezone, ${epoch('due.at')} AS due,
      ${epoch('coalesce(upcoming.at, job."nextRunAt")')} AS next,
      coalesce(due.status IN ('pending', 'missed', 'failed') AND due.at < ${late}, false)
        OR coalesce(job."nextRunAt" < ${late}, false) AS is_overdue
    FROM ${jobs} AS job JOIN ${workflows} AS workflow ON workflow.id::text = job."ownerId"
    LEFT JOIN LATERAL (${pick('<= now()', 'DESC')}) AS due ON true
    LEFT JOIN LATERAL (${pick('> now()', 'ASC')}) AS upcoming ON true
    WHERE ${scheduled}`,
  )
  return rows
}

const keptSkipped = 1_000

/** n8n keeps them for a week. */
async function readSkipped(
  client: ClientBase,
  { jobs, workflows, slots }: SlotTables & { readonly slots: string },
): Promise<readonly SkippedSlot[]> {
  const { rows } = await client.query<{ id: string; task: string; at: number; error: string | null }>(
    `SELECT slot.id::text AS id, workflow.name AS task, ${epoch('slot."scheduledFor"')} AS at,
      left(slot."errorMessage", 500) AS error
    FROM ${slots} AS slot JOIN ${jobs} AS job ON job.id = slot."jobId"
    JOIN ${workflows} AS workflow ON workflow.id::text = job."ownerId"
    WHERE slot."finishedAt" > now() - interval '1 day' AND slot.status IN ('missed', 'failed') AND ${scheduled}
    ORDER BY slot."finishedAt" DESC LIMIT ${keptSkipped}`,
  )
  return rows.map(({ error, ...row }) => ({ ...row, error: error ?? undefined }))
}

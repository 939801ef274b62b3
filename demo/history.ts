// What happened before the fleet was started, so that its first page is not empty.
import { Cron } from 'croner'
import type { Client } from 'pg'
import { backOffSeconds, drawOutcome } from './outcome.ts'
import { cronPattern, timezone } from './tasks.ts'
import type { Task } from './tasks.ts'

const historySeconds = 3 * 3600

interface Run {
  readonly task: Task
  readonly attempt: number
  readonly startedAt: number
  readonly finishedAt: number
  readonly error: string | undefined
  readonly previous: Run | undefined
}

export interface Past {
  readonly tasks: readonly Task[]
  readonly speed: number
  readonly now: Date
}

/** Fills empty tables; those that hold something are left alone, but for runs that died with an earlier fleet. */
export async function writeHistory(client: Client, { tasks, speed, now }: Past): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM task_executions LIMIT 1')
  if (rowCount !== 0) {
    await client.query(endOrphans)
    return
  }
  const since = new Date(now.getTime() - (historySeconds / speed) * 1000)
  await client.query('BEGIN')
  await insertRuns(client, pastRuns(tasks, { since, until: now, speed }))
  await client.query(content, [since, now])
  for (const source of tasks.flatMap((task) => task.source ?? [])) {
    await client.query(syncs.replace('SOURCE', source), [since, now, 60 / speed])
  }
  await client.query('COMMIT')
}

/** What a scheduler does first with the runs that it finds open: nobody goes on with them. */
export const endOrphans = `
  UPDATE task_executions SET status = 'failed', finished_at = now(), error_message = 'killed: the scheduler was restarted'
  WHERE finished_at IS NULL`

/** Every finished run with its repetitions, in the order of their starts. */
export function pastRuns(tasks: readonly Task[], range: Range): readonly Run[] {
  const runs = tasks.flatMap((task) =>
    slotsBetween(task, range).flatMap((slot) => runsOfSlot(task, slot, range.speed)),
  )
  const until = range.until.getTime()
  return runs
    .filter(({ attempt, finishedAt }) => attempt === 1 || finishedAt < until)
    .map((run) => (run.finishedAt < until ? run : endedBy(run, until)))
    .toSorted((one, other) => one.startedAt - other.startedAt)
}

/** What would be under way at the end has just ended: nobody goes on with it, and its slot would be missed. */
function endedBy(run: Run, until: number): Run {
  return { ...run, startedAt: Math.min(run.startedAt, until - 2), finishedAt: until - 1 }
}

interface Range {
  readonly since: Date
  readonly until: Date
  readonly speed: number
}

function slotsBetween(task: Task, range: Range): Date[] {
  const cron = new Cron(cronPattern(task.type, range.speed), { timezone, paused: true })
  const slots: Date[] = []
  let slot = cron.nextRun(range.since)
  while (slot && slot < range.until) {
    slots.push(slot)
    slot = cron.nextRun(slot)
  }
  return slots
}

function runsOfSlot(task: Task, slot: Date, speed: number): Run[] {
  const runs: Run[] = []
  let startedAt = slot.getTime() + (task.delaySeconds * 1000) / speed
  for (let attempt = 1; attempt <= task.retries + 1; attempt += 1) {
    const { seconds, error } = drawOutcome(task, slot, attempt)
    const finishedAt = startedAt + (seconds * 1000) / speed
    runs.push({ task, attempt, startedAt, finishedAt, error, previous: runs.at(-1) })
    if (error === undefined) break
    startedAt = finishedAt + (backOffSeconds(attempt) * 1000) / speed
  }
  return runs
}

/** One statement: ids are given in the order of starts, and the sequence goes on after them. */
async function insertRuns(client: Client, runs: readonly Run[]): Promise<void> {
  const ids = new Map(runs.map((run, index) => [run, index + 1]))
  const records = runs.map((run) => ({
    id: ids.get(run),
    task_name: run.task.name,
    task_type: run.task.type,
    status: run.error === undefined ? 'success' : 'failed',
    started_at: new Date(run.startedAt),
    finished_at: new Date(run.finishedAt),
    error_message: run.error ?? null,
    retry_of: run.previous ? (ids.get(run.previous) ?? null) : null,
    attempt: run.attempt,
  }))
  await client.query(
    'INSERT INTO task_executions SELECT * FROM jsonb_populate_recordset(NULL::task_executions, $1)',
    [JSON.stringify(records)],
  )
  await client.query("SELECT setval(pg_get_serial_sequence('task_executions', 'id'), $1)", [
    records.length + 1,
  ])
}

const syncs = `
  INSERT INTO SOURCE_syncs (synced_at, row_count)
  SELECT synced_at, 20 FROM generate_series($1::timestamptz, $2, make_interval(secs => $3)) AS synced_at`

const content = `
  WITH period AS (SELECT $1::timestamptz AS since, $2::timestamptz AS until),
  kol AS (
    INSERT INTO kols (nickname, state)
    SELECT 'KOL ' || n, (ARRAY['active', 'active', 'active', 'paused', 'training', 'retired'])[1 + n % 6]
    FROM generate_series(1, 24) AS n RETURNING id
  ),
  post AS (
    INSERT INTO posts (kol_id, state, created_at, published_at)
    SELECT (SELECT min(id) FROM kol) + n % 24, state, created_at,
           CASE WHEN state = 'published' THEN created_at + (until - since) / 100 END
    FROM period, generate_series(1, 500) AS n,
         LATERAL (SELECT CASE WHEN n > 490 THEN 'draft' WHEN n > 475 THEN 'scheduled' WHEN n % 25 = 0 THEN 'failed'
                              ELSE 'published' END AS state,
                         since + (until - since) * n / 510 AS created_at) AS each
  )
  INSERT INTO ohlc (symbol, ts, close, volume, synced_at)
  SELECT (2300 + n) || '.TW', ts, price(n, ts), 1000 * (5 + (n * 7) % 11), ts
  FROM period, generate_series(1, 20) AS n, generate_series(since, until, (until - since) / 180) AS ts`

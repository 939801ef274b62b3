// Programs that write runs all at once and in every way that is known to fool a reader.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import type { Shape } from './task-tables.ts'

interface Ending {
  readonly outcome: 'success' | 'failed'
  readonly error: string | null
  readonly errorClass: string | null
}

const endings: readonly Ending[] = [
  { outcome: 'success', error: null, errorClass: null },
  { outcome: 'success', error: null, errorClass: null },
  { outcome: 'failed', error: 'HTTP 503 from upstream', errorClass: 'http_503' },
  { outcome: 'failed', error: 'read ECONNRESET', errorClass: 'connection' },
  { outcome: 'failed', error: 'deadlock detected (SQLSTATE 40P01)', errorClass: 'deadlock_detected' },
  { outcome: 'failed', error: 'loss is NaN', errorClass: 'other' },
]

/** Writes until `signal` aborts; each lap is one run, or a run and its repetition. */
export async function writeRuns(client: Client, shape: Shape, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const task = `${shape}_task_${Math.floor(Math.random() * 5)}`
    const ending = pick(endings)
    const id = await writeRun(client, { shape, task, ending, retryOf: null })
    if (id !== undefined && ending.outcome === 'failed' && Math.random() < 0.5) {
      await writeRun(client, { shape, task, ending: pick(endings), retryOf: id })
    }
    await sleep(Math.random() * 60)
  }
}

interface RunPlan {
  readonly shape: Shape
  readonly task: string
  readonly ending: Ending
  readonly retryOf: string | null
}

/** Undefined for a run that was rolled back. */
async function writeRun(client: Client, plan: RunPlan): Promise<string | undefined> {
  const isOneTransaction = Math.random() < 0.4
  await client.query('BEGIN')
  const id = await insertRun(client, plan)
  if (!isOneTransaction) {
    await holdOpen()
    await client.query('COMMIT')
    await sleep(Math.random() * 400)
    await client.query('BEGIN')
  }
  await endRun(client, plan, id)
  await holdOpen()
  if (isOneTransaction && Math.random() < 0.1) {
    await client.query('ROLLBACK')
    return undefined
  }
  await client.query('COMMIT')
  return id
}

/** One transaction in ten stays open for seconds after it has written. */
async function holdOpen(): Promise<void> {
  if (Math.random() < 0.1) await sleep(500 + Math.random() * 3500)
}

async function insertRun(client: Client, { shape, task, retryOf }: RunPlan): Promise<string> {
  // Programs with a clock of their own, up to three minutes early or late.
  const skew = shape === 'by_id' ? Math.floor(Math.random() * 360 - 180) : 0
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO ${shape} (task_name, status, started_at, retry_of)
    VALUES ($1, 'running', clock_timestamp() + $2 * interval '1 second', $3) RETURNING id::text`,
    [task, skew, retryOf],
  )
  return rows[0]?.id ?? ''
}

/** The end of a run and its line in the journal are one transaction. */
async function endRun(client: Client, { shape, task, ending, retryOf }: RunPlan, id: string): Promise<void> {
  const skew = shape === 'by_id' ? Math.floor(Math.random() * 360 - 180) : 0
  await client.query(
    `WITH ended AS (
      UPDATE ${shape} SET status = $2, error_message = $3, finished_at = clock_timestamp() + $4 * interval '1 second'
      WHERE id::text = $1 AND id = $1::${shape === 'by_id' ? 'bigint' : 'uuid'} RETURNING id, started_at, finished_at)
    INSERT INTO journal (shape, run, task, outcome, is_retry, error_class, duration)
    SELECT '${shape}', id::text, $5, $2, $6, $7, extract(epoch FROM finished_at)::float8 - extract(epoch FROM started_at)::float8 FROM ended`,
    [id, ending.outcome, ending.error, skew, task, retryOf !== null, ending.errorClass],
  )
}

/** Edits ended runs, uses some again, and deletes old ones that had their time to be read. */
export async function tidyRuns(client: Client, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const shape of ['by_id', 'by_end'] as const) {
      await client.query(
        `UPDATE ${shape} SET note = 'edited' WHERE id IN (
          SELECT id FROM ${shape} WHERE status = 'success' ORDER BY random() LIMIT 20 FOR UPDATE SKIP LOCKED)`,
      )
      await client.query(
        `DELETE FROM ${shape} WHERE id::text IN (SELECT run FROM journal WHERE shape = '${shape}'
          GROUP BY run HAVING max(written_at) < now() - interval '35 seconds')`,
      )
    }
    await useAgain(client)
    await sleep(500)
  }
}

/** A record that failed a while ago runs again in place, and succeeds. */
async function useAgain(client: Client): Promise<void> {
  const { rows } = await client.query<{ run: string; task: string }>(
    `UPDATE journal SET is_again = true WHERE ctid IN (
      SELECT ctid FROM journal WHERE shape = 'by_end' AND outcome = 'failed' AND NOT is_again
        AND written_at BETWEEN now() - interval '25 seconds' AND now() - interval '20 seconds' LIMIT 2)
    RETURNING run, task`,
  )
  for (const { run, task } of rows) {
    const reopened = await client.query(
      `UPDATE by_end SET status = 'running', started_at = clock_timestamp(), finished_at = NULL, error_message = NULL
      WHERE id = $1::uuid AND status = 'failed'`,
      [run],
    )
    if (reopened.rowCount === 0) continue
    await sleep(100)
    const isRetry = await client.query<{ is_retry: boolean }>(
      'SELECT retry_of IS NOT NULL AS is_retry FROM by_end WHERE id = $1',
      [run],
    )
    const retryOf = isRetry.rows[0]?.is_retry ? run : null
    await endRun(
      client,
      { shape: 'by_end', task, retryOf, ending: { outcome: 'success', error: null, errorClass: null } },
      run,
    )
  }
}

function pick<T>(values: readonly T[]): T {
  const value = values[Math.floor(Math.random() * values.length)]
  if (value === undefined) throw new Error('expected something to pick from')
  return value
}

// The records of runs in the table task_executions.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'pg'
import type { Task } from './tasks.ts'

export interface Beginning {
  readonly task: Task
  readonly attempt: number
  /** The run that this one repeats. */
  readonly previous: string | null
}

export interface TaskLog {
  /** The id of the new record; undefined when it could not be written. */
  begin(run: Beginning): Promise<string | undefined>
  /** Tries until the database takes it: what has ended must not stay open for ever. */
  finish(id: string, error: string | undefined): Promise<void>
}

const againMilliseconds = 500

export function createTaskLog(pool: Pool, signal: AbortSignal): TaskLog {
  return {
    async begin({ task, attempt, previous }) {
      const status = attempt === 1 ? 'running' : 'retrying'
      const values = [task.name, task.type, status, previous, attempt]
      const written = pool.query<{ id: string }>(insert, values)
      return written.then(
        ({ rows }) => rows[0]?.id,
        () => undefined,
      )
    },
    async finish(id, error) {
      // Who is killed writes nothing more.
      signal.throwIfAborted()
      // Taken now: a database that comes back later must not make the run longer than it was.
      const finishedAt = new Date()
      const values = [id, error === undefined ? 'success' : 'failed', error ?? null, finishedAt]
      while (!(await isWritten(pool, values))) await sleep(againMilliseconds, undefined, { signal })
    },
  }
}

async function isWritten(pool: Pool, values: readonly unknown[]): Promise<boolean> {
  try {
    await pool.query(update, [...values])
    return true
  } catch {
    return false
  }
}

const insert = `
  INSERT INTO task_executions (task_name, task_type, status, started_at, retry_of, attempt)
  VALUES ($1, $2, $3, now(), $4, $5) RETURNING id`

// The clocks of the two machines may differ by more than a run took.
const update = `
  UPDATE task_executions SET status = $2, error_message = $3, finished_at = greatest($4, started_at)
  WHERE id = $1`

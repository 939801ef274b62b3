// reconnect_database: ends the sessions that sit idle in a transaction while others wait for their locks.
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'pg'
import { z } from 'zod'
import { duration } from '../../../exporter/src/schema/duration.ts'
import { Refusal, defineAction } from './action.ts'
import type { Plan } from './action.ts'
import { databaseOf, withClient } from './postgres-session.ts'
import { secretUrl, serverTls } from './secret-url.ts'

const fields = z.object({
  url: secretUrl(/^postgres(?:ql)?:$/, 'postgresql://USER@HOST:5432/DATABASE').describe(
    'As a role with pg_signal_backend and pg_read_all_stats, and nothing more.',
  ),
  tls: serverTls,
  users: z.array(z.string().min(1)).min(1).describe('Whose sessions may be ended.'),
  applications: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Of which applications; all but backups and migrations where it is left out.'),
  idle_for: duration.prefault('1m').describe('How long a session must have been idle in its transaction.'),
  max_sessions: z.int().min(1).max(3).prefault(3).describe('How many at a time.'),
})
type Target = z.output<typeof fields>

interface Blocker {
  readonly pid: number
  readonly usename: string
  readonly application_name: string
  readonly idle_seconds: number
  readonly waiting: number
  readonly backend_start: string
}

const nothingToEnd = 'no session that may be ended blocks others'
const neverEnded = '(pg_dump|pg_restore|pg_basebackup|migrat|flyway|liquibase|alembic)'

/** Those who hold up others, looked up and judged in the one statement that also ends them. */
const blockers = `
  WITH waiting AS (
    SELECT unnest(pg_blocking_pids(pid)) AS pid, count(*) AS waiting
    FROM pg_stat_activity WHERE wait_event_type = 'Lock' GROUP BY 1
  ), blocker AS MATERIALIZED (
    SELECT a.pid, a.usename, a.application_name, a.backend_start::text, w.waiting::int,
      extract(epoch FROM clock_timestamp() - a.state_change)::float8 AS idle_seconds
    FROM pg_stat_activity a JOIN waiting w USING (pid)
    WHERE a.state IN ('idle in transaction', 'idle in transaction (aborted)')
      AND a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()
      AND a.usename = ANY ($1::text[])
      AND ($2::text[] IS NULL OR a.application_name = ANY ($2::text[]))
      AND a.application_name !~* '${neverEnded}'
      AND a.state_change < clock_timestamp() - make_interval(secs => $3)
    ORDER BY w.waiting DESC, a.state_change LIMIT $4
  )`

export const reconnectPostgres = defineAction({
  name: 'reconnect_database',
  type: 'postgres',
  fields,
  identify: ({ url }) => databaseOf(url),
  async plan(target, { signal }): Promise<Plan> {
    const found = await withClient(target, signal, (client) =>
      ask(client, target, `${blockers} SELECT * FROM blocker`),
    )
    if (found.length === 0) return { refusal: nothingToEnd }
    return { steps: found.map((blocker) => `end ${describe(blocker)}`) }
  },
  run: (target, { signal }) =>
    withClient(target, signal, async (client) => {
      const ended = await ask(
        client,
        target,
        `${blockers} SELECT *, pg_terminate_backend(pid) AS ended FROM blocker`,
      )
      if (ended.length === 0) throw new Refusal(nothingToEnd)
      await untilGone(client, ended, signal)
      return ended.map((blocker) => `ended ${describe(blocker)}`)
    }),
})

function describe({ pid, usename, application_name: application, idle_seconds, waiting }: Blocker): string {
  const shown = application.replaceAll(/\p{Cc}/gu, ' ').slice(0, 60)
  return `session ${pid} of ${usename} (${shown}), idle in transaction for ${Math.round(idle_seconds)} s, ${waiting} waiting`
}

async function ask(client: Client, target: Target, sql: string): Promise<Blocker[]> {
  const { users, applications = null, idle_for: idleFor, max_sessions: most } = target
  return (await client.query<Blocker>(sql, [users, applications, idleFor, most])).rows
}

/** A process id alone may be somebody else's by now. */
async function untilGone(client: Client, ended: readonly Blocker[], signal: AbortSignal): Promise<void> {
  const sql = `SELECT 1 FROM pg_stat_activity
    WHERE (pid, backend_start::text) IN (SELECT * FROM unnest($1::int[], $2::text[]))`
  const parameters = [ended.map(({ pid }) => pid), ended.map(({ backend_start: start }) => start)]
  while ((await client.query(sql, parameters)).rows.length > 0) {
    await delay(100, undefined, { signal })
  }
}

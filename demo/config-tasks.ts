// The `tasks` section for the demo's scheduler.
import { databaseName, schedulerName } from './catalogue.ts'
import type { Fleet } from './fleet.ts'
import { cronPattern, tasks, timezone } from './tasks.ts'

// An hour of the demo is a minute: a run may be late by a third of it, and hangs after two.
const graceSeconds = 20
const patienceSeconds = 120

export function renderTasks({ speed }: Pick<Fleet, 'speed'>): readonly object[] {
  const seconds = (amount: number): string => `${Math.round((amount * 1000) / speed)}ms`
  return [
    {
      name: schedulerName,
      kind: 'table',
      database: databaseName,
      table: 'task_executions',
      columns: { type: 'task_type', error: 'error_message', retry_of: 'retry_of' },
      // What the demo wrote before it was started: the last runs are known from the first page on.
      history: '7d',
      schedules: tasks.map(({ name, type, source, durationSeconds: [least] }) => ({
        task: name,
        type,
        cron: cronPattern(type, speed),
        timezone,
        grace: seconds(graceSeconds),
        max_runtime: seconds(patienceSeconds),
        min_runtime: seconds(least / 2),
        depends_on: source === undefined ? [] : [source],
      })),
      errors: [
        { class: 'quota', match: 'RESOURCE_EXHAUSTED|HTTP 429' },
        { class: 'auth', match: 'HTTP 401|session .* expired' },
        { class: 'killed', match: '^killed' },
      ],
    },
  ]
}

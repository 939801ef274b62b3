// Scheduled work: what ran, what failed, what is late. Each source is read on its own and none waits for another.
import { defineCollector } from '../collector.ts'
import type { Context, Reference, Watch } from '../collector.ts'
import type { Adapter } from './kinds/adapter.ts'
import { watchDatabaseSource } from './database-source.ts'
import { dependencyReferences } from './dependencies.ts'
import { taskFamilies, taskMetrics } from './families.ts'
import { watchHeartbeat } from './heartbeat.ts'
import type { Heartbeat } from './heartbeat.ts'
import { adaptN8n } from './kinds/n8n.ts'
import { adaptPgBoss } from './kinds/pg-boss.ts'
import { adaptPgCron } from './kinds/pg-cron.ts'
import type { ReceivePing } from './ping.ts'
import type { SourceReading, TaskReading, TasksReading } from './reading.ts'
import { section } from './section.ts'
import type { DatabaseTaskSource, TaskSource } from './section.ts'
import { adaptTable } from './kinds/table.ts'

export interface TasksWatch extends Watch<TasksReading> {
  readonly receivePing: ReceivePing
}

export const tasks = defineCollector({
  name: 'tasks',
  schema: section,
  metrics: taskMetrics,
  references: (sources): Reference[] => [
    ...sources.flatMap((source, index) =>
      source.kind === 'heartbeat'
        ? []
        : [{ path: [index, 'database'], name: source.database, to: 'database' as const }],
    ),
    ...dependencyReferences(sources),
  ],
  create: watchTasks,
  families: taskFamilies,
})

function watchTasks(sources: readonly TaskSource[], context: Context): TasksWatch {
  const heartbeats: Heartbeat[] = []
  const watches = sources.map((source) => {
    if (source.kind !== 'heartbeat') return watchDatabaseSource(source, adapt(source), context)
    const heartbeat = watchHeartbeat(source, context)
    heartbeats.push(heartbeat)
    return heartbeat.collect
  })
  return {
    async collect(round) {
      const found = await Promise.all(watches.map((watch) => watch(round)))
      return { targets: [], sources: found, tasks: distinct(found) }
    },
    async receivePing(ping) {
      const owner = heartbeats.find(({ tasks: known }) => known.has(ping.task))
      return owner ? owner.receive(ping) : 'unknown_task'
    },
  }
}

function adapt(source: DatabaseTaskSource): Adapter {
  if (source.kind === 'n8n') return adaptN8n(source)
  if (source.kind === 'pg_boss') return adaptPgBoss(source)
  if (source.kind === 'pg_cron') return adaptPgCron(source)
  return adaptTable(source)
}

/** Two sources may name a task alike; series may not, so the later one bears its source's name in front. */
function distinct(sources: readonly SourceReading[]): TaskReading[] {
  const names = new Set<string>()
  return sources.flatMap(({ tasks: found }) =>
    found.map((reading) => {
      const task = names.has(reading.task) ? `${reading.source}/${reading.task}` : reading.task
      names.add(task)
      if (task === reading.task) return reading
      return { ...reading, task, labels: Object.freeze({ ...reading.labels, task }) }
    }),
  )
}

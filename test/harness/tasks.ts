// A `tasks` collector at work on a table of a real Postgres.
import type { TasksReading, TaskReading } from '../../exporter/src/collectors/tasks/reading.ts'
import { tasks } from '../../exporter/src/collectors/tasks/tasks.ts'
import type { TasksWatch } from '../../exporter/src/collectors/tasks/tasks.ts'
import { openDatabase } from '../../exporter/src/probes/postgres/postgres.ts'
import { collectorContext, startRound } from './collector.ts'
import type { TestContext } from './collector.ts'

export interface TaskWatch {
  collect(): Promise<TasksReading>
  /** Collects, and gives the task of that name. */
  task(name: string): Promise<TaskReading>
  /** The same watch after a restart of the process: only what was saved is left. */
  restart(): Promise<void>
  readonly watch: () => TasksWatch
  readonly context: () => TestContext
  close(): Promise<void>
}

export interface TaskWatchOptions {
  readonly url: string
  readonly source: object
  readonly stateDirectory?: string
  readonly timeoutSeconds?: number
}

export function watchTasks({ url, source, stateDirectory, timeoutSeconds = 5 }: TaskWatchOptions): TaskWatch {
  const section = tasks.schema.parse([{ name: 'source', database: 'db', ...source }])
  let database = openDatabase('db', url)
  let context = openContext()
  let watch = open()

  function openContext(): TestContext {
    const databases = new Map([['db', database]])
    return collectorContext({ databases, timeoutSeconds, stateDirectory })
  }

  function open(): TasksWatch {
    return tasks.create(section, context) as TasksWatch
  }

  async function task(name: string): Promise<TaskReading> {
    const reading = await watch.collect(startRound())
    const found = reading.tasks.find((item) => item.task === name)
    if (!found) throw new Error(`expected task ${name}, got ${JSON.stringify(reading.sources)}`)
    return found
  }

  async function restart(): Promise<void> {
    await database.close()
    database = openDatabase('db', url)
    context = openContext()
    watch = open()
  }
  return {
    collect: () => watch.collect(startRound()),
    task,
    restart,
    watch: () => watch,
    context: () => context,
    close: () => database.close(),
  }
}

// The scheduler of the fleet: what it did before the fleet was started, and what it does while it runs.
import { schedulerName } from './catalogue.ts'
import { withClient } from './database/platform.ts'
import type { PlatformDatabase } from './database/platform.ts'
import type { Breakable } from './fault.ts'
import { endOrphans, writeHistory } from './history.ts'
import { tasksOf } from './rehearsal.ts'
import type { Rehearsal } from './rehearsal.ts'
import type { Source } from './sources/source.ts'
import { startTask } from './task-runner.ts'
import type { RunnerOptions, TaskRunner } from './task-runner.ts'

interface Pace {
  readonly speed: number
  readonly rehearsal?: Rehearsal
}

interface Surroundings extends Pick<RunnerOptions, 'ask' | 'rowDefect'> {
  readonly database: PlatformDatabase
  readonly sources: readonly Source[]
}

/** As late as can be: a slot between the history and the first run would be missed. */
export async function fillPast(pace: Pace, { ownerUrl }: PlatformDatabase): Promise<void> {
  const past = { speed: pace.speed, now: new Date(), tasks: tasksOf(pace) }
  await withClient(ownerUrl, (client) => writeHistory(client, past))
}

export interface Scheduler {
  readonly runners: readonly TaskRunner[]
  /** As a whole: while it is down no task is started. */
  readonly breakable: Breakable
}

export function startScheduler(pace: Pace, { database, sources, ask, rowDefect }: Surroundings): Scheduler {
  const isStalled = (name: string): boolean =>
    sources.some((source) => source.name === name && source.isStalled())
  const { speed } = pace
  let isDown = false
  const options = { pool: database.pool, ask, speed, isStalled, rowDefect, isStopped: () => isDown }
  const runners = tasksOf(pace).map((task) => startTask(task, options))
  return {
    runners,
    breakable: {
      name: schedulerName,
      kind: 'task',
      faults: ['down', 'killed'],
      async break(fault) {
        isDown = true
        if (fault === 'killed') await Promise.all(runners.map((runner) => runner.abandon()))
      },
      async heal() {
        await database.pool.query(endOrphans)
        isDown = false
      },
    },
  }
}

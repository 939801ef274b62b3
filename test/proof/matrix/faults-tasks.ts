// Who starts tasks, and how often they fail.
import { setTimeout as delay } from 'node:timers/promises'
import { pingToken } from './config.ts'
import { critical, warning } from './fault.ts'
import type { Fault } from './fault.ts'
import { untilSeen } from './scene.ts'
import type { Scene } from './scene.ts'
import { untilRow } from './sql.ts'

/** Hourly tasks are due every five seconds, and begin within half a second of that. */
const slotSeconds = 5

/** One page: none for each of the tasks that wait, nor for the run that is never ended. */
export const schedulerKilled: Fault = {
  name: 'scheduler killed with a run under way',
  pages: [critical('SchedulerStopped', 'source=scheduler')],
  async inject(scene) {
    const { fleet } = scene.stack
    await fleet.break('summary', 'hang')
    await untilRow(scene, `SELECT count(*) > 0 AS ok ${openRuns}`)
    await delay((slotSeconds - ((Date.now() / 1000 + slotSeconds / 2) % slotSeconds)) * 1000)
    await fleet.break('scheduler', 'killed')
    await untilRow(scene, `SELECT count(*) > 0 AS ok ${openRuns}`)
  },
  // The next slot, and its grace.
  becomesFact: (scene) =>
    untilRow(scene, `SELECT max(started_at) < now() - interval '6.7 s' AS ok FROM task_executions`),
  async heal({ stack }) {
    await stack.fleet.heal('summary')
    await stack.fleet.heal('scheduler')
  },
  watched: '1m',
}
const openRuns = `FROM task_executions WHERE task_name = 'summary' AND finished_at IS NULL`

/** Each run is seen before the next one ends; no failure lasts long enough to be told of by itself. */
export const flaky: Fault = {
  name: 'backup fails every other time',
  pages: [warning('TaskFailureRateHigh', 'task=backup task_type=daily')],
  async inject(scene) {
    for (const [index, signal] of ['', '/fail', '', '/fail', ''].entries()) {
      await ping(scene, signal)
      await untilSeen(scene, `watchpost_task_runs_total{task="backup"} > ${index}`)
    }
  },
  async heal(scene) {
    for (let run = 0; run < 30; run += 1) await ping(scene, '')
  },
}

export const failedOnce: Fault = {
  name: 'backup failed once',
  pages: [warning('TaskFailed', 'task=backup task_type=daily')],
  inject: (scene) => ping(scene, '/fail'),
  heal: (scene) => ping(scene, ''),
}

async function ping({ stack }: Scene, signal: string): Promise<void> {
  const url = `${stack.urls.exporter ?? ''}/ping/backup${signal}`
  const answer = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${pingToken}` } })
  if (!answer.ok) throw new Error(`${url}: expected 200, got ${answer.status}: ${await answer.text()}`)
  await answer.body?.cancel()
}

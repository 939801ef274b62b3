// retry_failed_task on a real pg-boss with a real worker.
import { PgBoss } from 'pg-boss'
import { startPostgres } from '../../../harness/postgres.ts'
import { waitFor } from '../../../harness/wait.ts'
import { startApp } from '../app.ts'
import { service } from './fault.ts'
import type { Fault } from './fault.ts'

const queue = 'prices'

/** A job whose source was away when it ran, and is back since. */
export async function failedJob(): Promise<Fault> {
  const server = await startPostgres()
  const boss = new PgBoss({ connectionString: server.url, schema: 'pgboss' })
  // What it meets while the server is stopped says nothing of what is proved.
  boss.on('error', () => {})
  await boss.start()
  await boss.createQueue(queue)
  await server.run(`
    CREATE ROLE healer LOGIN PASSWORD 'one';
    GRANT USAGE ON SCHEMA pgboss TO healer;
    GRANT SELECT, UPDATE (state, retry_limit, completed_on, start_after) ON pgboss.job TO healer`)
  let [isAway, runs] = [true, 0]
  await boss.work(queue, { pollingIntervalSeconds: 0.5 }, () => {
    runs += 1
    return isAway ? Promise.reject(new Error('HTTP 503')) : Promise.resolve()
  })
  let id = ''
  const stateOf = async (): Promise<string | undefined> => (await boss.getJobById(queue, id))?.state
  const app = await startApp({ isHealthy: async () => id === '' || (await stateOf()) === 'completed' })
  return {
    name: 'job',
    action: 'retry_failed_task',
    target: { type: 'pg_boss', url: server.urlFor('healer', 'one'), queue },
    ...service('job', app.url),
    async breakIt() {
      id = (await boss.send(queue, {}, { retryLimit: 0 })) ?? ''
      await waitFor('the job fails', async () => (await stateOf()) === 'failed')
      isAway = false
    },
    inspect: () => {
      if (runs === 2) return Promise.resolve()
      throw new Error(`expected two runs, got ${runs}`)
    },
    async remove() {
      await app.close()
      await boss.stop({ graceful: false })
      await server.remove()
    },
  }
}

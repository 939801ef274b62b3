// retry_failed_task on a real pg-boss, as a role that may do nothing else.
import { PgBoss } from 'pg-boss'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { retryPgBossJob } from '../../recovery/src/actions/retry-pg-boss-job.ts'
import { startPostgres } from '../harness/postgres.ts'
import type { TestPostgres } from '../harness/postgres.ts'
import { waitFor } from '../harness/wait.ts'

let server: TestPostgres
let boss: PgBoss
beforeAll(async () => {
  server = await startPostgres()
  boss = new PgBoss({ connectionString: server.url, schema: 'pgboss' })
  boss.on('error', () => {})
  await boss.start()
  await server.run(`
    CREATE ROLE healer LOGIN PASSWORD 'one';
    GRANT USAGE ON SCHEMA pgboss TO healer;
    GRANT SELECT, UPDATE (state, retry_limit, completed_on, start_after) ON pgboss.job TO healer`)
})
afterAll(async () => {
  await boss.stop({ graceful: false })
  await server.remove()
})

let queues = 0

/** A queue of its own with one job that was taken and failed. */
async function failedJob(options: object = {}): Promise<{ readonly queue: string; readonly id: string }> {
  const queue = `prices_${(queues += 1)}`
  await boss.createQueue(queue, options)
  await boss.send(queue, { symbol: '2330' }, { retryLimit: 0 })
  const id = await take(queue)
  await boss.fail(queue, id, { message: 'HTTP 503' })
  return { queue, id }
}

async function take(queue: string): Promise<string> {
  return waitFor('a job to work on', async () => (await boss.fetch(queue))[0]?.id)
}

function bind(queue: string, change: object = {}) {
  const fields = { url: server.urlFor('healer', 'one'), queue, ...change }
  return retryPgBossJob.bind(retryPgBossJob.fields.parse(fields))
}

const moment = () => ({ now: 0, signal: AbortSignal.timeout(10_000), idempotencyKey: 'k' })

test('the job that failed is worked on once more, with what it was given', async () => {
  const { queue, id } = await failedJob()
  expect(await bind(queue).plan(moment())).toEqual({
    steps: [`retry job ${id} of queue ${queue}, tried 1 times`],
  })
  const running = bind(queue).run(moment())
  expect(await take(queue)).toBe(id)
  await boss.complete(queue, id)
  expect(await running).toEqual([`retried job ${id} of queue ${queue}: completed`])
  const job = await boss.getJobById(queue, id)
  expect(job).toMatchObject({ state: 'completed', retryCount: 1, data: { symbol: '2330' } })
})

test('one that fails again is an error, and is not retried beyond the limit', async () => {
  const { queue, id } = await failedJob()
  const ended = Promise.allSettled([bind(queue).run(moment())])
  await boss.fail(queue, await take(queue), { message: 'HTTP 503' })
  expect(await ended).toEqual([{ status: 'rejected', reason: new Error(`job ${id} is failed again`) }])
  expect(await bind(queue, { max_retries: 1 }).plan(moment())).toEqual({
    refusal: `job ${id} was retried 1 times`,
  })
})

test('of two that retry at once one finds it done', async () => {
  const { queue, id } = await failedJob()
  const both = Promise.allSettled([bind(queue).run(moment()), bind(queue).run(moment())])
  await boss.complete(queue, await take(queue))
  const results = await both
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(await boss.getJobById(queue, id)).toMatchObject({ retryCount: 1 })
})

test('what did not fail, or failed long ago, is refused', async () => {
  const { queue, id } = await failedJob()
  expect(await bind('nothing_here').plan(moment())).toEqual({
    refusal: 'queue nothing_here has no job that ended',
  })
  await server.run(`UPDATE pgboss.job SET completed_on = now() - interval '2 days' WHERE id = '${id}'`)
  expect(await bind(queue).plan(moment())).toEqual({ refusal: `job ${id} failed too long ago` })
  await boss.send(queue, {})
  const next = await take(queue)
  await boss.complete(queue, next)
  expect(await bind(queue).plan(moment())).toEqual({ refusal: `the last job, ${next}, is completed` })
  await expect(bind(queue).run(moment())).rejects.toThrow('is completed')
})

test('a queue that lets one job of a kind wait is not given a second', async () => {
  const { queue } = await failedJob({ policy: 'stately' })
  const other = await boss.send(queue, {}, { retryLimit: 2, retryDelay: 60 })
  await boss.fail(queue, await take(queue), { message: 'HTTP 503' })
  expect(await boss.getJobById(queue, other ?? '')).toMatchObject({ state: 'retry' })
  await expect(bind(queue).run(moment())).rejects.toThrow(`another job of queue ${queue} waits already`)
})

test('nobody works on it: the deadline ends the wait, and the job is left to whoever comes', async () => {
  const { queue, id } = await failedJob()
  const signal = AbortSignal.timeout(1_000)
  await expect(bind(queue).run({ ...moment(), signal })).rejects.toThrow(/abort|closed|terminated/i)
  expect(await boss.getJobById(queue, id)).toMatchObject({ state: 'retry' })
})

test('a role without the grant, and tables that are not there, are errors that say so', async () => {
  const { queue } = await failedJob()
  await server.run("CREATE ROLE reader LOGIN PASSWORD 'two'; GRANT USAGE ON SCHEMA pgboss TO reader")
  await server.run('GRANT SELECT ON pgboss.job TO reader')
  const reader = bind(queue, { url: server.urlFor('reader', 'two') })
  onTestFinished(() => server.run('DROP OWNED BY reader; DROP ROLE reader'))
  await expect(reader.run(moment())).rejects.toThrow('permission denied')
  await expect(bind(queue, { schema: 'elsewhere' }).plan(moment())).rejects.toThrow('does not exist')
})

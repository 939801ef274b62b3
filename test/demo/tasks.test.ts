// The demo's scheduler: what it writes, and how its tasks misbehave on command.
import { describe, expect, test } from 'vitest'
import { useFleet } from '../harness/fleet.ts'

const demo = useFleet(30)

const patient = { timeout: 20_000, interval: 100 }

describe('tasks', () => {
  const runs = (task: string, condition: string): Promise<number> =>
    demo.count(`task_executions WHERE task_name = '${task}' AND ${condition}`)

  test('there is a history with successes, failures and repetitions, and the present goes on', async () => {
    expect(await demo.rows('SELECT DISTINCT task_type FROM task_executions ORDER BY 1')).toEqual([
      { task_type: 'daily' },
      { task_type: 'hourly' },
      { task_type: 'weekly' },
    ])
    expect(await demo.count("task_executions WHERE status = 'failed'")).toBeGreaterThan(5)
    expect(
      await demo.count(
        'task_executions AS run JOIN task_executions AS former ON former.id = run.retry_of WHERE run.attempt = former.attempt + 1',
      ),
    ).toBeGreaterThan(5)
    const before = await runs('summary', "status = 'success'")
    await expect.poll(() => runs('summary', "status = 'success'"), patient).toBeGreaterThan(before)
  })

  test('a task that fails is repeated as often as it may be', async () => {
    const before = await runs('post', 'attempt = 3')
    await demo.spoil('post', 'fail')
    await expect
      .poll(() => runs('post', "attempt = 3 AND status = 'failed'"), patient)
      .toBeGreaterThan(before)
  })

  test('a task that is retried succeeds in the end', async () => {
    const repeated = (): Promise<number> => runs('sync_kols', "attempt = 2 AND status = 'success'")
    const before = await repeated()
    await demo.spoil('sync_kols', 'retry')
    await expect.poll(repeated, patient).toBeGreaterThan(before + 1)
  })

  test('a hung run stays open and lets no other start, until it is killed', async () => {
    await demo.spoil('analyze', 'hang')
    await expect
      .poll(
        () => runs('analyze', "finished_at IS NULL AND started_at < now() - interval '5 seconds'"),
        patient,
      )
      .toBe(1)
    expect(await runs('analyze', "started_at > now() - interval '4 seconds'")).toBe(0)
    await demo.fleet.heal('analyze')
    await expect.poll(() => runs('analyze', "error_message LIKE 'killed:%'"), patient).toBe(1)
  })

  test('a missed slot leaves no record', async () => {
    await demo.spoil('summary', 'miss')
    await expect.poll(() => runs('summary', "started_at > now() - interval '4 seconds'"), patient).toBe(0)
    await demo.fleet.heal('summary')
    await expect
      .poll(() => runs('summary', "started_at > now() - interval '4 seconds'"), patient)
      .toBeGreaterThan(0)
  })

  test('a scheduler that is down starts nothing, and what runs ends', async () => {
    const recent = "task_executions WHERE started_at > now() - interval '4 seconds'"
    await demo.spoil('scheduler', 'down')
    await expect.poll(() => demo.count(recent), patient).toBe(0)
    expect(await demo.count('task_executions WHERE finished_at IS NULL')).toBe(0)
    await demo.fleet.heal('scheduler')
    await expect.poll(() => demo.count(recent), patient).toBeGreaterThan(0)
  })

  test('a scheduler that is killed leaves its runs open, and ends them when it is back', async () => {
    const open = 'task_executions WHERE finished_at IS NULL'
    await demo.spoil('summary', 'hang')
    await expect.poll(() => runs('summary', 'finished_at IS NULL'), patient).toBe(1)
    await demo.spoil('scheduler', 'killed')
    await demo.fleet.heal('summary')
    await expect
      .poll(() => demo.count("task_executions WHERE started_at > now() - interval '4 seconds'"), patient)
      .toBe(0)
    expect(await demo.count(open)).toBeGreaterThan(0)
    await demo.fleet.heal('scheduler')
    const ended = "error_message = 'killed: the scheduler was restarted'"
    await expect.poll(() => runs('summary', ended), patient).toBe(1)
    await expect
      .poll(
        () => runs('summary', "status = 'success' AND started_at > now() - interval '4 seconds'"),
        patient,
      )
      .toBeGreaterThan(0)
  })

  test('a source that is down is the error of the task that reads it', async () => {
    await demo.spoil('cmoney_api', 'down')
    await expect
      .poll(() => runs('fetch_trending', "error_message LIKE 'cmoney_api: connect ECONNREFUSED%'"), patient)
      .toBeGreaterThan(0)
  })
})

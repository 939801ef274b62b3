// `npm start -- --recovery=auto`: what is broken in the demo is healed, or left alone for a reason, before one's eyes.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startStack } from './harness/stack.ts'
import type { TestStack } from './harness/stack.ts'
import { waitFor } from './harness/wait.ts'

interface Told {
  readonly type: string
  readonly policy?: string
  readonly episode?: string
  readonly decision?: string
  readonly outcome?: string
  readonly attempt?: string
  readonly detail?: unknown
}

let stack: TestStack
beforeAll(async () => {
  stack = await startStack({ scrapeIntervalSeconds: 2, recovery: 'auto' })
}, 180_000)
afterAll(() => stack.stop())

async function told(): Promise<readonly Told[]> {
  const file = join(stack.recovery?.storagePath ?? '', 'journal-000001.jsonl')
  const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Told)
}

async function outcomeOf(policy: string): Promise<string | undefined> {
  const records = await told()
  const attempts = records.filter((one) => one.type === 'intended' && one.policy === policy)
  const last = attempts.at(-1)?.attempt
  return records.find(({ type, attempt }) => type === 'verified' && attempt === last)?.outcome
}

async function decisionOf(policy: string): Promise<string | undefined> {
  const records = await told()
  const episode = records.findLast((one) => one.type === 'received' && one.policy === policy)?.episode
  return records.findLast((one) => one.type === 'decided' && one.episode === episode)?.decision
}

const patienceSeconds = 240

async function breakAndAwait(name: string, fault: string, policy: string): Promise<string> {
  await stack.fleet.break(name, fault)
  return waitFor(`${policy} is verified`, () => outcomeOf(policy), patienceSeconds)
}

test.concurrent.each([
  ['ohlc_api', 'oom', 'restart_ohlc_api'],
  ['trainer', 'leak', 'clear_trainer'],
])('break %s %s: %s heals it', { timeout: 250_000 }, async (name, fault, policy) => {
  expect(await breakAndAwait(name, fault, policy)).toBe('fixed')
})

// One after the other: a task that fails while its database is blocked is a victim, and no case for a retry.
test.concurrent('a task is tried again, and a blocked database freed', { timeout: 500_000 }, async () => {
  expect(await breakAndAwait('fetch_ohlc', 'fail-until-retried', 'retry_fetch_ohlc')).toBe('fixed')
  expect(await breakAndAwait('platform_db', 'idle-session', 'free_platform_db')).toBe('fixed')
})

test.concurrent(
  'what a restart does not help against is tried twice and then handed over, with what was tried',
  { timeout: 250_000 },
  async () => {
    await stack.fleet.break('trending_api', 'bad-json')
    const policy = 'restart_trending_api'
    const isGivenUp = async (): Promise<boolean> => (await decisionOf(policy)) === 'attempts_exhausted'
    await waitFor('it is given up', isGivenUp, patienceSeconds)
    const alerts = await (await fetch(`${stack.urls.alertmanager}/api/v2/alerts`)).text()
    expect(alerts).toContain('RecoveryEscalated')
    expect(alerts).toContain('not fixed')
    const attempts = (await told()).filter((one) => one.type === 'intended' && one.policy === policy)
    expect(attempts).toHaveLength(2)
    await stack.fleet.heal('trending_api')
  },
)

test('its metrics are scraped, and its rules are quiet while it is well', async () => {
  const up = await stack.query('up{job="recovery"}')
  expect(up.map(({ value }) => value)).toEqual([1])
  await waitFor('all that was fixed is counted', async () => {
    const [fixed] = await stack.query('sum(watchpost_recovery_actions_total{outcome="fixed"})')
    return fixed?.value === 4
  })
  const alarms = 'RecoveryStuck|RecoveryJournalFailing|RecoveryEscalationFailing|RecoveryIntakeFailing'
  expect(await stack.query(`ALERTS{alertname=~"${alarms}", alertstate="firing"}`)).toEqual([])
})

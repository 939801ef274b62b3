// The walk of docs/recovery.md: every fault that it names is broken in the demo by the command that it gives, and
// recovery has to tell what stands there. What does not touch is broken at once.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { renderConfig } from '../../demo/config.ts'
import { mayMount } from '../../demo/disk.ts'
import type { Fleet } from '../../demo/fleet.ts'
import { startStack } from '../harness/stack.ts'
import type { TestStack } from '../harness/stack.ts'
import { waitFor } from '../harness/wait.ts'

const execute = promisify(execFile)
const repository = join(import.meta.dirname, '../..')

interface Row {
  /** Words of `npm run demo -- break`. */
  readonly faults: readonly string[]
  readonly policy: string
  /** Outcomes and decisions. */
  readonly told: readonly string[]
}

const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text)

/** Rows of the tables of faults: break, alert, policy, what is done, told as. */
async function readWalk(): Promise<ReadonlyMap<string, Row>> {
  const text = await readFile(join(repository, 'docs/recovery.md'), 'utf8')
  const cells = text.split('\n').map((line) => line.split('|').slice(1, -1))
  const rows = cells.flatMap(([faults = '', , policy = '', , told = '', ...more]) => {
    const [name] = quoted(policy)
    if (more.length > 0 || name === undefined || quoted(told).length === 0) return []
    return [{ faults: quoted(faults), policy: name, told: quoted(told) }]
  })
  return new Map(rows.map((row) => [row.faults.join(), row]))
}

interface JournalRecord {
  readonly type: string
  readonly at: number
  readonly policy?: string
  readonly episode?: string
  readonly decision?: string
  readonly outcome?: string
  readonly attempt?: string
}

/** Rules run fast here, and sources are asked oftener as well: every few scrapes. */
function renderQuickly(fleet: Fleet): string {
  const config = parse(renderConfig(fleet)) as { readonly data_sources: readonly object[] }
  const sources = config.data_sources.map((source) => ({
    ...source,
    min_interval: '5s',
    retry_interval: '1s',
  }))
  return stringify({ ...config, data_sources: sources })
}

let stack: TestStack
let walk: ReadonlyMap<string, Row>
const walked = new Set<string>()
beforeAll(async () => {
  walk = await readWalk()
  stack = await startStack({
    recovery: 'auto',
    config: renderQuickly,
    scrapeIntervalSeconds: 1.5,
    pace: 40,
    fleet: { speed: 12, rehearsal: { slowMilliseconds: 2_000, hasStandby: false } },
  })
}, 180_000)
afterAll(() => stack.stop())

async function records(): Promise<readonly JournalRecord[]> {
  const file = join(stack.recovery?.storagePath ?? '', 'journal-000001.jsonl')
  const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as JournalRecord)
}

/** What was said of a policy's episodes and attempts since then. */
async function toldOf(policy: string, since: number): Promise<readonly string[]> {
  const all = await records()
  const own = new Set(all.flatMap((one) => (one.policy === policy ? [one.episode, one.attempt] : [])))
  const later = all.filter(({ at, episode, attempt }) => at >= since && own.has(episode ?? attempt))
  return later.flatMap(({ decision, outcome }) => decision ?? outcome ?? [])
}

const attemptsOf = async (policy: string): Promise<number> =>
  (await records()).filter((one) => one.type === 'intended' && one.policy === policy).length

async function demo(...words: readonly string[]): Promise<string> {
  const url = `--control-url=${stack.fleet.controlUrl}`
  const { stdout } = await execute(process.execPath, ['demo/control.ts', url, ...words], { cwd: repository })
  return stdout
}

async function recovery(word: 'pause' | 'resume'): Promise<void> {
  const { url = '', controlTokenFile = '' } = stack.recovery ?? {}
  const flags = [`--url=${url}`, `--token.file=${controlTokenFile}`]
  await execute(process.execPath, ['exporter/src/main.ts', 'recovery', word, ...flags], { cwd: repository })
}

const patienceSeconds = 120

async function isTold(row: Row, since: number): Promise<void> {
  for (const word of row.told) {
    const isSaid = async (): Promise<boolean> => (await toldOf(row.policy, since)).includes(word)
    await waitFor(`${row.policy} tells ${word}`, isSaid, patienceSeconds)
  }
  walked.add(row.faults.join())
}

/** Breaks what a row says, and waits until recovery has told all that stands there. */
async function walkRow(...faults: readonly string[]): Promise<void> {
  const row = walk.get(faults.join())
  if (!row) throw new Error(`docs/recovery.md has no row for ${faults.join()}`)
  const since = Date.now() / 1000
  for (const fault of faults) await demo('break', ...fault.split(' '))
  await isTold(row, since)
}

const brokenWith = async (name: string): Promise<string | undefined> =>
  (await demo('status'))
    .split('\n')
    .map((line) => line.split(/ +/))
    .find(([first]) => first === name)?.[2]

const trainerIsDone = Promise.withResolvers<void>()
const limits = { timeout: 300_000 }

test.concurrent('paused, it does nothing; resumed, it tries twice and hands over', limits, async () => {
  try {
    await recovery('pause')
    const since = Date.now() / 1000
    const row = walkRow('trainer bad-json')
    const isHeld = async (): Promise<boolean> =>
      (await toldOf('restart_trainer', since)).includes('kill_switch')
    await waitFor('it is held', isHeld, patienceSeconds)
    expect(await attemptsOf('restart_trainer')).toBe(0)
    await recovery('resume')
    await row
    const alerts = await (await fetch(`${stack.urls.alertmanager}/api/v2/alerts`)).text()
    expect(alerts).toContain('RecoveryEscalated')
    expect(alerts).toContain('not fixed')
    expect(await attemptsOf('restart_trainer')).toBe(2)
    await demo('heal', 'trainer')
  } finally {
    trainerIsDone.resolve()
  }
})

test.concurrent('a task is run once more, and no second time; a database is freed', limits, async () => {
  await Promise.all([walkRow('fetch_ohlc fail-until-retried'), walkRow('analyze fail')])
  expect(await attemptsOf('retry_analyze')).toBe(1)
  await demo('heal', 'analyze')
  // Only now: a task that fails while its database is blocked is a victim, and no case for another run.
  await walkRow('platform_db block')
  expect(await attemptsOf('free_platform_db'), 'the migration goes on').toBe(0)
  await walkRow('platform_db idle-session')
})

test.concurrent('a service is started when what it depends on is back, and no sooner', limits, async () => {
  await walkRow('google_sheets down', 'posting_service oom')
  expect(await attemptsOf('restart_posting_service')).toBe(0)
  const healedAt = Date.now() / 1000
  await demo('heal', 'google_sheets')
  await isTold({ faults: [], policy: 'restart_posting_service', told: ['fixed'] }, healedAt)
  // On to the root of the chain: who depends on what is broken is never to blame.
  await walkRow('summary_api oom')
  await trainerIsDone.promise
  await walkRow('ohlc_api oom')
  expect(await brokenWith('ohlc_api')).toBe('ok')
  expect(await brokenWith('summary_api')).toBe('oom')
  expect(await attemptsOf('restart_summary_api')).toBe(0)
})

test.concurrent('neither a victim is restarted nor what a person stopped', limits, async () => {
  await walkRow('trending_api leak')
  await demo('break', 'cmoney_api', 'down')
  const isVictim = async (): Promise<boolean> =>
    (await stack.query('ALERTS{alertname="ServiceImpacted", target="trending_api"}')).length > 0
  await waitFor('the service is known for a victim', isVictim, patienceSeconds)
  await demo('heal', 'cmoney_api')
  await walkRow('trending_api stopped')
  expect(await brokenWith('trending_api')).toBe('stopped')
  expect(await attemptsOf('restart_trending_api')).toBe(0)
})

// The demo fills a disk of its own only where it may mount one.
test.runIf(mayMount())('a disk is cleaned', { ...limits, concurrent: true }, async () => {
  await walkRow('host disk-full')
  expect(await attemptsOf('clean_disk')).toBe(1)
})

test('its metrics are scraped, and its rules are quiet while it is well', async () => {
  const up = await stack.query('up{job="recovery"}')
  expect(up.map(({ value }) => value)).toEqual([1])
  const outcomes = (await records()).filter(({ outcome }) => outcome === 'fixed').length
  await waitFor('all that was fixed is counted', async () => {
    const [fixed] = await stack.query('sum(watchpost_recovery_actions_total{outcome="fixed"})')
    return fixed?.value === outcomes
  })
  const alarms = 'RecoveryStuck|RecoveryJournalFailing|RecoveryEscalationFailing|RecoveryIntakeFailing'
  expect(await stack.query(`ALERTS{alertname=~"${alarms}", alertstate="firing"}`)).toEqual([])
})

test('every row of the document was walked', () => {
  const lacking = [...walk.keys()].filter((faults) => !walked.has(faults))
  expect(lacking).toEqual(mayMount() ? [] : ['host disk-full'])
})

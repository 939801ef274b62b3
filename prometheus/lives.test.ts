// Of every alert: the last look before `for` ends and the first after it, its end after the fault, and what becomes of
// it when its series vanish.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { requireProgram } from '../demo/programs/find.ts'
import { lives } from './lives/all.ts'
import { renderLife, stepOf } from './lives/life.ts'
import type { Life } from './lives/life.ts'
import { alertsOf, readRuleFiles } from './rules.ts'

const execute = promisify(execFile)
const folder = join(import.meta.dirname, 'rules')
const files = await readRuleFiles(folder)
const rules = files.flatMap(alertsOf)
/** What the rules of a file build on, in the order in which it is worked out. */
const builtOn: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  ['anomaly', 'data-sources', 'databases', 'host', 'slo', 'statistics', 'tasks'].map((name) => [
    name,
    ['services'],
  ]),
)

let promtool = ''
let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-lives-'))
  promtool = (await requireProgram('promtool', { log: () => undefined })).path
}, 180_000)
afterAll(() => rm(directory, { recursive: true }))

test('every alert but the Watchdog has a life, for each of its severities', () => {
  const named = Object.values(lives).flat()
  const has = (alert: string, severity = ''): boolean =>
    named.some((life) => life.alert === alert && (life.severity ?? severity) === severity)
  const lacking = rules.filter(({ alert, labels }) => !has(alert, labels['severity']))
  expect(lacking.map(({ alert }) => alert)).toEqual(['Watchdog'])
})

const batches = Object.entries(lives).flatMap(([concern, own]) =>
  [...Map.groupBy(own, stepOf)].map(
    ([step, some]) => [`${concern}, each ${step} s`, { concern, step, some }] as const,
  ),
)

describe.concurrent('promtool finds that alerts live as they should:', () => {
  test.each(batches)('%s', { timeout: 180_000 }, async (name, { concern, step, some }) => {
    const needed = [...(builtOn[concern] ?? []), concern]
    const used = needed.flatMap((one) => files.filter((file) => file.concern === one))
    const document = {
      rule_files: used.map((file) => join(folder, `${file.concern}.rules.yml`)),
      group_eval_order: used.flatMap((file) => file.groups.map((group) => group.name)),
      evaluation_interval: `${step}s`,
      tests: some.flatMap((life) => renderLife(life, ruleOf(life))),
    }
    const file = join(directory, `${name}.test.yml`)
    await writeFile(file, stringify(document))
    const { stdout } = await execute(promtool, ['test', 'rules', file])
    expect(stdout).toContain('SUCCESS')
  })
})

function ruleOf({ alert, severity }: Life): (typeof rules)[number] {
  const rule = rules.find(
    (one) => one.alert === alert && one.labels['severity'] === (severity ?? one.labels['severity']),
  )
  if (!rule) throw new Error(`${alert}: expected a rule of this name`)
  return rule
}

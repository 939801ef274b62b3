// What an operator reads who mistypes the `tasks` section, and what the commands about tasks say.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseConfig } from '../../exporter/src/config/load.ts'
import { formatProblem } from '../../exporter/src/config/problem.ts'
import { startPostgres } from '../harness/postgres.ts'
import type { TestPostgres } from '../harness/postgres.ts'
import { collectors } from '../../exporter/src/collectors/all.ts'

let server: TestPostgres
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-'))
  server = await startPostgres()
})
afterAll(async () => {
  await server.remove()
  await rm(directory, { recursive: true })
})

function problems(tasks: string): string[] {
  const text = `databases: [{ name: db, url: "postgres://u:hunter2@h/d" }]\ntasks:\n${tasks}`
  const loaded = parseConfig({ collectors, file: join(directory, 'w.yml'), text, environment: {} })
  return (loaded.problems ?? []).map((problem) => formatProblem(problem).replace(`${directory}/`, ''))
}

test('every mistake is told with its place', () => {
  const found = problems(`  - name: a
    kind: table
    database: dbb
    table: runs
    schedules:
      - { task: x, cron: '61 * * * *' }
      - { task: y, cron: '0 0 30 2 *', timezone: Mars }
    errors: [{ class: Quota, match: '(?=a)' }]
`)
  expect(found).toEqual([
    'w.yml:8:26: tasks[0].schedules[0].cron: expected a cron expression such as "5 * * * *" (Invalid value for minute: 61), got "61 * * * *"',
    'w.yml:9:26: tasks[0].schedules[1].cron: expected a cron expression such as "5 * * * *" (this one never comes due), got "0 0 30 2 *"',
    'w.yml:9:50: tasks[0].schedules[1].timezone: expected a time zone such as Asia/Taipei, got "Mars"',
    'w.yml:10:23: tasks[0].errors[0].class: expected a name in snake_case of at most 40 characters, got "Quota"',
    'w.yml:10:37: tasks[0].errors[0].match: expected a regular expression (RE2 syntax: no look-around, no back-references), got "(?=a)"',
  ])
})

test('what a task depends on has to be there', () => {
  const found = problems(`  - name: a
    kind: heartbeat
    token: t
    depends_on: [dbb, { name: db, strength: soft }]
    schedules: [{ task: x, cron: '@daily', depends_on: [db, y] }]
`)
  expect(found).toEqual([
    'w.yml:6:18: tasks[0].depends_on[0]: expected the name of a service, database or data source, got "dbb"; did you mean db?',
    'w.yml:7:61: tasks[0].schedules[0].depends_on[1]: expected the name of a service, database or data source, got "y"',
  ])
})

test('databases that are not there and names that are used twice are told', () => {
  expect(problems('  - { name: a, kind: pg_cron, database: dbb }\n')).toEqual([
    'w.yml:3:41: tasks[0].database: expected the name of a database that speaks SQL, got "dbb"; did you mean db?',
  ])
  const twice = '  - { name: a, kind: heartbeat, token: t, schedules: [{ task: x, cron: "@daily" }] }\n'
  expect(problems(twice + twice)).toHaveLength(2)
})

async function run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['exporter/src/main.ts', ...args])
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, ...output }
}

test('watchpost tasks shows what ran with the role that is shipped, and exits with 1 when something is wrong', async () => {
  await server.run(`
    CREATE TABLE task_executions (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, task_name text, status text,
      started_at timestamptz, finished_at timestamptz, error_message text);
    INSERT INTO task_executions (task_name, status, started_at, finished_at, error_message) VALUES
      ('fetch', 'success', now() - interval '2 hours 5 s', now() - interval '2 hours 1 s', NULL),
      ('train', 'failed', now() - interval '5 min', now() - interval '3 min', E'CUDA out of memory\\nTraceback')`)
  const sql = (await readFile('docs/sql/tasks.sql', 'utf8'))
    .replaceAll(':table', 'task_executions')
    .replaceAll(':role', 'reader')
    .replaceAll(':password', "'hunter2'")
  for (const statement of sql.split(/;\n/)) await server.run(statement)
  const file = join(directory, 'watchpost.yml')
  await writeFile(
    file,
    `databases: [{ name: db, url: "${server.urlFor('reader', 'hunter2')}" }]
tasks:
  - { name: a, kind: table, database: db, table: task_executions, columns: { error: error_message } }
`,
  )
  const { code, stdout, stderr } = await run('tasks', `--config.file=${file}`)
  expect(stderr).toBe('')
  expect(code).toBe(1)
  expect(stdout).toMatch(/^TASK +TYPE +VERDICT +LAST +NEXT +RUNS +SUCCESS +MISSED +LAST ERROR\n/)
  expect(stdout).toMatch(/\nfetch +other +ok +2h ago +1 +100\.0 %\n/)
  expect(stdout).toMatch(/\ntrain +other +failing +3m ago +1 +0\.0 % +CUDA out of memory\n$/)
})

test('watchpost cron shows the next slots, and where clocks change', async () => {
  const flags = ['--timezone=America/New_York', '--from=2026-03-07T12:00:00Z', '--count=2']
  expect(await run('cron', '30 2 * * *', ...flags)).toMatchObject({
    code: 0,
    stdout: `DUE                      IN UTC
Sun 2026-03-08 03:00:00  2026-03-08T07:00:00Z  clocks change: schedulers differ here
Mon 2026-03-09 02:30:00  2026-03-09T06:30:00Z
`,
  })
  expect(await run('cron', '61 * * * *')).toMatchObject({
    code: 2,
    stderr: 'watchpost: expected a cron expression such as "5 * * * *" (Invalid value for minute: 61)\n',
  })
})

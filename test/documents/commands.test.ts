// Every command that the documents give is run as it stands there, on a real stack: the examples of the documents run.
import { spawn } from 'node:child_process'
import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { renderConfig } from '../../demo/config.ts'
import { requireProgram } from '../../demo/programs/find.ts'
import { queryPrometheus } from '../../demo/stack/query.ts'
import { listen } from '../harness/listen.ts'
import type { Running } from '../harness/listen.ts'
import { blocksOf, inlineOf, linesOf, scriptOf } from '../harness/documents.ts'
import { startExporter } from '../harness/exporter.ts'
import { startPostgres } from '../harness/postgres.ts'
import type { TestPostgres } from '../harness/postgres.ts'
import { startStack } from '../harness/stack.ts'
import type { TestStack } from '../harness/stack.ts'

const node = `'${process.execPath}'`
const program = scriptOf('watchpost')
const control = scriptOf('demo')
const recovery = `exec ${node} '${resolve('recovery/src/main.ts')}'`
const password = 'a password'

let stack: TestStack
let postgres: TestPostgres
let n8n: Running
let directory: string
let environment: NodeJS.ProcessEnv
let psqlOutcomes: readonly Outcome[]

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-documents-'))
  ;[stack, postgres, n8n] = await Promise.all([
    startStack(),
    startPostgres(),
    listen((_request, response) => void response.end('{"status":"ok"}')),
  ])
  const { fleet, urls } = stack
  const config = parseDocument(
    renderConfig(fleet, { prometheus: urls.prometheus, alertmanager: urls.alertmanager }),
  )
  // The documents call their first service so.
  config.setIn(['services', 0, 'name'], 'shop')
  await writeFile(join(directory, 'watchpost.yml'), config.toString())
  await symlink(resolve('examples'), join(directory, 'examples'))
  await copyFile('docker-compose.yml', join(directory, 'docker-compose.yml'))
  await symlink(resolve('docs'), join(directory, 'docs'))
  await writeFile(join(directory, 'crontab'), '17 * * * * root run-parts /etc/cron.hourly\n')
  await prepareRecovery()
  const ofServices = Object.entries(fleet.services).map(([name, url]) => [`${name.toUpperCase()}_URL`, url])
  const ofSources = Object.entries(fleet.sources).map(([name, url]) => [`${name.toUpperCase()}_URL`, url])
  const psql = await requireProgram('psql', { log: (line) => void process.stderr.write(`${line}\n`) })
  const { hostname, port, username, password: adminPassword } = new URL(postgres.url)
  environment = {
    PATH: `${dirname(psql.path)}${delimiter}${process.env['PATH'] ?? ''}`,
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: username,
    PGPASSWORD: decodeURIComponent(adminPassword),
    ...(Object.fromEntries([...ofServices, ...ofSources]) as Record<string, string>),
    DATABASE_URL: fleet.databaseUrl,
    N8N_URL: n8n.url,
    N8N_DATABASE_URL: postgres.urlFor('watchpost', password, 'n8n'),
    PROMETHEUS_URL: urls.prometheus,
    ALERTMANAGER_URL: urls.alertmanager,
    SHOP_URL: `${fleet.services['trainer'] ?? ''}/health`,
    SECRETS_DIRECTORY: join(directory, 'secrets'),
    // Off, it would write nothing that could be looked at.
    RECOVERY_MODE: 'dry_run',
  }
  await prepareN8n()
}, 120_000)
afterAll(async () => {
  await Promise.all([stack.stop(), postgres.remove(), n8n.stop()])
  await rm(directory, { recursive: true })
})

async function prepareN8n(): Promise<void> {
  await postgres.run('CREATE DATABASE n8n')
  const client = await postgres.connect({ url: new URL('/n8n', postgres.url).href })
  await client.query(await readFile('test/fixtures/n8n-schema.sql', 'utf8'))
  // The role is made by the documents' own lines.
  psqlOutcomes = await Promise.all(linesOf('psql').map(run))
  await client.query(
    `INSERT INTO workflow_entity (id, name, active, nodes, connections, "versionId") VALUES ('1', 'Fetch', true,
      '[{"type":"n8n-nodes-base.scheduleTrigger","parameters":{"rule":{"interval":[{}]}}}]', '{}', 'v')`,
  )
  await client.end()
}

/** The example as it is, but for where its tokens are. */
async function prepareRecovery(): Promise<void> {
  const example = await readFile('recovery/recovery.yml', 'utf8')
  await writeFile(join(directory, 'recovery.yml'), example.replaceAll('/run/secrets/', ''))
  for (const name of ['recovery_token', 'recovery_control_token'])
    await writeFile(join(directory, name), `the ${name} of a test`)
}

/** As it stands, but for addresses and names that are others here. */
function translate(line: string): string {
  const owner = new URL('/n8n', postgres.url).href
  return line
    .replaceAll(/npm run -s watchpost --|^watchpost(?= )/g, program)
    .replace(/^npm run secrets$/, scriptOf('secrets'))
    .replace(/^npx --no-install node recovery\/src\/main.ts/, recovery)
    .replace('127.0.0.1:8017', '127.0.0.1:0')
    .replaceAll(/npm run demo --/g, `${control} --control-url=${stack.fleet.controlUrl}`)
    .replace('https://shop.example.com/health', `${stack.fleet.services['trainer'] ?? ''}/health`)
    .replace('postgresql://n8n@127.0.0.1:5432/n8n', owner)
    .replace('crontab -l', "echo '5 * * * * backup'")
    .replace('/etc/crontab', 'crontab')
    .replace(/^(.*) serve /, 'exec $1 serve --web.listen-address=127.0.0.1:0 ')
    .replace(/\bNAME\b/, 'ohlc_api')
}

interface Outcome {
  readonly code: number | null
  readonly output: string
}

async function run(command: string): Promise<Outcome> {
  const child = spawn('sh', ['-c', `exec 2>&1; ${command}`], {
    cwd: directory,
    env: environment,
    detached: true,
  })
  // What serves does so until it is told to end: once it listens, it is.
  let seen: string | undefined = ''
  child.stdout.on('data', (chunk: Buffer) => {
    if (seen === undefined) return
    seen += chunk.toString()
    if (!seen.includes('"msg":"listening"')) return
    seen = undefined
    process.kill(-(child.pid ?? 0), 'SIGTERM')
  })
  const output = text(child.stdout)
  const code = await new Promise<number | null>((done) => child.once('close', done))
  return { code, output: await output }
}

/** In their order, for what one breaks another mends, and what one writes another reads. */
const inTurn = [
  ...linesOf('command').filter(isDemo),
  ...linesOf('recovery'),
  ...linesOf('installed').filter(isOfRecovery),
]
const atOnce = [
  ...linesOf('command').filter((line) => !isDemo(line)),
  ...linesOf('installed').filter((line) => !isOfRecovery(line)),
  ...linesOf('secrets'),
  ...linesOf('group'),
]

test('there are commands in the documents', () => {
  expect(inTurn.length + atOnce.length).toBeGreaterThan(25)
})

test.each(inTurn)('%s', { timeout: 60_000 }, runsWell)

test.concurrent.each(atOnce)('%s', { timeout: 60_000 }, runsWell)

function isDemo(line: string): boolean {
  return line.includes('npm run demo')
}

function isOfRecovery(line: string): boolean {
  return line.startsWith('watchpost recovery ')
}

async function runsWell(line: string): Promise<void> {
  const { code, output } = await run(translate(line).replace('HASH', await lastHash(line)))
  // A finding is an answer, too; 2 is a mistake in the use of the command.
  const isQuestion = / (?:doctor|diagnose|status|probe|init|alerts) /.test(line)
  const accepted = isQuestion ? [0, 1] : [0]
  expect({ output, code }).toEqual({ output, code: expect.toBeOneOf(accepted) as unknown })
  expect(output).not.toMatch(/^ {4}at |unknown (?:command|flag)/m)
}

/** Of the audit log, as its own check prints it. */
async function lastHash(line: string): Promise<string> {
  if (!line.includes('HASH')) return ''
  const { output } = await run(`${program} recovery audit --verify --storage.path=DIR`)
  return /hash (\w+)/.exec(output)?.[1] ?? ''
}

test.each(linesOf('psql').map((line, index) => [line, index] as const))(
  'psql says nothing of an error: %s',
  (_line, index) => {
    const { code, output = '' } = psqlOutcomes[index] ?? {}
    expect({ code, output }).toEqual({
      code: 0,
      output: expect.not.stringMatching(/ERROR|error:/) as unknown,
    })
    expect(output).toContain('CREATE ROLE')
  },
)

test('the example of a fleet fits the demo fleet, service by service', async () => {
  const { output } = await run(`${program} status --config.file=examples/fleet/watchpost.yml`)
  expect(output.trimEnd().split('\n').at(-1)).toMatch(/^10 targets: \d+ healthy(?:, \d+ warning)?$/)
})

test('the example of n8n reads its service, its database and its workflows', async () => {
  const { output } = await run(`${program} status --config.file=examples/n8n/watchpost.yml`)
  expect(output).toMatch(/^n8n +service +healthy/m)
  expect(output).toMatch(/^n8n_db +database +healthy/m)
  expect((await run(`${program} tasks --config.file=examples/n8n/watchpost.yml`)).code).toBe(0)
})

test('the PromQL of the documents is answered', async () => {
  const queries = blocksOf('promql')
  expect(queries.length).toBeGreaterThan(0)
  for (const { text: query } of queries)
    expect(await queryPrometheus(stack.urls.prometheus, query)).not.toEqual([])
})

test.each(inlineOf(/^(?:topk|count by|sum by|max by|rate)\b.*\(.+\)$/))(
  'Prometheus understands %s',
  async (query) => {
    expect(await queryPrometheus(stack.urls.prometheus, query)).toBeInstanceOf(Array)
  },
)

test.each(inlineOf(/^SELECT /))('the role that watches may ask: %s', async (query) => {
  const client = await postgres.connect({ url: stack.fleet.databaseUrl })
  const { rows } = await client.query(query)
  await client.end()
  expect(rows).toBeInstanceOf(Array)
})

test('the pings of the documents are taken', async () => {
  const source = `{ name: jobs, kind: heartbeat, token: secret, schedules: [${['backup', 'nightly'].map((task) => `{ task: ${task}, cron: '5 * * * *' }`).join()}] }`
  const exporter = await startExporter(`tasks: [${source}]\n`)
  const scripts = linesOf('ping').map((script) =>
    script.replaceAll(/http:\/\/(?:watchpost|\$side):8007/g, exporter.url),
  )
  const answers = []
  for (const script of scripts) answers.push(await run(`TOKEN=secret; pg_dump() { echo dump; }\n${script}`))
  // A beginning and an end from the one script, one word to the first of a pair that answers from the other.
  const outputs = answers.map(({ output }) => output).toSorted((a, b) => a.length - b.length)
  expect(outputs).toEqual(['OK\n', 'OK\nOK\n'])
  expect(answers.map(({ code }) => code)).toEqual([0, 0])
  await exporter.stop()
})

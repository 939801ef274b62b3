// Every command that the documents give is run as it stands there, on a real stack: the examples of the documents run.
import { spawn } from 'node:child_process'
import { copyFile, glob, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { renderConfig } from '../demo/config.ts'
import { queryPrometheus } from '../demo/stack/query.ts'
import { listen, startExporter } from './harness/api.ts'
import type { Running } from './harness/api.ts'
import { startPostgres } from './harness/postgres.ts'
import type { TestPostgres } from './harness/postgres.ts'
import { startStack } from './harness/stack.ts'
import type { TestStack } from './harness/stack.ts'

const program = `'${process.execPath}' '${resolve('exporter/src/main.ts')}'`
const control = `'${process.execPath}' '${resolve('demo/control.ts')}'`
const documents: { readonly file: string; readonly content: string }[] = []
for await (const file of glob(['README.md', 'README.zh-TW.md', 'docs/*.md', 'examples/*/README.md'])) {
  documents.push({ file, content: await readFile(file, 'utf8') })
}

/** Lines of code that begin a command of ours, each once. */
const commands = [
  ...new Set(
    documents.flatMap(({ content }) =>
      [...content.matchAll(/^ {4}(.*npm run (?:-s )?(?:watchpost|demo) -- .*)$/gm)].map(
        ([, line = '']) => line,
      ),
    ),
  ),
]

let stack: TestStack
let postgres: TestPostgres
let n8n: Running
let directory: string
let environment: NodeJS.ProcessEnv

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
  await writeFile(join(directory, 'crontab'), '17 * * * * root run-parts /etc/cron.hourly\n')
  await prepareN8n()
  const ofServices = Object.entries(fleet.services).map(([name, url]) => [`${name.toUpperCase()}_URL`, url])
  const ofSources = Object.entries(fleet.sources).map(([name, url]) => [`${name.toUpperCase()}_URL`, url])
  environment = {
    PATH: process.env['PATH'],
    ...(Object.fromEntries([...ofServices, ...ofSources]) as Record<string, string>),
    DATABASE_URL: fleet.databaseUrl,
    N8N_URL: n8n.url,
    N8N_DATABASE_URL: postgres.urlFor('watchpost', 'secret', 'n8n'),
    PROMETHEUS_URL: urls.prometheus,
    ALERTMANAGER_URL: urls.alertmanager,
    SHOP_URL: `${fleet.services['trainer'] ?? ''}/health`,
  }
}, 120_000)
afterAll(async () => {
  await Promise.all([stack.stop(), postgres.remove(), n8n.stop()])
  await rm(directory, { recursive: true })
})

async function prepareN8n(): Promise<void> {
  await postgres.run('CREATE DATABASE n8n')
  const client = await postgres.connect({ url: new URL('/n8n', postgres.url).href })
  await client.query(await readFile('test/fixtures/n8n-schema.sql', 'utf8'))
  const role = (await readFile('docs/sql/n8n.sql', 'utf8')).replaceAll(':role', 'watchpost')
  await client.query(role.replaceAll(':password', "'secret'"))
  await client.query(
    `INSERT INTO workflow_entity (id, name, active, nodes, connections, "versionId") VALUES ('1', 'Fetch', true,
      '[{"type":"n8n-nodes-base.scheduleTrigger","parameters":{"rule":{"interval":[{}]}}}]', '{}', 'v')`,
  )
  await client.end()
}

/** As it stands, but for addresses and names that are others here. */
function translate(line: string): string {
  const owner = new URL('/n8n', postgres.url).href
  return line
    .replaceAll(/npm run -s watchpost --/g, program)
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
    if (!seen.includes('"address":')) return
    seen = undefined
    process.kill(-(child.pid ?? 0), 'SIGTERM')
  })
  const output = text(child.stdout)
  const code = await new Promise<number | null>((done) => child.once('close', done))
  return { code, output: await output }
}

test('there are commands in the documents', () => {
  expect(commands.length).toBeGreaterThan(20)
})

/** In their order, for what one breaks another mends. */
test.each(commands.filter(isDemo))('%s', { timeout: 60_000 }, runsWell)

test.concurrent.each(commands.filter((line) => !isDemo(line)))('%s', { timeout: 60_000 }, runsWell)

function isDemo(line: string): boolean {
  return line.includes('npm run demo')
}

async function runsWell(line: string): Promise<void> {
  const { code, output } = await run(translate(line))
  // A finding is an answer, too; 2 is a mistake in the use of the command.
  const isQuestion = / (?:doctor|diagnose|status|probe|init|alerts) /.test(line)
  const accepted = isQuestion ? [0, 1] : [0]
  expect({ output, code }).toEqual({ output, code: expect.toBeOneOf(accepted) as unknown })
  expect(output).not.toMatch(/^ {4}at |unknown (?:command|flag)/m)
}

test('the example of a fleet fits the demo fleet, service by service', async () => {
  const { output } = await run(`${program} status --config.file=examples/fleet/watchpost.yml`)
  const lines = output.trimEnd().split('\n').slice(1)
  expect(lines.filter((line) => !/ (?:healthy|warning) /.test(line))).toEqual([])
  expect(lines.length).toBe(10)
})

test('the example of n8n reads its service, its database and its workflows', async () => {
  const { output } = await run(`${program} status --config.file=examples/n8n/watchpost.yml`)
  expect(output).toMatch(/^n8n +service +healthy/m)
  expect(output).toMatch(/^n8n_db +database +healthy/m)
  expect((await run(`${program} tasks --config.file=examples/n8n/watchpost.yml`)).code).toBe(0)
})

test('the PromQL of the documents is answered', async () => {
  const queries = documents.flatMap(({ content }) =>
    [...content.matchAll(/^```promql\n(.*?)^```$/gms)].map(([, query = '']) => query),
  )
  expect(queries.length).toBeGreaterThan(0)
  for (const query of queries) expect(await queryPrometheus(stack.urls.prometheus, query)).not.toEqual([])
})

test('the pings of the documents are taken', async () => {
  const source = `{ name: jobs, kind: heartbeat, token: secret, schedules: [{ task: backup, cron: '5 * * * *' }] }`
  const exporter = await startExporter(`tasks: [${source}]\n`)
  const page = documents.find(({ file }) => file === 'docs/tasks.md')?.content ?? ''
  const [, script = ''] = /^```sh\n(.*?)^```$/ms.exec(page) ?? []
  const here = script.replaceAll('http://watchpost:8007', exporter.url)
  const { code, output } = await run(`TOKEN=secret; pg_dump() { echo dump; }\n${here}`)
  await exporter.stop()
  expect({ code, output }).toEqual({ code: 0, output: 'OK\nOK\n' })
})

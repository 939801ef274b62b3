// What the documents and the examples say is done as they say it.
import { execFile } from 'node:child_process'
import { copyFile, glob, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requireProgram } from '../../demo/programs/find.ts'
import { commands } from '../../exporter/src/commands/index.ts'
import { readArguments } from '../../exporter/src/commands/command.ts'
import { listen } from '../harness/listen.ts'
import type { Running } from '../harness/listen.ts'
import { blocksOf, linesOf, scriptOf } from '../harness/documents.ts'
import { startExporter } from '../harness/exporter.ts'

const program = resolve('exporter/src/main.ts')
const documents = await collect(['README.md', 'README.zh-TW.md', 'docs/*.md', 'examples/*/README.md'])
const texts = new Map(
  await Promise.all(documents.map(async (file) => [file, await readFile(file, 'utf8')] as const)),
)

let directory: string
let endpoint: string
let server: Running
let exporter: Running

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-examples-'))
  server = await listen((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ status: 'healthy', service: 'shop', version: '1.4.2' }))
  })
  endpoint = `${server.url}/health`
  exporter = await startExporter(`services: [{ name: shop, url: "${endpoint}" }]\n`)
})
afterAll(async () => {
  await exporter.stop()
  await server.stop()
  await rm(directory, { recursive: true })
})

async function collect(patterns: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for await (const file of glob(patterns)) found.push(file)
  return found.toSorted()
}

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function run(file: string, flags: readonly string[]): Promise<Outcome> {
  const env = { ...process.env, DATABASE_URL: 'postgresql://127.0.0.1:5432/example' }
  return new Promise((done) => {
    execFile(file, flags, { cwd: directory, env }, (error, stdout, stderr) => {
      done({ code: error ? Number(error.code) : 0, stdout, stderr })
    })
  })
}

const check = (file: string): Promise<Outcome> =>
  run(process.execPath, [program, 'check', `--config.file=${file}`])

test.each(await collect(['examples/*/watchpost.yml', 'exporter/watchpost.yml']))(
  '%s is valid',
  async (file) => {
    expect(await check(resolve(file))).toMatchObject({ code: 0, stderr: '' })
  },
)

/** Each `$ command` of a document and what is said that it prints. */
const sessions = blocksOf('console').flatMap(({ text }) =>
  text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => ({ command: part.split('\n')[0] ?? '', output: part.split('\n').slice(1).join('\n') })),
)

test('the sessions of the documents print what they say, in their order', async () => {
  expect(new Set(sessions.map(({ command }) => `$ ${command}`))).toEqual(new Set(linesOf('session')))
  for (const file of ['package.json', 'package-lock.json', '.npmrc'])
    await copyFile(file, join(directory, file))
  for (const { command, output } of sessions) {
    const here = command
      // Whoever runs this has done it. What it would do is told in full, and what it has done in the last line.
      .replace(/^npm ci$/, 'npm ci --dry-run | tail -n 1')
      .replace(/npm run -s watchpost --/, scriptOf('watchpost'))
      .replace('https://shop.example.com/health', endpoint)
      .replace('http://127.0.0.1:8007', exporter.url)
    const { code, stdout, stderr } = await run('sh', ['-c', here])
    expect({ command, code, stderr }).toEqual({ command, code: 0, stderr: '' })
    expect(steady(stdout.replaceAll(endpoint, 'https://shop.example.com/health')).trimEnd()).toBe(
      steady(output).trimEnd(),
    )
  }
})

test('a newcomer needs three commands, in both languages', () => {
  const [green, ...others] = blocksOf('console').filter(({ file }) => file.startsWith('README'))
  expect(others).toMatchObject([{ text: green?.text }])
  expect(green?.text.match(/^\$ /gm)).toHaveLength(3)
  expect(green?.text).toMatch(/\n1 target: 1 healthy\n$/)
})

test('a mistake is told as the README says', async () => {
  const readme = texts.get('README.md') ?? ''
  const [, yaml = ''] = /^```yaml\n(.*?)^```$/ms.exec(readme) ?? []
  const [, told = ''] = /^```\n(watchpost\.yml:.*?)^```$/ms.exec(readme) ?? []
  await writeFile(join(directory, 'mistake.yml'), yaml.replace('url:', 'ulr:'))
  expect(await check('mistake.yml')).toMatchObject({
    code: 2,
    stderr: told.replaceAll('watchpost.yml', 'mistake.yml'),
  })
})

/** How long something took is never the same twice, nor is the width of its column. */
function steady(text: string): string {
  return text
    .replaceAll(/\d+ ms/g, '… ms')
    .replaceAll(/^added \d+ packages in \d+m?s$/gm, 'added … packages')
    .replaceAll(/"uptime":\d+/g, '"uptime":…')
    .replaceAll(/(?<=\S) {2,}(?=\S)/g, '  ')
}

const invocations = [...texts].flatMap(([file, text]) =>
  [...text.matchAll(/(?:npm run -s watchpost -- |`watchpost )(\S[^\n`#>]*)/g)].map(([, line = '']) => ({
    file,
    line: line.trim(),
  })),
)

test.each(invocations)('$file: watchpost $line is a use that there is', async ({ line }) => {
  const [name = '', ...words] = line.split(/\s+/)
  const command = await commands[name]?.()
  expect(command && readArguments(command, words)).toMatchObject({ values: {} })
})

test.each(
  [...texts].flatMap(([file, text]) =>
    [...text.matchAll(/npm run (?:-s )?([a-z:-]+)/g)].map(([, script = '']) => ({ file, script })),
  ),
)('$file: npm run $script is a script that there is', async ({ script }) => {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: object }
  expect(scripts).toHaveProperty(script)
})

test('the README says the same in both languages, command by command and address by address', () => {
  const marks = (file: string): readonly string[] =>
    [...(texts.get(file) ?? '').matchAll(/^ {4}(\S[^#\n]*)|<(http[^>]*)>|^#+ /gm)].map(
      ([whole, command, address]) => command?.trim() ?? address ?? whole,
    )
  expect(marks('README.zh-TW.md').map((mark) => mark.replace(' --language=zh-TW', ''))).toEqual(
    marks('README.md'),
  )
})

test('links between the documents lead somewhere', async () => {
  for (const [file, text] of texts) {
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)) {
      const path = resolve(file, '..', target)
      expect(await collect([path]), `${target} in ${file}`).not.toEqual([])
    }
  }
})

test('promtool accepts what is added to an existing Prometheus', async () => {
  const promtool = await requireProgram('promtool', { log: () => {} })
  const file = 'examples/existing-prometheus/prometheus.yml'
  const { stdout } = await promisify(execFile)(promtool.path, ['check', 'config', file])
  expect(stdout).toContain('SUCCESS')
  expect(stdout).toContain('services.rules.yml')
})

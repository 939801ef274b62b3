// The last lines of a failing container's log: who sees them, and what is hidden in them.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hash } from 'bcryptjs'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { services } from '../../demo/catalogue.ts'
import { openContainerEngine } from '../../demo/containers.ts'
import { dispatch } from '../../exporter/src/commands/dispatch.ts'
import { serveHttp } from '../../exporter/src/probes/testing/servers.ts'
import { startExporter } from '../proof/exporter-process.ts'

let directory: string
let engineUrl: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-logs-'))
  const engine = await openContainerEngine(services, { host: '127.0.0.1', port: 0 })
  engineUrl = engine.url
  onTestFinished(async () => {
    await engine.close()
    await rm(directory, { recursive: true })
  })
  const nothing = (): Promise<void> => Promise.resolve()
  await engine
    .contain({ name: 'trainer', kind: 'service', faults: ['down'], break: nothing, heal: nothing })
    .break('down')
})

async function configure(containers = ''): Promise<string> {
  const file = join(directory, 'watchpost.yml')
  await writeFile(
    file,
    `services: [{ name: trainer, url: "http://127.0.0.1:1/health" }]
containers: { docker: "${engineUrl}"${containers} }
`,
  )
  return file
}

async function diagnose(file: string, ...words: string[]): Promise<string> {
  let output = ''
  await dispatch(['diagnose', `--config.file=${file}`, ...words], {
    environment: {},
    write: (text) => void (output += text),
    writeError: (text) => void (output += text),
    stop: new AbortController().signal,
    onReload: () => {},
  })
  return output
}

const lines = [
  'trainer starts',
  'trainer uses postgresql://<secret>@platform_db:5432/platform',
  'Error: cannot read /etc/trainer/settings.json: no such file or directory',
  'trainer ends with exit code 1',
]

test('on a terminal they stand under the evidence, without the secrets', async () => {
  const output = await diagnose(await configure())
  expect(output).toContain(
    ['last lines of the log of platform-trainer-1', ...lines.map((line) => `  | ${line}`)].join('\n  '),
  )
  expect(await diagnose(await configure(), '--lang=zh-TW')).toContain('日誌最後幾行')
})

test('as many as are wanted, and none where none are', async () => {
  const some = await diagnose(await configure(', log_lines: 1'), '--json')
  expect(JSON.parse(some)).toMatchObject([{ log: { lines: lines.slice(-1), problem: null } }])
  expect(JSON.parse(await diagnose(await configure(', log_lines: 0'), '--json'))).toMatchObject([
    { log: null },
  ])
})

interface Answer {
  readonly diagnoses: readonly { readonly log: unknown }[]
}

test('the API tells them to nobody it does not know, and no other page to anybody', async () => {
  const file = await configure()
  const web = join(directory, 'web.yml')
  await writeFile(
    web,
    `basic_auth_users: { me: "${await hash('pass', 4)}" }\nauth_excluded_paths: [/metrics]\n`,
  )
  const open = await startExporter(file, join(directory, 'open'))
  onTestFinished(() => open.kill())
  const guarded = await startExporter(file, join(directory, 'guarded'), `--web.config.file=${web}`)
  onTestFinished(() => guarded.kill())
  const headers = { authorization: `Basic ${Buffer.from('me:pass').toString('base64')}` }
  const read = async (url: string): Promise<string> => (await fetch(url, { headers })).text()
  expect((JSON.parse(await read(`${open.url}/api/diagnosis`)) as Answer).diagnoses).toMatchObject([
    { log: null },
  ])
  expect((JSON.parse(await read(`${guarded.url}/api/diagnosis`)) as Answer).diagnoses).toMatchObject([
    { log: { container: 'platform-trainer-1', lines, problem: null } },
  ])
  const pages = ['/', '/metrics', '/api/monitoring/dashboard', '/config']
  for (const page of pages) expect(await read(guarded.url + page)).not.toContain('settings.json')
})

test('an engine that keeps its logs to itself is told in one line', async () => {
  const inner = engineUrl
  engineUrl = await serveHttp((request, response) => {
    const refused = request.url?.includes('/logs') === true
    if (refused) response.writeHead(403).end('{"message":"this proxy lets only some questions through"}')
    else void fetch(inner + request.url).then(async (answer) => response.end(await answer.text()))
  })
  expect(await diagnose(await configure())).toMatch(
    /last lines of the log of platform-trainer-1\n {4}\| \(docker .*\/logs: expected status 200, got 403/,
  )
})

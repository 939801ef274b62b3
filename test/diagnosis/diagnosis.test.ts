// Why it fails, as a person and a scraper meet it: the command, the API, the metric and the page.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { dispatch } from '../../exporter/src/commands/dispatch.ts'
import { serveHttp } from '../../exporter/src/probes/testing/servers.ts'
import { startExporter } from '../proof/exporter-process.ts'

async function serveHealth(): Promise<string> {
  return `${await serveHttp((_request, response) => void response.end('{"status":"healthy"}'))}/health`
}

async function configure(services: string): Promise<{ readonly file: string; readonly directory: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-diagnosis-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const file = join(directory, 'watchpost.yml')
  await writeFile(file, `services:\n${services}`)
  return { file, directory }
}

const refusing = '  - { name: refusing, url: "http://127.0.0.1:1/health" }\n'
const leaning = '  - { name: leaning, url: "http://127.0.0.1:2/health", depends_on: [refusing] }\n'

async function runCommand(...argv: string[]) {
  let stdout = ''
  let stderr = ''
  const code = await dispatch(argv, {
    environment: {},
    write: (text) => void (stdout += text),
    writeError: (text) => void (stderr += text),
    stop: new AbortController().signal,
    onReload: () => {},
  })
  return { code, stdout, stderr }
}

test('diagnose ends with 0 and one line when nothing is wrong', async () => {
  const { file } = await configure(`  - { name: web, url: "${await serveHealth()}" }\n`)
  expect(await runCommand('diagnose', `--config.file=${file}`)).toEqual({
    code: 0,
    stdout: 'all targets: nothing wrong was found\n',
    stderr: '',
  })
})

test('diagnose ends with 1 and tells the root before its victim', async () => {
  const { file } = await configure(leaning + refusing)
  const { code, stdout } = await runCommand('diagnose', `--config.file=${file}`)
  expect(code).toBe(1)
  expect(stdout).toMatch(/^CRITICAL {2}refusing\n[^]*\nINFO {2}leaning\n[^]*repair first: refusing\n/)
})

test('diagnose takes the name of one target, and ends by how that one is', async () => {
  const { file } = await configure(`  - { name: web, url: "${await serveHealth()}" }\n${refusing}`)
  expect(await runCommand('diagnose', `--config.file=${file}`, 'web')).toMatchObject({ code: 0 })
  const { code, stdout } = await runCommand('diagnose', `--config.file=${file}`, '--lang=zh-TW', 'refusing')
  expect(code).toBe(1)
  expect(stdout).toContain('應在 127.0.0.1:1 監聽，但連線被拒絕')
})

test.each([
  [['refusin'], 'watchpost: there is no target refusin, did you mean refusing?\n'],
  [['a', 'b'], 'watchpost: diagnose expects the name of one target at most, as in watchpost diagnose NAME\n'],
  [['--lang=fr'], 'watchpost: --lang expects one of en, zh-TW, got "fr"\n'],
])('diagnose %o is refused in one line with exit code 2', async (args, message) => {
  const { file } = await configure(refusing)
  expect(await runCommand('diagnose', `--config.file=${file}`, ...args)).toEqual({
    code: 2,
    stdout: '',
    stderr: message,
  })
})

test('API, metric and page say the same', async () => {
  const { file, directory } = await configure(leaning + refusing)
  const { url, child } = await startExporter(file, join(directory, 'state'))
  onTestFinished(() => void child.kill('SIGKILL'))
  const read = async (path: string): Promise<string> => (await fetch(url + path)).text()
  const page = await read('/metrics')
  expect(page.match(/^watchpost_diagnosis\{.*$/gm)).toEqual([
    'watchpost_diagnosis{target="refusing",issue_type="service_failure",cause="connection_refused"} 1',
    'watchpost_diagnosis{target="leaning",issue_type="dependency_failure",cause="dependency"} 1',
  ])
  const api = JSON.parse(await read('/api/diagnosis?target=leaning')) as unknown
  expect(api).toMatchObject({
    diagnoses: [{ target: 'leaning', cause: 'dependency', root_cause: 'refusing' }],
  })
  expect(JSON.parse(await read('/api/diagnosis?lang=zh-TW'))).toMatchObject({
    diagnoses: [{ summary: expect.stringContaining('連線被拒絕') as string }, {}],
  })
  expect(await read('/')).toContain('Nothing listens at 127.0.0.1:1, where refusing should be')
  // With part of the fleet unseen a cause could be a wrong one.
  expect(await read('/metrics?collect[]=services')).not.toContain('watchpost_diagnosis')
  expect((await fetch(`${url}/api/diagnosis?lang=fr`)).status).toBe(400)
})

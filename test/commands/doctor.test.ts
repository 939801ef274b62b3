// `watchpost doctor` on a real stack, whole and broken link by link.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { renderConfig } from '../../demo/config.ts'
import { freePort } from '../../demo/programs/ports.ts'
import { serveHttp } from '../../exporter/src/probes/testing/servers.ts'
import { startStack } from '../harness/stack.ts'
import type { TestStack } from '../harness/stack.ts'
import { waitFor } from '../harness/wait.ts'

let stack: TestStack
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-doctor-'))
  stack = await startStack()
})
afterAll(async () => {
  await stack.stop()
  await rm(directory, { recursive: true })
})

interface Outcome {
  readonly code: number
  readonly lines: readonly string[]
  readonly stderr: string
}

async function runDoctor(config: string, flags: readonly string[] = []): Promise<Outcome> {
  const file = join(directory, 'watchpost.yml')
  await writeFile(file, config)
  const program = ['exporter/src/main.ts', 'doctor', `--config.file=${file}`, ...flags]
  return new Promise((resolve) => {
    execFile(process.execPath, program, (error, stdout, stderr) => {
      const code = error ? Number(error.code) : 0
      resolve({ code, lines: stdout.trimEnd().split('\n'), stderr })
    })
  })
}

function upstreamConfig(upstream = ''): string {
  return `upstream: {${upstream}}\nservices: [{ name: ohlc_api, url: '${stack.fleet.services['ohlc_api'] ?? ''}/health' }]\n`
}

function wholeConfig(): string {
  const { prometheus, alertmanager } = stack.urls
  return renderConfig(stack.fleet, { prometheus, alertmanager })
}

async function hasWatchdog(): Promise<boolean> {
  const response = await fetch(`${stack.urls.alertmanager}/api/v2/alerts?filter=alertname=Watchdog`)
  return ((await response.json()) as readonly unknown[]).length > 0
}

function findings({ lines }: Pick<Outcome, 'lines'>): readonly string[] {
  return lines.filter((line) => line.startsWith('FIX'))
}

function serveJson(answers: Readonly<Record<string, unknown>>): Promise<string> {
  return serveHttp((request, response) => {
    const answer = answers[(request.url ?? '').split('?')[0] ?? '']
    response.statusCode = answer === undefined ? 401 : 200
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer ?? {}))
  })
}

test('a stack that is well is found well, link by link', async () => {
  // An alert that fired before Prometheus had found Alertmanager is sent again after a minute only.
  await waitFor('Watchdog has arrived', hasWatchdog, 90)
  const { code, lines } = await runDoctor(wholeConfig(), [`--storage.path=${directory}`])
  expect(findings({ lines })).toEqual([])
  expect(code).toBe(0)
  const subjects = lines.slice(0, -1).map((line) => line.slice(5).split(': ')[0])
  expect(subjects).toContain('disk /')
  expect(subjects.filter((subject) => !subject?.startsWith('disk '))).toEqual([
    'configuration',
    'targets',
    'prometheus',
    `scraping ${stack.urls.exporter}/metrics`,
    'same fleet',
    'rules',
    'alerting',
    'retention',
    'deliveries',
    'persistence',
    'clock of prometheus',
    'alertmanager',
    'receivers',
    'alerts',
    'silences',
    'clock of alertmanager',
    'state directory',
    'grafana',
  ])
  expect(lines.at(-1)).toBe(`${subjects.length} checks: nothing to fix, 1 not made`)
}, 120_000)

test('a target that is down is named with what to do', async () => {
  await stack.fleet.break('trainer', 'down')
  const outcome = await runDoctor(wholeConfig())
  await stack.fleet.heal('trainer')
  expect(outcome.code).toBe(1)
  expect(findings(outcome)).toContainEqual(
    expect.stringMatching(
      /^FIX {2}target trainer: error, connect.* → start it, .*; watchpost probe trainer$/,
    ),
  )
})

test('a target that the running exporter does not know is another configuration than its own', async () => {
  const { prometheus } = stack.urls
  const config = upstreamConfig(`prometheus: '${prometheus}'`).replace('ohlc_api', 'somebody_else')
  const outcome = await runDoctor(config)
  expect(findings(outcome)).toEqual([
    expect.stringContaining('same fleet: Prometheus does not know somebody_else'),
  ])
})

test('programs that are away or something else are told apart, and nothing is thrown', async () => {
  const page = await serveJson({ '/api/v1/status/buildinfo': '<html>hello</html>' })
  const nobody = `http://127.0.0.1:${await freePort()}`
  const outcome = await runDoctor(upstreamConfig(`prometheus: '${page}', alertmanager: '${nobody}'`))
  expect(outcome).toMatchObject({ code: 1, stderr: '' })
  expect(findings(outcome)).toEqual([
    `FIX  prometheus: expected JSON, got something else → start it, or correct upstream.prometheus, ${page}`,
    expect.stringMatching(/^FIX {2}alertmanager: it could not be asked: .*ECONNREFUSED.*→ start it/),
  ])
})

test('a program with a part of the API of Prometheus is asked all the same', async () => {
  const url = await serveJson({
    '/api/v1/status/buildinfo': { status: 'success', data: { version: '1.2.3' } },
    '/api/v1/query': { status: 'success', data: { result: [] } },
  })
  const { lines } = await runDoctor(upstreamConfig(`prometheus: '${url}'`))
  expect(lines).toEqual(
    expect.arrayContaining([
      `ok   prometheus: 1.2.3 at ${url}`,
      expect.stringMatching(/^FIX {2}rules: expected HTTP status 200, got 401 → this Prometheus/),
      expect.stringContaining('FIX  same fleet: Prometheus does not know ohlc_api'),
      'ok   deliveries: no message failed in the last hour',
    ]),
  )
})

test.each([
  [[{ uid: 'watchpost-overview' }], 0, 'ok   dashboards: 1 are provisioned'],
  [[], 1, 'FIX  dashboards: none is provisioned'],
  [undefined, 1, 'FIX  dashboards: expected HTTP status 200, got 401 → where it refuses: put the token'],
])('a Grafana with the dashboards %j', async (dashboards, code, line) => {
  const url = await serveJson({
    '/api/health': { database: 'ok', version: '13.2.3' },
    '/api/search': dashboards,
  })
  const outcome = await runDoctor(upstreamConfig(), [`--grafana.url=${url}`])
  expect(outcome.code).toBe(code)
  expect(outcome.lines).toContainEqual(expect.stringContaining(line))
})

test('a state directory that is none is a finding', async () => {
  const outcome = await runDoctor(upstreamConfig(), [`--storage.path=${directory}/nowhere`])
  expect(findings(outcome)).toEqual([expect.stringContaining('state directory: ENOENT')])
})

test('wrong use ends with 2 in one line', async () => {
  expect(await runDoctor(upstreamConfig(), ['--grafana.url=grafana'])).toEqual({
    code: 2,
    lines: [''],
    stderr: 'watchpost: --grafana.url expects an http(s) URL, got "grafana"\n',
  })
  expect((await runDoctor('services: 5\n')).code).toBe(2)
})

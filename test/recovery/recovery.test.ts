// The recovery process as it is started anywhere, against what may come in: strangers, floods, a full disk, kill -9.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { stringify } from 'yaml'
import { freePort } from '../../demo/programs/ports.ts'
import { waitFor } from '../harness/wait.ts'

const repository = join(import.meta.dirname, '../..')
const token = 'token-of-alertmanager'
const controlToken = 'token-of-people'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-recovery-'))
  await writeFile(join(directory, 'token'), token)
  await writeFile(join(directory, 'control'), controlToken)
})
afterEach(() => rm(directory, { recursive: true }))

interface Running {
  readonly url: string
  readonly child: ChildProcess
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>
}

interface Start {
  readonly change?: object
  /** What the process may write to one file at most. */
  readonly fileLimitBytes?: number
}

function configuration(change: object = {}): object {
  return {
    mode: 'auto',
    token_file: 'token',
    control_token_file: 'control',
    // Nobody is there: nothing is ever corroborated.
    prometheus: { url: 'http://127.0.0.1:9' },
    alertmanager: { url: 'http://127.0.0.1:9' },
    exporter: { url: 'http://127.0.0.1:9' },
    targets: [{ name: 'web', type: 'task_hook', url: 'http://127.0.0.1:9/retry' }],
    policies: [
      {
        name: 'retry_web',
        mode: 'auto',
        matchers: ['alertname="TaskFailed"'],
        action: 'retry_failed_task',
        target: 'web',
        healthy: { probe: 'web' },
      },
    ],
    ...change,
  }
}

async function start({ change, fileLimitBytes }: Start = {}): Promise<Running> {
  const file = join(directory, 'recovery.yml')
  await writeFile(file, stringify(configuration(change)))
  const port = await freePort()
  const node = [
    process.execPath,
    'recovery/src/main.ts',
    `--config.file=${file}`,
    `--web.listen-address=127.0.0.1:${port}`,
    `--storage.path=${join(directory, 'state')}`,
    '--log.level=error',
  ]
  const words = fileLimitBytes === undefined ? node : ['prlimit', `--fsize=${fileLimitBytes}`, ...node]
  const [command = '', ...rest] = words
  const child = spawn(command, rest, { cwd: repository, stdio: ['ignore', 'ignore', 'inherit'] })
  const exited = once(child, 'exit')
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal)
    const [code] = (await exited) as [number | null]
    return code
  }
  onTestFinished(async () => void (await end('SIGKILL')))
  const url = `http://127.0.0.1:${port}`
  await waitFor('recovery listens', async () => {
    return child.exitCode !== null || (await fetch(`${url}/-/healthy`)).status > 0
  })
  if (child.exitCode !== null) throw new Error(`recovery ended with ${child.exitCode}`)
  return { url, child, end }
}

function alertOf(index: number, change: object = {}): object {
  return {
    status: 'firing',
    labels: { alertname: 'TaskFailed', task: `task_${index}` },
    annotations: {},
    startsAt: '2026-01-01T00:00:00Z',
    endsAt: '0001-01-01T00:00:00Z',
    fingerprint: index.toString(16).padStart(16, '0'),
    ...change,
  }
}

const payloadOf = (...alerts: object[]): string => JSON.stringify({ version: '4', status: 'firing', alerts })

async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<number> {
  const { status } = await fetch(`${url}/v1/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    body,
  })
  return status
}

async function received(): Promise<number> {
  const text = await readFile(join(directory, 'state', 'journal-000001.jsonl'), 'utf8')
  return text.split('\n').filter((line) => line.includes('"type":"received"')).length
}

async function watchpost(...words: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['exporter/src/main.ts', 'recovery', ...words], { cwd: repository })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}

test('who has no token, or comes from a web page, is refused and leaves nothing behind', async () => {
  const { url } = await start()
  const one = payloadOf(alertOf(1))
  expect(await post(url, one, { authorization: 'Bearer wrong' })).toBe(401)
  expect(await post(url, one, { authorization: `Bearer ${controlToken}` })).toBe(401)
  expect(await post(url, one, { authorization: `Basic ${token}` })).toBe(401)
  expect(await post(url, one, { origin: 'https://elsewhere.example' })).toBe(401)
  expect(await post(url, one, { 'content-type': 'text/plain' })).toBe(415)
  expect((await fetch(`${url}/v1/alerts`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(
    404,
  )
  expect(await received()).toBe(0)
  const page = await (await fetch(`${url}/metrics`)).text()
  expect(page).toContain('watchpost_recovery_webhook_requests_total{code="401"} 4')
})

test('a body that is too large, or no payload, is refused and counted', async () => {
  const { url } = await start()
  expect(await post(url, `{"a":"${'x'.repeat(1_048_576)}"}`)).toBe(413)
  expect(await post(url, '{"version":"4","alerts":[')).toBe(400)
  expect(await post(url, '{"version":"3","alerts":[]}')).toBe(400)
  expect(await post(url, payloadOf(alertOf(1, { status: 'sleeping' })))).toBe(400)
  expect(await post(url, payloadOf(alertOf(1, { fingerprint: '../../etc' })))).toBe(400)
  expect(await received()).toBe(0)
  const page = await (await fetch(`${url}/metrics`)).text()
  expect(page).toContain('watchpost_recovery_webhook_requests_total{code="413"} 1')
  expect(page).toContain('watchpost_recovery_webhook_requests_total{code="400"} 4')
})

test('what was answered with 202 is there after kill -9, and the same again is no news', async () => {
  const first = await start()
  expect(await post(first.url, payloadOf(alertOf(1), alertOf(2), alertOf(1)))).toBe(202)
  await first.end('SIGKILL')
  const second = await start()
  expect(await post(second.url, payloadOf(alertOf(2), alertOf(1)))).toBe(202)
  expect(await received()).toBe(2)
  const page = await (await fetch(`${second.url}/metrics`)).text()
  expect(page).toContain('watchpost_recovery_alerts_total{kind="duplicate"} 2')
  expect(page).toContain('watchpost_recovery_episodes_open 2')
})

test('what no policy is for, and test alerts, are counted and forgotten', async () => {
  const { url } = await start()
  const labels = { alertname: 'TaskFailed', watchpost_channel_test: 'true' }
  const other = { alertname: 'TaskFailed"} or {a="', target: "'; DROP TABLE posts" }
  expect(await post(url, payloadOf(alertOf(1, { labels }), alertOf(2, { labels: other })))).toBe(202)
  expect(await received()).toBe(0)
  const page = await (await fetch(`${url}/metrics`)).text()
  expect(page).toContain('watchpost_recovery_alerts_total{kind="test"} 1')
  expect(page).toContain('watchpost_recovery_alerts_total{kind="unmatched"} 1')
})

test('a flood is taken in until it is too much, and then sent back to wait', async () => {
  const { url } = await start()
  const flood = Array.from({ length: 1_500 }, (_, index) => alertOf(index))
  expect(await post(url, payloadOf(...flood))).toBe(503)
  expect(await received()).toBe(1_000)
  expect(await post(url, payloadOf(alertOf(1)))).toBe(202)
})

test('on a full disk nothing is promised and nothing is done, and afterwards the log is whole', async () => {
  const { url, end } = await start({ fileLimitBytes: 6_000 })
  const answers: number[] = []
  const postNext = async (): Promise<void> => {
    answers.push(await post(url, payloadOf(alertOf(answers.length))))
  }
  while (answers.length < 30) await postNext()
  // A short record may still have found room meanwhile, so what is too long is sent again.
  await waitFor('it says that it is not well', async () => {
    await postNext()
    return (await fetch(`${url}/-/healthy`)).status === 503
  })
  const stored = answers.filter((status) => status === 202).length
  expect(stored).toBeGreaterThan(3)
  expect(answers.filter((status) => status === 503)).toHaveLength(answers.length - stored)
  expect(await (await fetch(`${url}/metrics`)).text()).toMatch(
    /^watchpost_recovery_journal_failures_total [1-9]/m,
  )
  await end('SIGKILL')
  expect(await received()).toBe(stored)
  await start()
  const state = join(directory, 'state')
  expect(await watchpost('audit', '--verify', `--storage.path=${state}`)).toMatchObject({ code: 0 })
})

test('people see, pause and resume from the command line, with a token of their own', async () => {
  const { url } = await start()
  const control = [`--url=${url}`, `--token.file=${join(directory, 'control')}`]
  expect(await watchpost('pause', `--url=${url}`, `--token.file=${join(directory, 'token')}`)).toMatchObject({
    code: 1,
    output: expect.stringContaining('recovery answered 401') as string,
  })
  expect(await watchpost('pause', ...control, '--actor=night shift')).toMatchObject({ code: 0 })
  expect((await watchpost('status', ...control)).output).toMatch(
    /^paused by night shift\n\nNAME +MODE.*\nretry_web +auto +retry_failed_task +web +closed +0\n/,
  )
  expect(await watchpost('resume', ...control)).toMatchObject({ code: 0 })
  expect(await watchpost('approve', '0123456789ab', ...control)).toMatchObject({
    code: 1,
    output: expect.stringContaining('no action of this episode waits for approval') as string,
  })
  const { output } = await watchpost('history', `--storage.path=${join(directory, 'state')}`)
  expect(output).toMatch(/paused +actor="night shift"/)
})

test('a log that was changed is told, and not built upon', async () => {
  const { end } = await start()
  await end('SIGTERM')
  const state = join(directory, 'state')
  const { output } = await watchpost('audit', '--verify', `--storage.path=${state}`)
  expect(output).toMatch(/^the audit log is whole: 1 records, the last with hash [0-9a-f]{64}\n$/)
  const [noted = ''] = /[0-9a-f]{64}/.exec(output) ?? []
  expect(await watchpost('audit', `--contains=${noted}`, `--storage.path=${state}`)).toMatchObject({
    code: 0,
  })
  const other = noted.replaceAll(/[0-9]/g, 'a')
  expect(await watchpost('audit', `--contains=${other}`, `--storage.path=${state}`)).toMatchObject({
    code: 1,
    output: expect.stringContaining('its end was cut off, or it is another one') as string,
  })
  const file = join(state, 'journal-000001.jsonl')
  await writeFile(file, (await readFile(file, 'utf8')).replace('"version":"', '"version":"9'))
  expect(await watchpost('audit', `--storage.path=${state}`)).toEqual({
    code: 1,
    output:
      'watchpost: the audit log is damaged: journal-000001.jsonl:1: it does not have the hash that it says\n',
  })
  await expect(start()).rejects.toThrow('recovery ended with 1')
})

test('off means off: alerts are taken, nothing is kept', async () => {
  const { url, end } = await start({ change: { mode: 'off' } })
  expect(await post(url, payloadOf(alertOf(1)))).toBe(202)
  await expect(received()).rejects.toThrow('ENOENT')
  expect(await end('SIGTERM')).toBe(0)
})

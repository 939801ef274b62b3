// The real program as a child process: what a person meets on the command line and what a scraper meets on the wire.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../demo/programs/ports.ts'
import { listen } from '../harness/listen.ts'
import type { Running } from '../harness/listen.ts'
import { startExporter } from '../harness/exporter.ts'
import type { Exporter } from '../harness/exporter.ts'
import { parseOpenMetrics } from '../harness/openmetrics.ts'

let directory: string
let healthy: Running

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-'))
  healthy = await listen((_request, response) => response.end('{"status":"healthy","uptime":1}'))
})

afterAll(async () => {
  await healthy.stop()
  await rm(directory, { recursive: true })
})

const healthyUrl = (): string => `${healthy.url}/health`

async function configuration(text: string, file = 'watchpost.yml'): Promise<string> {
  const path = join(directory, file)
  await writeFile(path, text)
  return path
}

async function run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['exporter/watchpost.js', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = once(child, 'close') as Promise<[number | null]>
  const [stdout, stderr, [code]] = await Promise.all([readAll(child.stdout), readAll(child.stderr), ended])
  return { code, stdout, stderr }
}

/** A serving exporter, ended with the test. */
async function serve(text: string, flags: readonly string[] = []): Promise<Exporter> {
  const exporter = await startExporter(text, flags)
  onTestFinished(exporter.stop)
  return exporter
}

/** A server for a test, ended with it. */
async function answering(answer: RequestListener): Promise<Running & { readonly asked: Promise<void> }> {
  const { promise: asked, resolve } = Promise.withResolvers<void>()
  const running = await listen((request, response) => {
    resolve()
    answer(request, response)
  })
  onTestFinished(running.stop)
  return { ...running, asked }
}

const oneService = (): string => `services: [{ name: a, url: "${healthyUrl()}" }]`

test.each([
  [
    'an unknown flag',
    ['serve', '--confg.file=x'],
    'watchpost: unknown flag --confg.file, did you mean --config.file?; see watchpost serve --help\n',
  ],
  [
    'an unknown command',
    ['sreve'],
    'watchpost: unknown command sreve, did you mean serve?; see watchpost --help\n',
  ],
  [
    'a flag without its value',
    ['check', '--config.file'],
    'watchpost: --config.file expects a value, as in --config.file=…\n',
  ],
  [
    'an address without a port',
    ['serve', '--web.listen-address=localhost'],
    'watchpost: --web.listen-address expects HOST:PORT, got "localhost"\n',
  ],
  [
    'a file that is not there',
    ['check', '--config.file=none.yml'],
    'none.yml: expected a configuration file, but there is no such file; watchpost init writes one\n1 problem in none.yml\n',
  ],
])('%s is refused in one line with exit code 2', async (_what, args, message) => {
  expect(await run(...args)).toEqual({ code: 2, stdout: '', stderr: message })
})

test('a port in use is named with the flag that changes it', async () => {
  const { port } = new URL(healthy.url)
  const file = await configuration(oneService())
  expect(await run('serve', `--config.file=${file}`, `--web.listen-address=127.0.0.1:${port}`)).toEqual({
    code: 2,
    stdout: '',
    stderr: `watchpost: cannot listen on 127.0.0.1:${port}: the port is in use; choose another address with --web.listen-address\n`,
  })
})

test('check names what is in a valid file', async () => {
  const file = await configuration(oneService())
  expect(await run('check', `--config.file=${file}`)).toEqual({
    code: 0,
    stdout: `${file} is valid: 1 service\n`,
    stderr: '',
  })
})

test('the example configuration is valid as it stands', async () => {
  expect(await run('check', '--config.file=exporter/watchpost.yml')).toMatchObject({ code: 0, stderr: '' })
})

test('the page says what was found, and health paths answer', async () => {
  const { url } = await serve(oneService())
  const page = await fetch(`${url}/metrics`)
  expect(page.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const text = await page.text()
  expect(text).toContain('watchpost_target_up{target="a",kind="service"} 1\n')
  expect(text).toContain('process_cpu_seconds_total ')
  for (const path of ['/-/healthy', '/-/ready', '/health', '/'])
    expect((await fetch(url + path)).status).toBe(200)
  expect((await fetch(`${url}/nothing`)).status).toBe(404)
  expect(await (await fetch(url)).text()).toContain('>a</a></th>')
})

test('the page comes before the scraper gives up, with the hung target marked', async () => {
  const hung = await answering(() => {})
  const { url } = await serve(
    `services: [{ name: hung, url: "${hung.url}" }, { name: a, url: "${healthyUrl()}" }]`,
  )
  const began = performance.now()
  const response = await fetch(`${url}/metrics`, { headers: { 'x-prometheus-scrape-timeout-seconds': '1' } })
  const text = await response.text()
  expect(performance.now() - began).toBeLessThan(1_000)
  expect(response.status).toBe(200)
  expect(text).toContain('watchpost_target_failure{target="hung",kind="service",reason="timeout"} 1\n')
  expect(text).toContain('watchpost_target_up{target="a",kind="service"} 1\n')
})

test('more scrapes at once than are allowed are turned away, and none is left counted', async () => {
  const hung = await answering(() => {})
  const { url } = await serve(`services: [{ name: hung, url: "${hung.url}", timeout: 1s }]`, [
    '--web.max-requests=2',
  ])
  const gone = new AbortController()
  const left = fetch(`${url}/metrics`, { signal: gone.signal }).catch(() => undefined)
  await hung.asked
  const statuses = await Promise.all([1, 2].map(async () => (await fetch(`${url}/metrics`)).status))
  expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 503])
  gone.abort()
  await left
  await expect.poll(async () => (await fetch(`${url}/metrics`)).status, { timeout: 15_000 }).toBe(200)
  expect((await fetch(`${url}/-/healthy`)).status).toBe(200)
})

test('a reload takes a valid file and refuses a bad one, keeping what was', async () => {
  const { url, file, child } = await serve(oneService())
  await writeFile(file, 'services: [{ name: b }]')
  const refused = await fetch(`${url}/-/reload`, { method: 'POST' })
  expect(refused.status).toBe(500)
  expect(await refused.text()).toContain('services[0].url: expected an http(s) URL, got nothing')
  const kept = await (await fetch(`${url}/metrics`)).text()
  expect(kept).toContain('watchpost_config_last_reload_successful 0\n')
  expect(kept).toContain('watchpost_target_up{target="a",kind="service"} 1\n')

  await writeFile(file, `services: [{ name: b, url: "${healthyUrl()}" }]`)
  child.kill('SIGHUP')
  await expect
    .poll(async () => (await fetch(`${url}/metrics`)).text(), { timeout: 5_000 })
    .toContain('target="b"')
  const swapped = await (await fetch(`${url}/metrics`)).text()
  expect(swapped).toContain('watchpost_config_last_reload_successful 1\n')
  expect(swapped).not.toContain('target="a"')
})

test('a changed file is loaded without being asked for', async () => {
  const { url, file } = await serve(oneService())
  await writeFile(file, `services: [{ name: changed, url: "${healthyUrl()}" }]`)
  await expect
    .poll(async () => (await fetch(`${url}/metrics`)).text(), { timeout: 15_000, interval: 500 })
    .toContain('target="changed"')
})

test('a file that leads to itself is refused, and ends nothing', async () => {
  const { url, file } = await serve(oneService())
  await rm(file)
  await symlink(file, file)
  await expect
    .poll(async () => (await fetch(`${url}/metrics`)).text(), { timeout: 15_000, interval: 500 })
    .toContain('watchpost_config_last_reload_successful 0\n')
})

test('one target is probed under the names of blackbox_exporter, and no free URL is', async () => {
  const { url } = await serve(
    `services: [{ name: a, url: "${healthyUrl()}" }, { name: b / ü, url: "${healthyUrl()}", timeout: 20s }]`,
  )
  const page = await (await fetch(`${url}/probe?target=a`)).text()
  for (const line of [
    'probe_success 1',
    'probe_http_status_code 200',
    'probe_http_duration_seconds{phase="connect"} 0.0',
    'probe_ip_protocol 4',
  ]) {
    expect(page).toContain(`\n${line}`)
  }
  const debug = await (await fetch(`${url}/probe?target=a&debug=true`)).text()
  expect(debug).toMatch(/^verdict +healthy$/m)
  expect((await fetch(`${url}/probe`)).status).toBe(400)
  expect((await fetch(`${url}/probe?target=${encodeURIComponent(healthyUrl())}`)).status).toBe(404)
  const json = await fetch(`${url}/probe?target=c`, { headers: { accept: 'application/problem+json' } })
  expect(json.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(await json.json()).toMatchObject({
    status: 404,
    detail: 'there is no target "c" in the configuration',
    instance: '/probe?target=c',
  })
  const encoded = encodeURIComponent('b / ü')
  for (const name of [encoded, encodeURIComponent(encoded)])
    expect(await (await fetch(`${url}/probe?target=${name}`)).text()).toContain('\nprobe_success 1\n')
  // The shorter of what the target may take and what the scraper waits, less a margin.
  const timeouts = [
    ['a', '15', 5],
    ['a', '3', 2.5],
    ['b / ü', '15', 14.5],
    ['b / ü', '30', 20],
    ['b / ü', undefined, 10],
  ] as const
  for (const [target, waits, seconds] of timeouts) {
    const headers = waits === undefined ? {} : { 'x-prometheus-scrape-timeout-seconds': waits }
    const text = await (await fetch(`${url}/probe?target=${encodeURIComponent(target)}`, { headers })).text()
    expect(text).toContain(`\nprobe_timeout_seconds ${seconds}\n`)
  }
})

test('no page shows a secret of the configuration', async () => {
  const secret = 'hunter2-is-the-password'
  const { url } = await serve(`
services:
  - name: a
    url: "${healthyUrl()}?token=${secret}"
    headers: { x-key: ${secret} }
    basic_auth: { username: me, password: ${secret} }
  - name: b
    url: "${healthyUrl()}"
    method: POST
    body: "user=me&password=${secret}"
    oauth2: { token_url: "${healthyUrl()}", client_id: me, client_secret: ${secret}, parameters: { assertion: ${secret} } }
    proxy: { url: "http://127.0.0.1:1", username: me, password: ${secret} }
endpoints:
  - { name: c, probe: tcp, address: "${new URL(healthyUrl()).host}", steps: [{ send: "LOGIN ${secret}" }] }
databases:
  - { name: d, url: "postgres://me:${secret}@127.0.0.1:1/x" }
`)
  const probes = ['a', 'b', 'c', 'd'].flatMap((name) => [
    `/probe?target=${name}`,
    `/probe?target=${name}&debug=true`,
  ])
  const pages = ['/metrics', '/config', '/', '/api/diagnosis', '/api/microservices/status', ...probes]
  for (const path of pages) {
    const text = await (await fetch(url + path)).text()
    expect(text).not.toContain(secret)
  }
})

test('OpenMetrics holds the same series as the text format, and both can be compressed', async () => {
  const { url } = await serve(oneService())
  const series = (page: string): string[] =>
    page
      .split('\n')
      .filter((line) => line.startsWith('watchpost_'))
      .map((line) => line.replace(/ [^ ]+$/, ''))
  const text = await (await fetch(`${url}/metrics`, { headers: { accept: 'text/plain' } })).text()
  const response = await fetch(`${url}/metrics`, {
    headers: { accept: 'application/openmetrics-text; version=1.0.0', 'accept-encoding': 'gzip' },
  })
  expect(response.headers.get('content-encoding')).toBe('gzip')
  const openmetrics = await response.text()
  // Throws at the first line that the specification does not allow.
  expect(parseOpenMetrics(openmetrics).length).toBeGreaterThan(30)
  expect(series(openmetrics)).toEqual(series(text))
})

test('a log that cannot be written costs only itself', async () => {
  const port = await freePort()
  const file = await configuration(`services: [{ name: a, url: "${healthyUrl()}" }]`, 'unheard.yml')
  const words = ['serve', `--config.file=${file}`, `--web.listen-address=127.0.0.1:${port}`]
  const full = openSync('/dev/full', 'w')
  const child = spawn(process.execPath, ['exporter/watchpost.js', ...words], {
    stdio: ['ignore', 'ignore', full],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
    closeSync(full)
  })
  const page = async (): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined))?.status ?? 0
  await expect.poll(page, { timeout: 20_000 }).toBe(200)
  child.kill('SIGHUP')
  expect(await page()).toBe(200)
  expect(child.exitCode).toBeNull()
})

test('who stops reading what a command writes sees no trace of it, and what is repeated ends', async () => {
  const file = await configuration(`services: [{ name: a, url: "${healthyUrl()}" }]`, 'unread.yml')
  const words = ['status', `--config.file=${file}`, '--watch', '--json']
  const child = spawn(process.execPath, ['exporter/watchpost.js', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  child.stdout.destroy()
  const [said, [code]] = await Promise.all([readAll(child.stderr), once(child, 'close')])
  expect([said, code]).toEqual(['', 0])
})

test('a request under way is finished before the program ends on SIGTERM', async () => {
  const slow = await answering((_request, response) => void setTimeout(() => response.end('{}'), 500))
  const { child, url } = await serve(`services: [{ name: a, url: "${slow.url}" }]`)
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  const page = fetch(`${url}/metrics`)
  await slow.asked
  child.kill('SIGTERM')
  expect(await (await page).text()).toContain('watchpost_target_up{target="a",kind="service"} 1\n')
  expect(await ended).toBe(0)
})

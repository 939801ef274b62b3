// The commands that look at the fleet from a terminal, on a real server and a closed port.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dispatch } from '../../exporter/src/commands/dispatch.ts'
import { listen } from '../harness/listen.ts'
import type { Running } from '../harness/listen.ts'

let directory: string
let shop: Running

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-commands-'))
  shop = await listen((_request, response) => void response.end('{"status":"healthy"}'))
  const services = `services: [{ name: shop, url: "${shop.url}/" }, { name: closed, url: "http://127.0.0.1:1/" }]`
  await writeFile(join(directory, 'watchpost.yml'), services)
})

afterAll(async () => {
  await shop.stop()
  await rm(directory, { recursive: true })
})

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** `onWrite` is told of each piece of output, and can stop the command. */
async function run(
  argv: readonly string[],
  onWrite?: (text: string, stop: () => void) => void,
): Promise<Ran> {
  const stop = new AbortController()
  let [stdout, stderr] = ['', '']
  const code = await dispatch(argv, {
    environment: {},
    write: (text) => {
      stdout += text
      onWrite?.(text, () => stop.abort())
    },
    writeError: (text) => void (stderr += text),
    stop: stop.signal,
    onReload: () => {},
  })
  return { code, stdout, stderr }
}

const config = (): string => `--config.file=${join(directory, 'watchpost.yml')}`

test('status shows each target in a row, and its exit code says that one is not well', async () => {
  const { code, stdout } = await run(['status', config()])
  expect(code).toBe(1)
  expect(stdout).toMatch(/^TARGET +KIND +STATUS +TOOK +WHY\nshop +service +healthy +\d+ ms\n/)
  expect(stdout).toMatch(/^closed +service +error +\d+ ms +connect: connect ECONNREFUSED 127\.0\.0\.1:1$/m)
  expect(stdout.endsWith('\n\n2 targets: 1 healthy, 1 error\n')).toBe(true)
})

test('status as JSON', async () => {
  const { stdout } = await run(['status', config(), '--json'])
  expect(JSON.parse(stdout)).toMatchObject([
    { target: 'shop', kind: 'service', status: 'healthy', reason: 'none' },
    { target: 'closed', kind: 'service', status: 'error', reason: 'connect' },
  ])
})

test('status is shown again and again until it is stopped, as JSON in a line each', async () => {
  let times = 0
  const { code, stdout } = await run(['status', config(), '--json', '--watch'], (_text, stop) => {
    times += 1
    if (times === 2) stop()
  })
  expect(code).toBe(0)
  const lines = stdout.trim().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as unknown[]).length)).toEqual([2, 2])
  const table = await run(['status', config(), '--watch'], (_text, stop) => stop())
  expect(table.stdout.startsWith('\u001B[H\u001B[2JTARGET')).toBe(true)
})

test('probe shows the course of one probe, and names what was meant when there is no such target', async () => {
  const well = await run(['probe', 'shop', config()])
  expect(well).toMatchObject({ code: 0, stderr: '' })
  expect(well.stdout).toMatch(/^answer +200 HTTP\/1\.1 from /m)
  expect(well.stdout).toMatch(/^body +20 bytes\n +\{"status":"healthy"\}$/m)
  expect(well.stdout).toMatch(/^verdict +healthy$/m)
  const broken = await run(['probe', 'closed', config()])
  expect(broken.code).toBe(1)
  expect(broken.stdout).toMatch(/^why +connect ECONNREFUSED 127\.0\.0\.1:1$/m)
  expect(await run(['probe', 'shap', config()])).toEqual({
    code: 2,
    stdout: '',
    stderr: 'watchpost: there is no target shap, did you mean shop?\n',
  })
})

test.each([
  ['watchpost_target_up', 'from    every target'],
  ['watchpost_target_probe_duration_seconds_bucket', 'type    histogram'],
  ['watchpost_service_uptime_seconds', 'from    the collector services'],
  ['watchpost_config_last_reload_successful', 'from    Watchpost itself'],
  ['process_cpu_seconds_total', 'from    the process of Watchpost'],
])('explain says what %s is', async (metric, line) => {
  const { code, stdout } = await run(['explain', metric])
  expect(code).toBe(0)
  expect(stdout).toContain(`  ${line}\n`)
})

test('explain names the metrics that a part of a name is in', async () => {
  const { code, stderr } = await run(['explain', 'tls_certificate'])
  expect(code).toBe(2)
  expect(stderr).toContain(
    '; there are watchpost_target_tls_certificate_not_after_timestamp_seconds, watchpost_',
  )
})

test('explain names the metric that was meant', async () => {
  expect(await run(['explain', 'watchpost_target_upp'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('did you mean watchpost_target_up?') as string,
  })
})

test.each([[['-h']], [['--help']], [['check', '-h']], [['check', '--help']]])(
  'help is there for %j',
  async (argv) => {
    const { code, stdout } = await run(argv)
    expect(code).toBe(0)
    expect(stdout).toContain('usage: watchpost ')
  },
)

test('a configuration that is named without its flag is told of it', async () => {
  expect(await run(['check', 'watchpost.yml'])).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'watchpost: check takes flags only, got "watchpost.yml"; did you mean --config.file=watchpost.yml?\n',
  })
})

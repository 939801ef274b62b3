// Exporters that watch the same tasks: a ping that reaches one of them is known to all, whatever ends meanwhile.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../../demo/programs/ports.ts'
import type { RunningProcess } from '../../demo/programs/process.ts'
import { startExporter } from '../../demo/stack/exporter.ts'
import { waitFor } from '../harness/wait.ts'

type Side = 'a' | 'b'

let directory: string
let port: Readonly<Record<Side, number>>
const running = new Map<Side, RunningProcess>()

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-peers-'))
  port = { a: await freePort(), b: await freePort() }
})
afterEach(async () => {
  for (const exporter of running.values()) await exporter.stop()
  running.clear()
  await rm(directory, { recursive: true })
})

/** Both have the same file, in which each is a peer of itself as well. */
function config(token = 'hunter2'): string {
  return `
services: [{ name: only, url: 'http://127.0.0.1:1/' }]
peers:
  - url: http://127.0.0.1:${port.a}
  - url: http://127.0.0.1:${port.b}
tasks:
  - name: jobs
    kind: heartbeat
    token: ${token}
    schedules: [{ task: nightly, cron: '0 3 * * *' }, { task: hourly, cron: '0 * * * *' }]
`
}

async function start(side: Side, given: { readonly text?: string; readonly flags?: readonly string[] } = {}) {
  const { text = config(), flags = [] } = given
  const place = join(directory, side)
  running.set(side, await startExporter({ directory: place, port: port[side], config: text, flags }))
}

async function kill(side: Side): Promise<void> {
  const exporter = running.get(side)
  if (!exporter) throw new Error(`expected ${side} to run`)
  process.kill(exporter.pid, 'SIGKILL')
  await exporter.ended
}

async function ping(side: Side, path: string, token = 'hunter2'): Promise<number> {
  const options = { method: 'POST', headers: { authorization: `Bearer ${token}` } }
  return (await fetch(`http://127.0.0.1:${port[side]}/ping/${path}`, options)).status
}

async function sample(side: Side, series: string): Promise<number | undefined> {
  const page = await (await fetch(`http://127.0.0.1:${port[side]}/metrics`)).text()
  const line = page.split('\n').find((one) => one.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length))
}

const runs = (side: Side, task = 'nightly') =>
  sample(side, `watchpost_task_runs_total{task="${task}",task_type="other"}`)
const ofPeer = (side: Side, fact: string, peer: Side) =>
  sample(side, `watchpost_peer_pings_${fact}{peer="127.0.0.1:${port[peer]}"}`)

test('what one is told both know, and each counts it once', async () => {
  await Promise.all([start('a'), start('b')])
  expect(await ping('a', 'nightly/start')).toBe(200)
  const open = 'watchpost_task_running{task="nightly",task_type="other"}'
  await waitFor('the start', async () => (await sample('b', open)) === 1)
  // The job ends at the other one.
  expect(await ping('b', 'nightly')).toBe(200)
  await waitFor('the end', async () => (await sample('a', open)) === 0)
  expect(await ping('a', 'nightly/fail?run_id=7')).toBe(200)
  await waitFor('the second run', async () => (await runs('b')) === 2)
  expect(await ping('b', 'nightly/fail?run_id=7')).toBe(409)
  expect(await ping('b', 'nightly', 'hunter3')).toBe(401)
  for (const side of ['a', 'b'] as const) {
    const failures = 'watchpost_task_run_failures_total{task="nightly",task_type="other"}'
    expect([await runs(side), await sample(side, failures)]).toEqual([2, 1])
    expect(await ofPeer(side, 'waiting', side === 'a' ? 'b' : 'a')).toBe(0)
    expect(await ofPeer(side, 'dropped_total', side === 'a' ? 'b' : 'a')).toBe(0)
  }
  expect(await ofPeer('a', 'forwarded_total', 'b')).toBe(2)
})

test('what one is told while the other is down reaches it, though the first is killed before', async () => {
  await start('a')
  const sentAt = Date.now() / 1000
  expect(await ping('a', 'nightly')).toBe(200)
  expect(await ping('a', 'hourly/fail')).toBe(200)
  expect(await ofPeer('a', 'waiting', 'b')).toBe(2)
  await kill('a')
  const queue = join(directory, 'a/state', encodeURIComponent(`peer-127.0.0.1:${port.b}`))
  const kept = await readFile(`${queue}.json`, 'utf8')
  expect(JSON.parse(kept)).toMatchObject([{ task: 'nightly' }, { task: 'hourly', signal: 'fail' }])
  expect(kept).not.toContain('hunter2')
  await Promise.all([start('b'), start('a')])
  await waitFor('both runs', async () => (await runs('b')) === 1 && (await runs('b', 'hourly')) === 1)
  const success = 'watchpost_task_last_success_timestamp_seconds{task="nightly",task_type="other"}'
  expect(Math.abs(((await sample('b', success)) ?? 0) - sentAt)).toBeLessThan(1)
  await waitFor('nothing waits', async () => (await ofPeer('a', 'waiting', 'b')) === 0)
  expect(await runs('a')).toBe(1)
})

test('one that refuses a ping is asked again until it takes it, and the others are not held up', async () => {
  await Promise.all([start('a'), start('b', { text: config('another') })])
  expect(await ping('a', 'nightly')).toBe(200)
  await waitFor('it waits', async () => (await ofPeer('a', 'waiting', 'b')) === 1)
  expect(await runs('b')).toBe(0)
  await running.get('b')?.stop()
  await start('b')
  expect(await ping('a', 'hourly')).toBe(200)
  await waitFor('the one that came later', async () => (await runs('b', 'hourly')) === 1)
  await waitFor('the one that waited', async () => (await runs('b')) === 1)
})

test('a shard hands pings to the first, and keeps them while that is down', async () => {
  await Promise.all([start('a', { flags: ['--shard=1/2'] }), start('b', { flags: ['--shard=2/2'] })])
  expect(await ping('b', 'nightly')).toBe(200)
  expect(await runs('a')).toBe(1)
  expect(await ping('b', 'nightly', 'hunter3')).toBe(401)
  expect(await ping('b', 'weekly')).toBe(404)
  await kill('a')
  expect(await ping('b', 'nightly')).toBe(202)
  await start('a', { flags: ['--shard=1/2'] })
  await waitFor('the run', async () => (await runs('a')) === 2)
})

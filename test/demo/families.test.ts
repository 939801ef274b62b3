// Every metric that a collector declares is to be seen on the demo's page: most of them at once, the rest when their
// fault is there.
import { spawnSync } from 'node:child_process'
import { access, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { renderConfig } from '../../demo/config.ts'
import { requireProgram } from '../../demo/programs/find.ts'
import { freePort } from '../../demo/programs/ports.ts'
import type { RunningProcess } from '../../demo/programs/process.ts'
import { startExporter } from '../../demo/stack/exporter.ts'
import { collectors } from '../../exporter/src/collectors/all.ts'
import { targetMetrics } from '../../exporter/src/collectors/target-families.ts'
import { useFleet } from '../harness/fleet.ts'

const demo = useFleet(30)
// A demo has one exporter; test/scaling/peers.test.ts shows what those of a pair tell each other.
const alone = collectors.filter(({ name }) => name !== 'peers')
const declared = [...targetMetrics, ...alone.flatMap(({ metrics }) => metrics)]
let directory: string
let exporter: RunningProcess
let url: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-families-'))
  const port = await freePort()
  url = `http://127.0.0.1:${port}/metrics`
  exporter = await startExporter({ directory, port, config: renderConfig(demo.fleet) })
})
afterAll(async () => {
  await exporter.stop()
  await rm(directory, { recursive: true })
})

async function page(): Promise<string> {
  return (await fetch(url)).text()
}

/** Families without a sample. */
async function missing(): Promise<string[]> {
  const samples = await page()
  return declared
    .map(({ name, type }) => (type === 'histogram' ? `${name}_bucket` : name))
    .filter((name) => !new RegExp(`^${name}[ {]`, 'm').test(samples))
}

test(
  'every metric that is declared, with the faults that some of them are about',
  { timeout: 100_000 },
  async () => {
    // First what needs two syncs: a blocked database lets none happen.
    const synced = /^watchpost_data_source_sync_interval_observed_seconds\{/m
    await expect.poll(page, { timeout: 40_000, interval: 500 }).toMatch(synced)
    await demo.spoil('platform_db', 'block')
    await demo.spoil('finlab_api', 'quota')
    await demo.spoil('trainer', 'oom')
    await demo.spoil('analyze', 'hang')
    await demo.spoil('summary', 'miss')
    const hasInterruptPressure = await access('/proc/pressure/irq').then(
      () => true,
      () => false,
    )
    // Kernels that keep no account of interrupts have none to show.
    const absent = hasInterruptPressure ? [] : ['watchpost_host_pressure_irq_stalled_seconds_total']
    await expect.poll(missing, { timeout: 50_000, interval: 500 }).toEqual(absent)
  },
)

test('promtool has nothing to say about the page', async () => {
  const promtool = await requireProgram('promtool', { log: () => {} })
  const options = { input: await page(), encoding: 'utf8' } as const
  const { status, stdout, stderr } = spawnSync(promtool.path, ['check', 'metrics'], options)
  expect({ status, output: stdout + stderr }).toEqual({ status: 0, output: '' })
})

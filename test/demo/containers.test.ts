// The containers of the demo's fleet, through our own eyes.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startFleet } from '../../demo/fleet.ts'
import type { Fleet } from '../../demo/fleet.ts'
import { containers } from '../../exporter/src/collectors/containers/containers.ts'
import { collectorContext, renderSeries, startRound } from '../harness/collector.ts'

let directory: string
let fleet: Fleet

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-fleet-'))
  fleet = await startFleet({ ports: 'ephemeral', dataDirectory: directory })
})
afterAll(async () => {
  await fleet.stop()
  await rm(directory, { recursive: true })
})

function open() {
  const context = collectorContext({ services: Object.keys(fleet.services) })
  const watch = containers.create(containers.schema.parse({ docker: fleet.engineUrl }), context)
  onTestFinished(() => watch.close?.())
  return async (metric: string): Promise<string[]> =>
    renderSeries(containers.families(await watch.collect(startRound())), `watchpost_${metric}`)
}

test('each service is a container with memory and a state', async () => {
  const series = open()
  expect(await series('service_memory_usage_ratio')).toHaveLength(6)
  expect(await series('container_state')).toContain(
    'watchpost_container_state{container="platform-trainer-1",state="running"} 1',
  )
})

test('the fault oom ends the service and its container, and healing starts both again', async () => {
  const series = open()
  const own = '{container="platform-trainer-1"}'
  await series('container_oom_kills_total')
  await fleet.break('trainer', 'oom')
  await expect(fetch(`${fleet.services['trainer']}/health`)).rejects.toThrow('fetch failed')
  expect(await series('container_oom_killed')).toContain(`watchpost_container_oom_killed${own} 1`)
  expect(await series('container_exit_code')).toEqual([`watchpost_container_exit_code${own} 137`])
  expect(await series('container_oom_kills_total')).toContain(`watchpost_container_oom_kills_total${own} 1`)
  await fleet.heal('trainer')
  expect((await fetch(`${fleet.services['trainer']}/health`)).status).toBe(200)
  expect(await series('container_restarts_total')).toContain(`watchpost_container_restarts_total${own} 1`)
  expect(await series('container_oom_killed')).toContain(`watchpost_container_oom_killed${own} 0`)
})

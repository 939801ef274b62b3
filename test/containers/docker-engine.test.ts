// Containers as a real Docker Engine tells of them, one of them killed for want of memory.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { GenericContainer, Wait } from 'testcontainers'
import type { StartedTestContainer } from 'testcontainers'
import { expect, onTestFinished, test } from 'vitest'
import { containers } from '../../exporter/src/collectors/containers/containers.ts'
import { openDocker } from '../../exporter/src/probes/docker/docker.ts'
import { collectorContext, renderSeries, startRound } from '../harness/collector.ts'

const image = 'node:24.21.0-bookworm-slim'

async function run(name: string, script: string): Promise<StartedTestContainer> {
  const container = await new GenericContainer(image)
    .withName(name)
    .withCommand(['node', '-e', script])
    .withResourcesQuota({ memory: 0.0625, cpu: 0.5 })
    .withHealthCheck({ test: ['CMD', 'true'], interval: 500, timeout: 1_000, retries: 1, startPeriod: 0 })
    .withWaitStrategy(Wait.forLogMessage('ready'))
    .start()
  onTestFinished(async () => void (await container.stop()))
  return container
}

function open(name: string) {
  const context = collectorContext({ services: ['trainer'] })
  const watch = containers.create(containers.schema.parse({ include: name, timeout: '5s' }), context)
  onTestFinished(() => watch.close?.())
  return async (metric: string): Promise<string[]> => {
    return renderSeries(containers.families(await watch.collect(startRound())), `watchpost_${metric}`)
  }
}

const values = (lines: readonly string[]): number[] => lines.map((line) => Number(line.split(' ').at(-1)))

test('a container that runs has state, health, memory against its limit and processor use', async () => {
  await run('trainer', 'console.log("ready"); for (;;) Math.sqrt(2)')
  const series = open('^trainer$')
  await expect
    .poll(() => series('container_health'), { timeout: 10_000 })
    .toContain('watchpost_container_health{container="trainer",health="healthy"} 1')
  expect(await series('container_state')).toContain(
    'watchpost_container_state{container="trainer",state="running"} 1',
  )
  expect(values(await series('container_memory_limit_bytes'))).toEqual([64 * 1024 * 1024])
  expect(await series('service_memory_usage_ratio')).toEqual([
    expect.stringMatching(/\{target="trainer"\} 0\.\d+$/),
  ])
  // It does all it may: half a processor.
  const isBusy = async (): Promise<boolean> => (values(await series('service_cpu_usage_ratio'))[0] ?? 0) > 0.5
  await expect.poll(isBusy, { timeout: 15_000, interval: 1_000 }).toBe(true)
})

test('a kill for want of memory is counted, with the exit code it leaves', async () => {
  const series = open('^hungry$')
  await series('container_engine_up')
  const hungry = 'console.log("ready"); const all = []; setInterval(() => all.push(Buffer.alloc(8e6, 1)), 20)'
  await run('hungry', hungry)
  await expect
    .poll(() => series('container_oom_killed'), { timeout: 30_000, interval: 500 })
    .toEqual(['watchpost_container_oom_killed{container="hungry"} 1'])
  expect(await series('container_exit_code')).toEqual([
    'watchpost_container_exit_code{container="hungry"} 137',
  ])
  expect(await series('container_oom_kills_total')).toEqual([
    'watchpost_container_oom_kills_total{container="hungry"} 1',
  ])
})

test.each([false, true])('the last lines of a log are read, with a terminal: %s', async (hasTerminal) => {
  // Of a long line the engine makes several of 16 KiB, and counts them as such.
  const script = "console.log('one'); console.log('two'); console.log('x'.repeat(40_000) + 'end')"
  const words = ['run', '--name', 'talker', ...(hasTerminal ? ['--tty'] : []), image, 'node', '-e', script]
  await promisify(execFile)('docker', words)
  onTestFinished(async () => void (await promisify(execFile)('docker', ['rm', 'talker'])))
  const docker = openDocker('unix:///var/run/docker.sock')
  onTestFinished(() => docker.close())
  const signal = AbortSignal.timeout(10_000)
  const lines = await docker.logs('talker', 4, signal)
  expect(lines.map((line) => [line.slice(0, 3), line.length])).toEqual([
    ['two', 3],
    ['xxx', 40_003],
  ])
  await expect(docker.logs('nobody', 3, signal)).rejects.toThrow('expected status 200, got 404')
})

// A disk of the demo that fills up, through our own eyes.
import { expect, onTestFinished, test } from 'vitest'
import { host } from '../../exporter/src/collectors/host/host.ts'
import { collectorContext, renderSeries, startRound } from '../harness/collector.ts'
import { useFleet } from '../harness/fleet.ts'

const demo = useFleet(30)
const isRoot = process.getuid?.() === 0

test.runIf(isRoot)('a disk that fills up shows how full it is, and is empty again after', async () => {
  const { diskPath } = demo.fleet
  const section = host.schema.parse({ filesystems: [diskPath], node_exporter: 'http://127.0.0.1:1/' })
  const watch = host.create(section, collectorContext())
  onTestFinished(() => watch.close?.())
  const usage = async (): Promise<number> => {
    const families = host.families(await watch.collect(startRound()))
    const [line = ''] = renderSeries(families, 'watchpost_host_filesystem_usage_ratio')
    expect(line).toContain(`mountpoint="${diskPath}"`)
    return Number(line.split(' ').at(-1))
  }
  const before = await usage()
  await demo.spoil('host', 'disk-full')
  expect(await usage()).toBeLessThan(0.5)
  await expect.poll(usage, { timeout: 10_000 }).toBeGreaterThan(0.95)
  await demo.fleet.heal('host')
  expect(await usage()).toBeCloseTo(before, 1)
})

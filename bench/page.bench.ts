// A page of 100,000 series, written by our encoder and by prom-client: CPU and garbage.
import { GCProfiler, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Gauge, Registry } from 'prom-client'
import { renderPage } from '../exporter/src/metrics/exposition.ts'
import { familyOf, gauge } from '../exporter/src/metrics/metric.ts'
import { cpuSeconds, median, printRatio } from './ratio.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const targets = 10_000
const metrics = 10
/** An exporter runs for months; what the compiler does in the first rounds is not what a page costs. */
const warmUpRounds = 5
const rounds = 9
const help = 'A number that the benchmark made up.'
const names = Array.from({ length: metrics }, (_, index) => `bench_metric_${index}`)
const labels = Array.from({ length: targets }, (_, index) =>
  Object.freeze({ target: `service_${index}`, kind: 'service', region: `eu-${index % 7}` }),
)

interface Cost {
  readonly cpu: number
  readonly garbage: number
}

export async function run(): Promise<void> {
  const ours = { name: 'watchpost', render: oursOnce() }
  const peer = { name: 'prom-client', render: peerOnce() }
  const costs: Record<string, Cost[]> = { watchpost: [], 'prom-client': [] }
  for (let round = 0; round < warmUpRounds + rounds; round += 1) {
    for (const { name, render } of [ours, peer]) {
      const cost = await measure(() => render(round))
      if (round >= warmUpRounds) costs[name]?.push(cost)
    }
  }
  const middle = (name: string, key: keyof Cost): number =>
    median((costs[name] ?? []).map((cost) => cost[key]))
  for (const name of Object.keys(costs)) {
    const [cpu, garbage] = [middle(name, 'cpu') * 1000, middle(name, 'garbage') / 2 ** 20]
    process.stdout.write(
      `${name.padEnd(12)} ${cpu.toFixed(0)} ms CPU, ${garbage.toFixed(1)} MiB of garbage for a page\n`,
    )
  }
  printRatio('page-cpu', middle('watchpost', 'cpu') / middle('prom-client', 'cpu'), 0.2)
  printRatio('page-garbage', middle('watchpost', 'garbage') / middle('prom-client', 'garbage'), 0.125)
}

function oursOnce(): (round: number) => number {
  const readings = labels.map((own, index) => ({ own, index }))
  const declared = names.map((name) => gauge(name, help, ['target', 'kind', 'region']))
  // As the exporter does it: over the page that was sent before.
  let spare: Buffer | undefined
  return (round) => {
    const families = declared.map((metric) =>
      familyOf(metric, readings, (series, { own, index }) => series.add(own, index + round)),
    )
    const page = renderPage(families, 'text', spare)
    spare = Buffer.from(page.buffer)
    return page.length
  }
}

function peerOnce(): (round: number) => Promise<number> {
  const registry = new Registry()
  const gauges = names.map((name) => {
    return new Gauge({ name, help, labelNames: ['target', 'kind', 'region'], registers: [registry] })
  })
  return async (round) => {
    for (const one of gauges) {
      one.reset()
      for (const [index, own] of labels.entries()) one.set(own, index + round)
    }
    return Buffer.from(await registry.metrics()).length
  }
}

async function measure(render: () => number | Promise<number>): Promise<Cost> {
  collectGarbage()
  const profiler = new GCProfiler()
  profiler.start()
  const cpu = cpuSeconds()
  await render()
  const spent = cpuSeconds() - cpu
  // What was left over is garbage, too, once somebody looks.
  collectGarbage()
  const freed = profiler.stop().statistics.map(({ beforeGC, afterGC }) => {
    return beforeGC.heapStatistics.usedHeapSize - afterGC.heapStatistics.usedHeapSize
  })
  return { cpu: spent, garbage: freed.reduce((sum, bytes) => sum + bytes, 0) }
}

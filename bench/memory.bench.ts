// Memory of the exporter: at rest, with 1,000 targets, and over 10,000 scrapes. In megabytes of a million bytes.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'
import { startBareNode, startExporter, startTargets } from './probes/processes.ts'
import type { Memory, Running } from './probes/processes.ts'
import { median, printRatio } from './ratio.ts'

const starts = 3
/** A second each, for that is how the exporter paces 1,000 starts: two and a half minutes. */
const largeScrapes = Number(process.env['BENCH_LARGE_SCRAPES'] ?? 150)
const smallScrapes = Number(process.env['BENCH_SCRAPES'] ?? 10_000)
const smallFleet = 6

export async function run(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-bench-'))
  const targets = await startTargets({ count: 1_000 })
  try {
    const [one, few, many] = await Promise.all(
      [1, smallFleet, 1_000].map((count) => writeConfig(directory, targets.ports.slice(0, count))),
    )
    await benchRest(one ?? '')
    await benchScrapes(few ?? '', { name: 'small', count: smallFleet, scrapes: smallScrapes })
    const most = await benchScrapes(many ?? '', { name: 'large', count: 1_000, scrapes: largeScrapes })
    printRatio('memory-1000-targets-megabytes', most, 200)
  } finally {
    await targets.stop()
    await rm(directory, { recursive: true })
  }
}

async function writeConfig(directory: string, ports: readonly number[]): Promise<string> {
  const file = join(directory, `${ports.length}.yml`)
  const services = ports.map((port, index) => {
    return { name: `service_${index}`, url: `http://127.0.0.1:${port}/health` }
  })
  await writeFile(file, stringify({ services }))
  return file
}

async function benchRest(config: string): Promise<void> {
  const bare = await startBareNode()
  await sleep(1_000)
  print('bare Node.js', await bare.memory())
  await bare.stop()
  const taken: Memory[] = []
  for (let index = 0; index <= starts; index += 1) {
    const exporter = await startExporter(config)
    await scrape(exporter)
    await sleep(1_000)
    taken.push(await exporter.memory())
    await exporter.stop()
  }
  // The first start after an update strips types; the ones after it find what it kept.
  const [first, ...later] = taken
  if (first) print('first start', first)
  for (const memory of later) print('at rest', memory)
  printRatio('memory-idle-megabytes', median(later.map(({ resident }) => resident)), 90)
}

interface Fleet {
  readonly name: string
  readonly count: number
  readonly scrapes: number
}

/** Gives the greatest of all. */
async function benchScrapes(config: string, { name, count, scrapes }: Fleet): Promise<number> {
  const exporter = await startExporter(config)
  const sizes: number[] = []
  for (let index = 0; index < scrapes; index += 1) {
    await scrape(exporter)
    const { resident } = await exporter.memory()
    sizes.push(resident)
  }
  print(`${count} targets`, await exporter.memory())
  await exporter.stop()
  const tenths = Array.from({ length: 10 }, (_, tenth) =>
    median(sizes.slice((tenth * scrapes) / 10, ((tenth + 1) * scrapes) / 10)),
  )
  process.stdout.write(
    `${count} targets, ${scrapes} scrapes, by tenths: ${tenths.map((size) => size.toFixed(0)).join(' ')} MB\n`,
  )
  // In the first half the last verdicts fill up and what is used often is compiled; a leak would go on after it.
  const [middle = Number.NaN, last = Number.NaN] = [tenths[4], tenths.at(-1)]
  printRatio(`memory-growth-${name}`, last / middle, 1.05)
  return Math.max(...sizes)
}

async function scrape({ url }: Running): Promise<void> {
  const response = await fetch(`${url}/metrics`, { headers: { 'accept-encoding': 'gzip' } })
  await response.arrayBuffer()
}

function print(name: string, { resident, ofFiles }: Memory): void {
  process.stdout.write(
    `${name.padEnd(12)} ${resident.toFixed(0)} MB, ${ofFiles.toFixed(0)} of them pages of the program and its libraries\n`,
  )
}

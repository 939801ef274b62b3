// From the start of the process to its first page.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { startExporter, startTargets } from './probes/processes.ts'
import { median, printRatio } from './ratio.ts'

const starts = 9

export async function run(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-bench-'))
  const targets = await startTargets({ count: 1 })
  try {
    const config = join(directory, 'watchpost.yml')
    await writeFile(
      config,
      stringify({ services: [{ name: 'service', url: `http://127.0.0.1:${targets.ports[0]}/health` }] }),
    )
    // The first start after an update strips types; the ones after it find what it kept.
    const [first, ...later] = await measureStarts(config)
    const list = (key: keyof Start): string => later.map((start) => start[key].toFixed(0)).join(', ')
    process.stdout.write(
      `first page after ${list('wall')} ms; ${first?.wall.toFixed(0)} ms at the first start after an update\n` +
        `CPU for it ${list('cpu')} ms; ${first?.cpu.toFixed(0)} ms at the first start after an update\n`,
    )
    printRatio('start-milliseconds', median(later.map(({ wall }) => wall)), 300)
  } finally {
    await targets.stop()
    await rm(directory, { recursive: true })
  }
}

/** In milliseconds. */
interface Start {
  readonly wall: number
  /** What the wall time would be on a machine that does nothing else, at most: some of it is in other threads. */
  readonly cpu: number
}

async function measureStarts(config: string): Promise<Start[]> {
  const taken: Start[] = []
  for (let index = 0; index <= starts; index += 1) {
    const began = performance.now()
    const exporter = await startExporter(config)
    await fetch(`${exporter.url}/metrics`).then((response) => response.text())
    taken.push({ wall: performance.now() - began, cpu: (await exporter.cpuSeconds()) * 1000 })
    await exporter.stop()
  }
  return taken
}

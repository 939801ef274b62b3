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
    const [first = Number.NaN, ...later] = await measureStarts(config)
    process.stdout.write(
      `first page after ${later.map((time) => time.toFixed(0)).join(', ')} ms; ${first.toFixed(0)} ms at the first start after an update\n`,
    )
    printRatio('start-milliseconds', median(later), 300)
  } finally {
    await targets.stop()
    await rm(directory, { recursive: true })
  }
}

async function measureStarts(config: string): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index <= starts; index += 1) {
    const began = performance.now()
    const exporter = await startExporter(config)
    await fetch(`${exporter.url}/metrics`).then((response) => response.text())
    times.push(performance.now() - began)
    await exporter.stop()
  }
  return times
}

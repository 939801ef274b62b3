// A Prometheus with our rules and an exporter for it, to ask the panels of, and what the panels say.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { requireProgram } from '../../demo/programs/find.ts'
import { freePort } from '../../demo/programs/ports.ts'
import { startExporter } from '../../demo/stack/exporter.ts'
import { startPrometheus } from '../../demo/stack/prometheus.ts'
import { queryPrometheus } from '../../demo/stack/query.ts'
import type { Verdict } from '../../grafana/proof/judge.ts'
import type { Server } from '../../grafana/proof/walk.ts'

const scrapeIntervalSeconds = 2

export interface Watch {
  readonly directory: string
  /** With our rules; it scrapes the exporter, where one was started. */
  readonly startPrometheus: () => Promise<Server>
  readonly startExporter: (
    config: object,
  ) => Promise<{ readonly url: string; readonly stop: () => Promise<void> }>
  readonly close: () => Promise<void>
}

export async function openWatch(): Promise<Watch> {
  const directory = await mkdtemp(join(tmpdir(), 'watchpost-dashboards-'))
  const closers: (() => Promise<unknown>)[] = []
  const exporterPort = await freePort()
  let isWatching = false
  return {
    directory,
    async startPrometheus() {
      const program = await requireProgram('prometheus', { log: () => {} })
      const port = await freePort()
      const addresses = new Map(isWatching ? [['exporter:8007', `127.0.0.1:${exporterPort}`]] : [])
      const settings = { directory: join(directory, 'prometheus'), port, scrapeIntervalSeconds, addresses }
      closers.push((await startPrometheus({ program, ...settings })).stop)
      return { prometheusUrl: `http://127.0.0.1:${port}`, rangeSeconds: 900, scrapeIntervalSeconds }
    },
    async startExporter(config) {
      isWatching = true
      const settings = { directory: join(directory, 'exporter'), port: exporterPort }
      const running = await startExporter({ ...settings, config: stringify(config) })
      closers.push(running.stop)
      return { url: `http://127.0.0.1:${exporterPort}`, stop: running.stop }
    },
    async close() {
      for (const close of closers.splice(0).toReversed()) await close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

export function problemsOf(verdicts: readonly Verdict[]): string[] {
  return verdicts.flatMap(({ dashboard, panel, problems }) =>
    problems.map((problem) => `${dashboard} ${panel.id}: ${problem}`),
  )
}

export function named(verdicts: readonly Verdict[]): string[] {
  return verdicts.map(({ dashboard, panel }) => `${dashboard} ${panel.id}`)
}

export async function count({ prometheusUrl }: Server, query: string): Promise<number> {
  return (await queryPrometheus(prometheusUrl, query)).length
}

// What a collector is given, and what it gives as text.
import type { Context, Round } from '../../exporter/src/collectors/collector.ts'
import type { LogFields } from '../../exporter/src/log.ts'
import { renderPage } from '../../exporter/src/metrics/exposition.ts'
import type { Family } from '../../exporter/src/metrics/metric.ts'

export interface TestContext extends Context {
  /** What was logged at info and above, in order. */
  readonly logged: readonly { readonly message: string; readonly fields: LogFields }[]
}

export function collectorContext(given: Partial<Context> = {}): TestContext {
  const logged: { message: string; fields: LogFields }[] = []
  const keep = (message: string, fields: LogFields = {}): void => void logged.push({ message, fields })
  return {
    log: { debug: () => {}, info: keep, warn: keep, error: keep },
    timeoutSeconds: 2,
    databases: new Map(),
    services: [],
    dependencies: new Map(),
    memory: new Map(),
    stateDirectory: undefined,
    logged,
    ...given,
  }
}

/** A round with five seconds to go. */
export function startRound(given: Partial<Round> = {}): Round {
  return { signal: AbortSignal.timeout(5_000), timeoutSeconds: 5, now: Date.now() / 1000, ...given }
}

/** The page as text, as a person would read it. */
export function renderText(families: Iterable<Family>): string {
  return renderPage(families, 'text').toString()
}

/** The lines of one metric, without its HELP and TYPE. */
export function renderSeries(families: Iterable<Family>, metric: string): string[] {
  const lines = renderText(families).split('\n')
  return lines.filter((line) => line.startsWith(`${metric} `) || line.startsWith(`${metric}{`))
}

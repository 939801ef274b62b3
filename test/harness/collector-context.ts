// What a collector is given, with nothing in it.
import type { Context } from '../../exporter/src/collectors/collector.ts'
import type { LogFields } from '../../exporter/src/log.ts'

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
    dependencies: new Map(),
    memory: new Map(),
    stateDirectory: undefined,
    logged,
    ...given,
  }
}

// The last lines that a failing service wrote, masked. They are asked for only where a diagnosis is read.
import { openDocker } from '../probes/docker/docker.ts'
import type { Docker } from '../probes/docker/docker.ts'
import { explain } from '../log.ts'
import type { Finding } from './finding.ts'
import type { Observed } from './fleet.ts'
import { findSecrets } from './known-secrets.ts'
import { maskSecrets } from './mask-secrets.ts'
import { printable } from './text.ts'

export interface LogExcerpt {
  readonly container: string
  readonly lines: readonly string[]
  /** Why there are none, where they could not be read. */
  readonly problem: string | undefined
}

/** By the name of the target. */
export type LogExcerpts = ReadonlyMap<string, LogExcerpt>

export const noLogs: LogExcerpts = new Map()

const maxContainers = 5
const budgetMilliseconds = 2_000
const maxLineLength = 300

interface LogSettings {
  readonly containers?: { readonly docker: string; readonly log_lines: number } | undefined
}

export async function readLogs(
  findings: readonly Finding[],
  { readings, settings }: Pick<Observed, 'readings'> & { readonly settings: LogSettings },
): Promise<LogExcerpts> {
  const { docker: address = '', log_lines: wanted = 0 } = settings.containers ?? {}
  const failing = wanted === 0 ? [] : containersOf(findings, readings)
  if (failing.length === 0) return noLogs
  const docker = openDocker(address)
  const options = { wanted, known: findSecrets(settings), signal: AbortSignal.timeout(budgetMilliseconds) }
  try {
    const read = failing.map(
      async ([target, container]) => [target, await readLog(docker, container, options)] as const,
    )
    return new Map(await Promise.all(read))
  } finally {
    await docker.close()
  }
}

/** Of a victim the log says only that it is one. */
function containersOf(findings: readonly Finding[], { containers }: Observed['readings']) {
  const found = findings
    .filter(({ subject, root }) => subject === 'service' && root === undefined)
    .flatMap(({ target }) => {
      const container = containers?.containers.find(({ service }) => service === target)
      return container ? [[target, container.name] as const] : []
    })
  return [...new Map(found)].slice(0, maxContainers)
}

interface ReadOptions {
  readonly wanted: number
  readonly known: readonly string[]
  readonly signal: AbortSignal
}

async function readLog(
  docker: Docker,
  container: string,
  { wanted, known, signal }: ReadOptions,
): Promise<LogExcerpt> {
  try {
    const lines = maskSecrets(await docker.logs(container, wanted, signal), known)
    // After masking: a secret that is cut in two would not be known any more.
    return {
      container,
      lines: lines.map((line) => printable(line).slice(0, maxLineLength)),
      problem: undefined,
    }
  } catch (error) {
    return { container, lines: [], problem: printable(explain(error)) }
  }
}

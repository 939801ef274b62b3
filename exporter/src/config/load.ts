// file → YAML → environment in scalars → schema → frozen Config. All problems at once, or none.
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Dependency } from '../collectors/target.ts'
import { readDocument } from './document.ts'
import type { Environment, SourceDocument } from './document.ts'
import { describeIssues } from './issue.ts'
import type { Problem } from './problem.ts'
import { linkReferences } from './references.ts'
import { configSchema, jsonSchema } from './schema.ts'
import type { Settings } from './schema.ts'
import { takeShare } from './shard.ts'
import type { Shard } from './shard.ts'
import { keysAt, valueAt } from './walk.ts'

/** A configuration that has passed every check. Nothing else makes one. */
export interface Config {
  readonly file: string
  /** What this exporter watches: all that is declared, or its shard's share of it. */
  readonly settings: Settings
  /** What the file says of the whole fleet. */
  readonly declared: Settings
  readonly shard?: Shard
  readonly dependencies: ReadonlyMap<string, readonly Dependency[]>
}

export type LoadResult =
  | { readonly config: Config; readonly problems?: never }
  | { readonly config?: never; readonly problems: readonly Problem[] }

export async function loadConfig(file: string, environment: Environment, shard?: Shard): Promise<LoadResult> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    return { problems: [unreadable(file, error)] }
  }
  const result = parseConfig({ file, text, environment })
  return result.config ? { config: takeShare(result.config, shard) } : result
}

export interface ConfigText {
  readonly file: string
  readonly text: string
  readonly environment: Environment
}

export function parseConfig({ file, text, environment }: ConfigText): LoadResult {
  const document = readDocument({ file, text, environment, directory: dirname(resolve(file)) })
  if (document.problems.length > 0) return { problems: document.problems }
  const parsed = configSchema.safeParse(document.data ?? {})
  if (!parsed.success) return { problems: schemaProblems(document, parsed.error.issues) }
  const { findings, dependencies } = linkReferences(parsed.data)
  const problems = findings.map(({ path, message }) => document.problem(path, message))
  if (Object.keys(document.data ?? {}).length === 0) {
    problems.push(document.problem([], 'expected at least one section, such as services'))
  }
  if (problems.length > 0) return { problems }
  const settings = freezeDeep(parsed.data)
  return { config: Object.freeze({ file, settings, declared: settings, dependencies }) }
}

function schemaProblems(document: SourceDocument, issues: Parameters<typeof describeIssues>[0]): Problem[] {
  const describe = {
    value: (path: readonly PropertyKey[]) => valueAt(document.data, path),
    source: document.source,
    keys: (path: readonly PropertyKey[]) => keysAt(jsonSchema(), path),
  }
  return describeIssues(issues, describe).map(({ path, message, onKey }) =>
    document.problem(path, message, onKey),
  )
}

function unreadable(file: string, error: unknown): Problem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  const reason = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`
  return {
    file,
    line: undefined,
    column: undefined,
    path: '',
    message: `expected a configuration file, but ${reason}`,
  }
}

function freezeDeep<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const part of Object.values(value)) freezeDeep(part)
  }
  return value
}

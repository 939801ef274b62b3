// file → YAML → environment in scalars → schema → frozen Config. All problems at once, or none.
import { isUtf8 } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { collectorNames, loadCollectors } from '../collectors/index.ts'
import type { AnyCollector } from '../collectors/index.ts'
import type { Dependency } from '../collectors/target.ts'
import { explain } from '../log.ts'
import { readDocument } from './document.ts'
import type { Environment, SourceDocument } from './document.ts'
import { describeIssues } from './issue.ts'
import type { Problem } from './problem.ts'
import { linkReferences } from './references.ts'
import { createSchema, jsonSchema } from './schema.ts'
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
  /** Those of the sections that are declared. */
  readonly collectors: readonly AnyCollector[]
  readonly dependencies: ReadonlyMap<string, readonly Dependency[]>
}

type LoadResult =
  | { readonly config: Config; readonly problems?: never }
  | { readonly config?: never; readonly problems: readonly Problem[] }

export async function loadConfig(file: string, environment: Environment, shard?: Shard): Promise<LoadResult> {
  let text: string
  try {
    text = decode(await readFile(file))
  } catch (error) {
    return { problems: [unreadable(file, error)] }
  }
  const document = readDocument({ file, text, environment, directory: dirname(resolve(file)) })
  const declared = Object.keys(document.data ?? {})
  const collectors = await loadCollectors(collectorNames.filter((name) => declared.includes(name)))
  const { config } = checkDocument(document, collectors)
  if (config) return { config: takeShare(config, shard) }
  // Only all of them know which sections and keys there might have been.
  return checkDocument(document, await loadCollectors())
}

interface ConfigText {
  readonly file: string
  readonly text: string
  readonly environment: Environment
  /** Whose sections may stand in it. */
  readonly collectors: readonly AnyCollector[]
}

export function parseConfig({ file, text, environment, collectors }: ConfigText): LoadResult {
  return checkDocument(
    readDocument({ file, text, environment, directory: dirname(resolve(file)) }),
    collectors,
  )
}

function checkDocument(document: SourceDocument, collectors: readonly AnyCollector[]): LoadResult {
  if (document.problems.length > 0) return { problems: document.problems }
  const parsed = createSchema(collectors).safeParse(document.data ?? {})
  if (!parsed.success) return { problems: schemaProblems(document, collectors, parsed.error.issues) }
  const { findings, dependencies } = linkReferences(parsed.data, collectors)
  const problems = findings.map(({ path, message }) => document.problem(path, message))
  if (Object.keys(document.data ?? {}).length === 0) {
    problems.push(document.problem([], 'expected at least one section, such as services'))
  }
  if (problems.length > 0) return { problems }
  const settings = freezeDeep(parsed.data)
  const used = collectors.filter(({ name }) => settings[name] !== undefined)
  const config = { file: document.file, settings, declared: settings, dependencies, collectors: used }
  return { config: Object.freeze(config) }
}

function schemaProblems(
  document: SourceDocument,
  collectors: readonly AnyCollector[],
  issues: Parameters<typeof describeIssues>[0],
): Problem[] {
  let schema: ReturnType<typeof jsonSchema> | undefined
  const describe = {
    value: (path: readonly PropertyKey[]) => valueAt(document.data, path),
    source: document.source,
    // Made for the first key that nobody knows, and not for each: there may be thousands.
    keys: (path: readonly PropertyKey[]) => keysAt((schema ??= jsonSchema(collectors)), path),
  }
  return describeIssues(issues, describe).map(({ path, message, onKey }) =>
    document.problem(path, message, onKey),
  )
}

/** Fails on what an editor saved in another encoding, or what is no text at all. */
function decode(content: Buffer): string {
  if (!isUtf8(content) || content.includes(0)) throw new Error('it is not text in UTF-8')
  return content.toString('utf8')
}

const readErrors: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; watchpost init writes one',
  EISDIR: 'this is a directory',
  EACCES: 'this user may not read it (EACCES)',
}

function unreadable(file: string, error: unknown): Problem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  const reason = code === undefined ? explain(error) : (readErrors[code] ?? `it cannot be read (${code})`)
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

// YAML text to plain data, with the position of every part of it kept for messages.
import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { LineCounter, isMap, isPair, isScalar, parseDocument, visit } from 'yaml'
import type { Document, Pair } from 'yaml'
import { formatPath, position } from './problem.ts'
import type { Path, Problem } from './problem.ts'
import { describeAliases, describeYamlErrors } from './yaml-problem.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface SourceDocument {
  readonly file: string
  /** The data with `${ENV}` filled in; undefined when the text is not YAML. */
  readonly data: unknown
  readonly problems: readonly Problem[]
  /** A problem at the part that `path` leads to, or at the nearest part above it that exists. */
  readonly problem: (path: Path, message: string, onKey?: boolean) => Problem
  /** What the file says at `path`, before the environment was filled in; undefined for maps, lists and nothing. */
  readonly source: (path: Path) => string | undefined
}

interface DocumentInput {
  readonly file: string
  readonly text: string
  readonly directory: string
  readonly environment: Environment
}

export function readDocument(input: DocumentInput): SourceDocument {
  const lines = new LineCounter()
  const document = parseDocument(input.text, {
    lineCounter: lines,
    prettyErrors: false,
    strict: true,
    merge: true,
  })
  const at = (path: Path, offset: number, message: string): Problem => ({
    file: input.file,
    ...position(lines, offset),
    path: formatPath(path),
    message,
  })
  const problem = (path: Path, message: string, onKey = false): Problem =>
    at(path, offsetOf(document, path, onKey), message)
  const broken = describeYamlErrors(document, input.text).map(({ offset, message }) =>
    at([], offset, message),
  )
  if (broken.length > 0)
    return { file: input.file, data: undefined, problems: broken, problem, source: () => undefined }
  const sources = new Map<string, string>()
  const problems = fillIn(document, input, { at, sources })
  const source = (path: Path): string | undefined => sources.get(formatPath(path))
  try {
    const data: unknown = document.toJS({ maxAliasCount: 100 })
    return { file: input.file, data, problems, problem, source }
  } catch (error) {
    const { offset, message } = describeAliases(document, error)
    const refused = at([], offset, message)
    return { file: input.file, data: undefined, problems: [...problems, refused], problem, source }
  }
}

interface FillContext {
  readonly at: (path: Path, offset: number, message: string) => Problem
  readonly sources: Map<string, string>
}

/** Fills `${NAME}` and `${NAME:-default}` into scalars, one by one, so that a value can never change the structure. */
function fillIn(document: Document, input: DocumentInput, { at, sources }: FillContext): Problem[] {
  const problems: Problem[] = []
  visit(document, {
    Scalar(key, node, ancestors) {
      if (key === 'key' || typeof node.value !== 'string') return
      const path = pathOf(ancestors, node)
      sources.set(formatPath(path), node.value)
      const filled = expand(node.value, input.environment)
      for (const name of filled.missing) {
        const message = `expected the environment variable ${name} to be set (or ${name}_FILE to name a readable file), or a default as in \${${name}:-…}`
        problems.push(at(path, node.range?.[0] ?? 0, message))
      }
      node.value = isFilePath(path) ? fromDirectory(filled.text, input.directory) : filled.text
    },
  })
  return problems
}

function expand(text: string, environment: Environment): { text: string; missing: string[] } {
  const missing: string[] = []
  const filled = text.replaceAll(
    /\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g,
    (whole, name: string | undefined, fallback: string | undefined) => {
      if (name === undefined) return whole === '$$' ? '$' : whole
      const value = lookUp(name, environment) ?? fallback
      if (value === undefined) missing.push(name)
      return value ?? ''
    },
  )
  return { text: filled, missing }
}

/** The variable itself, or the content of the file that its twin `<NAME>_FILE` names, as container secrets have it. */
function lookUp(name: string, environment: Environment): string | undefined {
  const value = environment[name]
  if (value !== undefined && value !== '') return value
  const file = environment[`${name}_FILE`]
  if (file === undefined || file === '') return undefined
  try {
    return readFileSync(file, 'utf8').trimEnd()
  } catch {
    // Reported as a variable that is not set, which is what it comes to.
    return undefined
  }
}

/** Paths in `*_file` keys are relative to the configuration, as in Prometheus' own programs. */
function fromDirectory(path: string, directory: string): string {
  return path === '' || isAbsolute(path) ? path : join(directory, path)
}

function isFilePath(path: Path): boolean {
  return String(path.at(-1)).endsWith('_file')
}

function pathOf(ancestors: readonly unknown[], node: unknown): Path {
  const path: PropertyKey[] = []
  const chain = [...ancestors, node]
  for (const [index, item] of chain.entries()) {
    const child = chain[index + 1]
    if (isPair(item)) path.push(keyOf(item))
    else if (
      item !== null &&
      typeof item === 'object' &&
      'items' in item &&
      Array.isArray(item.items) &&
      !isMap(item)
    ) {
      path.push(item.items.indexOf(child))
    }
  }
  return path
}

function keyOf(pair: Pair): string {
  return String(isScalar(pair.key) ? pair.key.value : pair.key)
}

function offsetOf(document: Document, path: Path, onKey: boolean): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
    const key = path[length - 1]
    const pair = isMap(parent) ? parent.items.find((item) => keyOf(item) === String(key)) : undefined
    const part = onKey && length === path.length ? undefined : pair?.value
    const node = pair ? (part ?? pair.key) : document.getIn(path.slice(0, length), true)
    const start = offsetOfNode(node) ?? offsetOfNode(pair?.key)
    if (start !== undefined) return start
  }
  return 0
}

function offsetOfNode(node: unknown): number | undefined {
  if (node === null || typeof node !== 'object' || !('range' in node)) return undefined
  return (node.range as readonly [number, number, number] | null)?.[0]
}

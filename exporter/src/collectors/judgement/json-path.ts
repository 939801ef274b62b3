// RFC 9535 paths into a JSON body. They are compiled when the configuration is read and evaluate no code.
import type { JSONPathEnvironment, JSONValue } from 'json-p3'
import { z } from 'zod'
import { loadJsonPath } from '../../packages.ts'
import { createPattern } from './pattern.ts'
import type { Pattern } from './pattern.ts'

export interface JsonPath {
  readonly source: string
  /** Whether it can lead to one place at most. */
  readonly isSingular: boolean
  /** What is found there; nothing when it is not there, and when looking would take too long. */
  select(value: unknown): readonly unknown[]
}

/** Of what a path finds in a body that was made to drown us. */
const maxFound = 10_000
const maxPatterns = 100

let environment: JSONPathEnvironment | undefined

function prepareEnvironment(): JSONPathEnvironment {
  const { JSONPathEnvironment: Environment } = loadJsonPath()
  const made = new Environment({ maxRecursionDepth: 100 })
  // Patterns of match() and search() may come from the body, so they too are run in linear time.
  replaceFunction(made, 'match', (source) => `^(?:${source})$`)
  replaceFunction(made, 'search', (source) => source)
  return made
}

function replaceFunction(
  { functionRegister: functions }: JSONPathEnvironment,
  name: string,
  wrap: (source: string) => string,
): void {
  const original = functions.get(name)
  if (!original) throw new Error(`the JSONPath library has no function ${name}`)
  const known = new Map<string, Pattern | undefined>()
  const compile = (source: string): Pattern | undefined => {
    if (known.has(source)) return known.get(source)
    if (known.size >= maxPatterns) known.clear()
    known.set(source, tryPattern(wrap(source)))
    return known.get(source)
  }
  functions.set(name, {
    argTypes: original.argTypes,
    returnType: original.returnType,
    call: (text: unknown, source: unknown) =>
      typeof text === 'string' && typeof source === 'string' && (compile(source)?.test(text) ?? false),
  })
}

function tryPattern(source: string): Pattern | undefined {
  try {
    return createPattern(source)
  } catch {
    // RFC 9535: a pattern that cannot be used matches nothing.
    return undefined
  }
}

export function createJsonPath(source: string): JsonPath {
  environment ??= prepareEnvironment()
  const query = environment.compile(source)
  const select = (value: unknown): readonly unknown[] => {
    const found: unknown[] = []
    try {
      for (const node of query.lazyQuery(value as JSONValue)) {
        found.push(node.value)
        if (found.length > maxFound) return []
      }
    } catch {
      // Deeper than the path may descend.
      return []
    }
    return found
  }
  return Object.freeze({ source, isSingular: query.singularQuery(), select })
}

export const jsonPath = z
  .string({ error: 'expected a JSON path such as $.queue.length' })
  .transform((source, context) => {
    try {
      return createJsonPath(source)
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error)
      context.addIssue({ code: 'custom', message: `expected a JSON path such as $.queue.length: ${cause}` })
      return z.NEVER
    }
  })

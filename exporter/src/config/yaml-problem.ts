// What the YAML library found, said for a person: what was expected at the place, and what was met there.
import { visit } from 'yaml'
import type { Document, YAMLError } from 'yaml'
import { explain } from '../log.ts'

export interface YamlProblem {
  readonly offset: number
  readonly message: string
}

/** One for each line: what follows the first mistake of a line is mostly its consequence. */
export function describeYamlErrors(document: Document, text: string): YamlProblem[] {
  // What the library merely warns of, such as a tag that nobody knows, is not what was meant either.
  const lines = new Set<number>()
  return [...document.errors, ...document.warnings].flatMap((error) => {
    const line = text.lastIndexOf('\n', error.pos[0] - 1)
    if (lines.has(line)) return []
    lines.add(line)
    return [describe(error, document, text)]
  })
}

function describe(
  { code, message, pos: [offset] }: YAMLError,
  document: Document,
  text: string,
): YamlProblem {
  const here = (words: string): YamlProblem => ({ offset, message: words })
  if (/call stack/i.test(message)) return here('expected YAML with fewer levels of nesting')
  switch (code) {
    case 'MULTIPLE_DOCS':
      return here('expected one YAML document, got several')
    case 'DUPLICATE_KEY':
      return here(`expected each key once, got ${JSON.stringify(keyAt(text, offset))} again`)
    case 'TAB_AS_INDENT':
      return here('expected spaces for indentation, got a tab')
    case 'BLOCK_AS_IMPLICIT_KEY':
      return here(
        'expected a single value, got a second "key: …" in it; quote a text that holds ": ", or correct the indentation of the next line',
      )
    case 'BAD_SCALAR_START':
    case 'BAD_ALIAS':
      return here(`expected a value in quotes, got one that begins with ${text.charAt(offset)}`)
    case 'MISSING_CHAR':
      return missing(message, document, text, offset)
    case 'BAD_INDENT':
      if (message.startsWith('All mapping items'))
        return here('expected the indentation of the keys above, got another')
      return here(asIs(message))
    default:
      return here(asIs(message))
  }
}

function missing(message: string, document: Document, text: string, offset: number): YamlProblem {
  const quote = /^Missing closing (['"])/.exec(message)?.[1]
  if (quote !== undefined) {
    // The end of the file is where the library noticed; where the text begins is where to look.
    const opening = openingQuote(document, offset) ?? offset
    return { offset: opening, message: `expected a closing ${quote}, got none up to the end` }
  }
  if (message.startsWith('Sequence item'))
    return { offset, message: 'expected the indentation of the lines above, or "- " for a new entry' }
  if (message.startsWith('Implicit map keys'))
    return { offset, message: `expected "key: value", got ${JSON.stringify(lineAt(text, offset))}` }
  return { offset, message: asIs(message) }
}

function openingQuote(document: Document, end: number): number | undefined {
  let opening: number | undefined
  visit(document, {
    Scalar(_key, { type, range }) {
      if (type?.startsWith('QUOTE') && range && range[1] >= end) opening = range[0]
    },
  })
  return opening
}

function keyAt(text: string, offset: number): string {
  return lineAt(text, offset).split(/:(?:\s|$)/)[0] ?? ''
}

function lineAt(text: string, offset: number): string {
  const line = text.slice(offset).split(/\r?\n/, 1)[0] ?? ''
  return line.length > 40 ? `${line.slice(0, 37)}…` : line
}

/** Aliases are resolved only when the data are made: one of nothing, or so many that they would fill the memory. */
export function describeAliases(document: Document, error: unknown): YamlProblem {
  let unresolved: YamlProblem | undefined
  visit(document, {
    Alias(_key, node) {
      if (unresolved || node.resolve(document)) return
      const message = `expected the anchor &${node.source} above it, got *${node.source} with none`
      unresolved = { offset: node.range?.[0] ?? 0, message }
    },
  })
  return unresolved ?? { offset: 0, message: asIs(explain(error)) }
}

function asIs(message: string): string {
  return `expected YAML, but ${message.charAt(0).toLowerCase()}${message.slice(1)}`
}

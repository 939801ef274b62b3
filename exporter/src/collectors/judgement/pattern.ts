// Regular expressions from the configuration, run by an engine whose time is linear in the text.
import { z } from 'zod'
import { loadRegExpEngine } from '../../packages.ts'

export interface Pattern {
  readonly source: string
  /** Whether it occurs anywhere in the text, of which the first 256 KiB count, and less of it for a very large pattern. */
  test(text: string): boolean
}

const maxLength = 256 * 1024
/** The time is linear in the text, and in the pattern as well: `(…){1,50}` is one pattern fifty times. */
const maxSteps = 16 * 1024 * 1024

export function createPattern(source: string): Pattern {
  const compiled = loadRegExpEngine().RE2JS.compile(source)
  const length = Math.min(maxLength, Math.floor(maxSteps / compiled.programSize()))
  return Object.freeze({
    source,
    test: (text: string) => compiled.matcher(text.length > length ? text.slice(0, length) : text).find(),
  })
}

/** In RE2's syntax, which has no look-around and no back-references. */
export const pattern = z
  .string({ error: 'expected a regular expression' })
  .min(1, 'expected a regular expression, not an empty text')
  .transform((source, context) => {
    try {
      return createPattern(source)
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error)
      context.addIssue({ code: 'custom', message: `expected a regular expression in RE2's syntax: ${cause}` })
      return z.NEVER
    }
  })

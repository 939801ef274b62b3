// What zod found, said as "expected …, got …".
import type { z } from 'zod'
import { nearest } from './problem.ts'
import type { Path } from './problem.ts'

type Issue = z.core.$ZodIssue

export interface Finding {
  readonly path: Path
  readonly message: string
  /** The key is what is wrong, not its value. */
  readonly onKey?: boolean
}

interface Describe {
  /** The value at a path, as the schema saw it. */
  readonly value: (path: Path) => unknown
  /** The text of the file at a path, before the environment was filled in. */
  readonly source: (path: Path) => string | undefined
  /** The keys that the schema knows at a path. */
  readonly keys: (path: Path) => readonly string[]
}

export function describeIssues(issues: readonly Issue[], describe: Describe, base: Path = []): Finding[] {
  const seen = new Set<string>()
  return issues
    .flatMap((issue) => describeIssue(issue, describe, base))
    .filter(({ path }) => {
      // One complaint for each place: an empty name is not also one with wrong characters.
      const place = path.map(String).join('\u0000')
      return !seen.has(place) && seen.add(place)
    })
}

function describeIssue(issue: Issue, describe: Describe, base: Path): Finding[] {
  const path = [...base, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: unknownKey(key, describe.keys(path)),
      onKey: true,
    }))
  }
  if (issue.code === 'invalid_union' && !isOwnWording(issue.message)) {
    // The alternative with the fewest complaints is most likely the one that was meant.
    const branches = issue.errors.toSorted((a, b) => a.length - b.length)
    if (branches[0]) return describeIssues(branches[0], describe, path)
  }
  if (issue.code === 'invalid_key') {
    const [inner] = issue.issues
    const wanted = inner ? expected(inner) : 'expected another key'
    return [{ path, message: `${wanted}, got the key ${JSON.stringify(String(path.at(-1)))}`, onKey: true }]
  }
  const secret = issue.code === 'custom' && issue.params?.['secret'] === true
  return [
    {
      path,
      message: `${expected(issue)}${secret ? '' : got(path, describe)}${entryHint(issue, describe.value(path))}`,
    },
  ]
}

/** Others write a map of names where we have a list, so the file of a newcomer often has one. */
function entryHint(issue: Issue, value: unknown): string {
  const isMap = value !== null && typeof value === 'object' && !Array.isArray(value)
  return isMap && issue.code === 'invalid_type' && issue.expected === 'array'
    ? '; each entry of a list begins with "- "'
    : ''
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known)
  const hint = meant ? `did you mean ${meant}?` : `expected one of ${known.join(', ')}`
  return `unknown key ${JSON.stringify(key)}, ${hint}`
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
}

function expected(issue: Issue): string {
  if (isOwnWording(issue.message)) return issue.message
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${typeNames[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `expected ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`
    case 'too_small':
      return `expected at least ${issue.minimum}${countedThing(issue.origin, issue.minimum)}`
    case 'too_big':
      return `expected at most ${issue.maximum}${countedThing(issue.origin, issue.maximum)}`
    default:
      return `expected something else (${issue.message})`
  }
}

/** Our schemas word their messages themselves, and always in this way. */
function isOwnWording(message: string): boolean {
  return /^(?:expected|unknown|duplicate) /.test(message)
}

function countedThing(origin: string, count: number | bigint): string {
  if (origin === 'array') return Number(count) === 1 ? ' entry' : ' entries'
  return origin === 'string' ? ' characters' : ''
}

const secretKey = /pass|secret|token|key|auth|cred|cookie|dsn/i

function got(path: Path, describe: Describe): string {
  const value = describe.value(path)
  if (value === undefined || value === null) return ', got nothing'
  if (Array.isArray(value)) return `, got ${value.length === 0 ? 'an empty' : 'a'} list`
  if (typeof value === 'object') return ', got a map'
  if (path.some((key) => typeof key === 'string' && secretKey.test(key))) return ', got <secret>'
  // Never the filled-in value: it may be a secret that was put into the wrong place.
  const shown = typeof value === 'string' ? describe.source(path) : value
  if (shown === undefined) return ', got a text that stands elsewhere'
  if (typeof shown !== 'string') return `, got ${JSON.stringify(shown)}`
  const safe = shown.replace(/\/\/[^/@\s]*@/, '//<secret>@')
  return `, got ${JSON.stringify(safe.length > 80 ? `${safe.slice(0, 77)}…` : safe)}`
}

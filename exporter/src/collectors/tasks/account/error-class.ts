// From the text of an error to a class with a bounded number of values: only the class may become a label.
import { findHttpStatus, httpClass, httpFamily } from './http-status.ts'
import { compilePattern } from './pattern.ts'
import { findSqlCondition } from './sqlstate.ts'

export interface ErrorPattern {
  readonly class: string
  readonly match: string
}

/** A class, and the wider one that it belongs to. */
export interface ErrorClass {
  readonly name: string
  readonly family: string
}

export interface ErrorRules {
  readonly classify: (text: string | undefined, outcome: string) => ErrorClass
  /** The classes that a task has before its first error; others come with it. */
  readonly expected: readonly string[]
}

const families = [
  'timeout',
  'connection',
  'http_4xx',
  'http_5xx',
  'sql',
  'crashed',
  'unknown_status',
  'other',
] as const

const statementTimeout: ErrorPattern = { class: 'timeout', match: 'due to statement timeout' }

// Looked for in this order, after SQLSTATE and HTTP status: of a 504 the status says more than the word timeout.
const builtIn: readonly ErrorPattern[] = [
  { class: 'timeout', match: String.raw`time[d -]?out|deadline exceeded|ETIMEDOUT` },
  {
    class: 'connection',
    match: String.raw`ECONN[A-Z]+|EPIPE|ENOTFOUND|EAI_AGAIN|socket hang up|connection (?:refused|reset|closed|terminated|lost)`,
  },
  { class: 'sql', match: String.raw`SQL ?STATE|violates .{0,40}constraint` },
  {
    class: 'crashed',
    match: String.raw`crashed|killed|out of memory|\bOOM\b|SIG(?:KILL|SEGV|ABRT)|exit code 13[479]\b`,
  },
]

export function createErrorRules(configured: readonly ErrorPattern[]): ErrorRules {
  const first = compile([...configured, statementTimeout])
  const last = compile(builtIn)
  return {
    expected: [...new Set([...configured.map((pattern) => pattern.class), ...families])],
    classify(text, outcome) {
      if (outcome === 'unknown') return alone('unknown_status')
      if (text === undefined) return alone('other')
      return first(text) ?? readSql(text) ?? readHttp(text) ?? last(text) ?? alone('other')
    },
  }
}

function compile(patterns: readonly ErrorPattern[]): (text: string) => ErrorClass | undefined {
  const compiled = patterns.map((pattern) => ({
    found: alone(pattern.class),
    expression: compilePattern(pattern.match),
  }))
  return (text) => compiled.find(({ expression }) => expression.matcher(text).find())?.found
}

function readSql(text: string): ErrorClass | undefined {
  const name = findSqlCondition(text)
  return name === undefined ? undefined : { name, family: 'sql' }
}

function readHttp(text: string): ErrorClass | undefined {
  const status = findHttpStatus(text)
  return status === undefined ? undefined : { name: httpClass(status), family: httpFamily(status) }
}

function alone(name: string): ErrorClass {
  return { name, family: name }
}

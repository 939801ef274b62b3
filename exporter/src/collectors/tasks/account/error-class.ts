// From the text of an error to a class with a bounded number of values: only the class may become a label.
import { RE2JS } from 're2js'

export interface ErrorPattern {
  readonly class: string
  readonly match: string
}

export type ClassifyError = (text: string | undefined, outcome: string) => string

export const builtInClasses = [
  'timeout',
  'connection',
  'http_4xx',
  'http_5xx',
  'sql',
  'crashed',
  'unknown_status',
  'other',
] as const

// Looked for in this order: an HTTP 504 is a 5xx, a database that timed out a timeout.
const builtIn: readonly ErrorPattern[] = [
  { class: 'http_5xx', match: String.raw`\b(?:https?|status|code)\b\D{0,20}\b5\d\d\b` },
  { class: 'http_4xx', match: String.raw`\b(?:https?|status|code)\b\D{0,20}\b4\d\d\b` },
  { class: 'timeout', match: String.raw`time[d -]?out|deadline exceeded|ETIMEDOUT` },
  {
    class: 'connection',
    match: String.raw`ECONN[A-Z]+|EPIPE|ENOTFOUND|EAI_AGAIN|socket hang up|connection (?:refused|reset|closed|terminated|lost)`,
  },
  {
    class: 'sql',
    match: String.raw`SQLSTATE|violates .{0,40}constraint|deadlock detected|(?:relation|column) .{0,80}does not exist`,
  },
  { class: 'crashed', match: String.raw`crashed|killed|out of memory|\bOOM\b|SIG(?:KILL|SEGV|ABRT)` },
]

/** Patterns run on an engine of linear time: a text of an error can not stall the exporter. */
export function createClassifier(configured: readonly ErrorPattern[]): ClassifyError {
  const patterns = [...configured, ...builtIn].map((pattern) => ({
    name: pattern.class,
    expression: compilePattern(pattern.match),
  }))
  return (text, outcome) => {
    if (outcome === 'unknown') return 'unknown_status'
    if (text === undefined) return 'other'
    return patterns.find(({ expression }) => expression.matcher(text).find())?.name ?? 'other'
  }
}

export function compilePattern(text: string): RE2JS {
  return RE2JS.compile(text, RE2JS.CASE_INSENSITIVE)
}

export function errorClasses(configured: readonly ErrorPattern[]): readonly string[] {
  return [...new Set([...configured.map((pattern) => pattern.class), ...builtInClasses])]
}

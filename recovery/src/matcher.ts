// Matchers as Alertmanager writes them: alertname="ServiceDown", target=~"ohlc.*".
import { RE2JS } from 're2js'
import { z } from 'zod'
import type { Labels } from '../../exporter/src/metrics/metric.ts'

export interface Matcher {
  readonly text: string
  readonly label: string
  /** The value, where it is one and not a pattern or a negation. */
  readonly equals: string | undefined
  readonly matches: (labels: Labels) => boolean
}

const form = /^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"([^"\\]*)"\s*$/
const message = 'expected a matcher such as alertname="ServiceDown" or target=~"ohlc.*"'

/** A label that is not there counts as empty, as in Alertmanager. */
export const matcher = z.string({ error: message }).transform((text, context): Matcher => {
  const [, label, operator, value] = form.exec(text) ?? []
  const test = value === undefined ? undefined : createTest(operator ?? '', value)
  if (label !== undefined && test) {
    const equals = operator === '=' ? value : undefined
    return { text, label, equals, matches: (labels) => test(labels[label] ?? '') }
  }
  context.addIssue({ code: 'custom', message })
  return z.NEVER
})

function createTest(operator: string, value: string): ((text: string) => boolean) | undefined {
  if (operator === '=') return (text) => text === value
  if (operator === '!=') return (text) => text !== value
  try {
    const pattern = RE2JS.compile(value)
    return (text) => pattern.matches(text) === (operator === '=~')
  } catch {
    // The message about the matcher covers a pattern that cannot be compiled.
    return undefined
  }
}

export function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every(({ matches }) => matches(labels))
}

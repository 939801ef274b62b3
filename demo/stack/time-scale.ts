// Rules at another pace. With a scrape every 5 s instead of 15 s everything is to happen three times sooner: every
// duration shrinks alike, so each window holds as many samples as in production and the rules stay what they are.
import { parser } from '@prometheus-io/lezer-promql'
import { isScalar, parseDocument, visit } from 'yaml'
import type { Scalar } from 'yaml'

const durationKeys = new Set(['for', 'keep_firing_for', 'query_offset'])

/**
 * Scales what Prometheus takes for a duration in a rule file: `for`, `keep_firing_for`, `interval`, and in expressions
 * ranges, subqueries and offsets. Seconds that are compared as plain numbers, and queries in annotations, stay.
 */
export function scaleRules(text: string, factor: number): string {
  const document = parseDocument(text)
  visit(document, {
    Pair(_key, { key, value }) {
      if (!isScalar(key) || !isScalar(value)) return
      if (key.value === 'expr') setText(value, scaleExpression(String(value.value), factor))
      else if (key.value === 'interval') setText(value, scaleInterval(String(value.value), factor))
      else if (durationKeys.has(String(key.value))) setText(value, scaleDuration(String(value.value), factor))
    },
  })
  return document.toString({ lineWidth: 0 })
}

function setText(scalar: Scalar, text: string): void {
  scalar.value = text
}

function scaleExpression(expression: string, factor: number): string {
  let scaled = ''
  let end = 0
  parser.parse(expression).iterate({
    enter({ name, from, to }) {
      if (name !== 'NumberDurationLiteralInDurationContext') return
      scaled += expression.slice(end, from) + scaleDuration(expression.slice(from, to), factor)
      end = to
    },
  })
  return scaled + expression.slice(end)
}

const unitMilliseconds: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
}

const shortestMilliseconds = 500

/** How often a group of rules is evaluated; oftener than twice a second would only heat the machine. */
export function scaleInterval(interval: string, factor: number): string {
  const scaled = scaleDuration(interval, factor)
  const milliseconds = scaled.endsWith('ms') ? Number.parseInt(scaled, 10) : shortestMilliseconds
  return milliseconds < shortestMilliseconds ? `${shortestMilliseconds}ms` : scaled
}

/** `1h30m` and 0.1 give `540s`; what has no unit stays. */
export function scaleDuration(duration: string, factor: number): string {
  if (!/^(?:\d+(?:ms|[smhdwy]))+$/.test(duration)) return duration
  const parts = duration.matchAll(/(\d+)(ms|[smhdwy])/g)
  const total = [...parts].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (unitMilliseconds[unit] ?? 0),
    0,
  )
  const milliseconds = Math.round(total * factor)
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`
}

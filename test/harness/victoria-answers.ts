// When an answer of VictoriaMetrics is that of Prometheus, and where the two differ by design: docs/scaling.md says the
// same in words.
import { parser } from '@prometheus-io/lezer-promql'
import type { RuleFile } from '../../prometheus/rules.ts'
import { scrapeSeconds, sparseSeconds } from './twin-past.ts'

export interface Question {
  readonly place: string
  readonly expr: string
}

const comparisons = new Set(['Gtr', 'Lss', 'Gte', 'Lte', 'EqlC', 'Neq'])

/** What each rule asks; and what it compares, which has values while nothing is wrong. */
export function questionsOfRules(files: readonly RuleFile[]): readonly Question[] {
  const rules = files.flatMap(({ groups }) => groups).flatMap((group) => group.rules)
  return rules.flatMap((rule) => {
    const place = 'alert' in rule ? rule.alert : rule.record
    return [rule.expr, ...comparedIn(rule.expr)].map((expr) => ({ place, expr }))
  })
}

function comparedIn(expr: string): string[] {
  const found: string[] = []
  parser.parse(expr).iterate({
    enter({ name, node: { firstChild: one, lastChild: other } }) {
      if (name !== 'BinaryExpr' || !comparisons.has(one?.nextSibling?.name ?? '')) return
      for (const side of [one, other]) if (side) found.push(expr.slice(side.from, side.to))
    },
  })
  return found
}

/** VictoriaMetrics keeps decimals, and of a small growth of a large number their last digits are all there is. */
const digits = 1e-6

/**
 * Prometheus extrapolates to the edges of a window from the samples within, VictoriaMetrics takes the sample before it:
 * they can differ by what a counter grows by between two samples.
 */
export function unsteadyTolerance(expr: string): number {
  const window = windowOf(expr)
  // At its fastest it grows twice as fast as usual.
  return Math.max(digits, (2 * sampleSeconds(window)) / window)
}

/** Of a steady counter both say the same, unless so many samples lack that Prometheus extrapolates half a step only. */
export function steadyTolerance(expr: string): number {
  const window = windowOf(expr)
  return window > 3600 ? Math.max(digits, sparseSeconds / window) : digits
}

const sampleSeconds = (window: number): number => (window > 3600 ? sparseSeconds : scrapeSeconds)

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** The shortest within which the growth of a counter is looked at. */
function windowOf(expr: string): number {
  const windows = expr.matchAll(/\b(?:rate|increase)\([^[\]]*\[(\d+)([smhd])\]/g)
  return Math.min(...[...windows].map(([, count, unit = '']) => Number(count) * (unitSeconds[unit] ?? 0)))
}

type Answer = ReadonlyMap<string, number>

export function problemOf(here: Answer, there: Answer, tolerance: number): string | undefined {
  const lacking = here.keys().find((labels) => !there.has(labels))
  if (lacking !== undefined) return `lacks ${lacking}`
  const more = there.keys().find((labels) => !here.has(labels))
  if (more !== undefined) return `has ${more} as well`
  const wrong = here.entries().find(([labels, value]) => !isClose(value, there.get(labels) ?? NaN, tolerance))
  return wrong && `says ${there.get(wrong[0])} for ${wrong[0]}, not ${wrong[1]} (tolerance ${tolerance})`
}

/** A growth against that of another time is near 0. */
function isClose(one: number, other: number, tolerance: number): boolean {
  return Math.abs(one - other) <= tolerance * Math.max(Math.abs(one), Math.abs(other), 0.001)
}

interface Difference {
  readonly what: string
  /** By name, each with the seconds before the moment asked about and its value. */
  readonly samples: Readonly<Record<string, readonly (readonly [number, number])[]>>
  readonly expr: string
  readonly prometheus: readonly number[]
  readonly victoria: readonly number[]
}

/** Samples every 15 s for ten minutes, of which `valueAt` says the value by age. */
function every15(valueAt: (age: number) => number): readonly (readonly [number, number])[] {
  const ages = Array.from({ length: 41 }, (_, index) => 600 - index * scrapeSeconds)
  return ages.map((age) => [age, valueAt(age)] as const)
}

/** All there are. Each is measured, so that one that is no more has to be struck off. */
export const differences: readonly Difference[] = [
  {
    what: 'one event in a window is one, not a little more',
    samples: { difference_inside_total: every15((age) => (age > 150 ? 5 : 6)) },
    expr: 'increase(difference_inside_total[5m])',
    prometheus: [300 / 285],
    victoria: [1],
  },
  {
    what: 'an event between the sample before the window and the first in it is in it',
    samples: { difference_edge_total: every15((age) => (age > 290 ? 0 : 1)) },
    expr: 'increase(difference_edge_total[5m])',
    prometheus: [0],
    victoria: [1],
  },
  {
    what: 'a reset there as well',
    samples: { difference_reset: every15((age) => (age > 290 ? 1 : 0)) },
    expr: 'resets(difference_reset[5m])',
    prometheus: [0],
    victoria: [1],
  },
  {
    what: 'a counter that begins in the window has grown from 0',
    samples: {
      difference_young_total: [
        [60, 7],
        [45, 7],
        [30, 7],
        [15, 7],
        [0, 7],
      ],
    },
    expr: 'increase(difference_young_total[5m])',
    prometheus: [0],
    victoria: [7],
  },
  {
    what: 'what is no number is left out',
    samples: { difference_zero: every15(() => 0) },
    expr: 'difference_zero / difference_zero',
    prometheus: [NaN],
    victoria: [],
  },
]

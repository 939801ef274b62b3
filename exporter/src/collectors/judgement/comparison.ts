// What can be demanded of one value, and whether the value meets it.
import { z } from 'zod'
import { duration } from '../../schema/duration.ts'
import { readMoment } from './moment.ts'
import { pattern } from './pattern.ts'

export type Severity = 'warning' | 'error'

export interface Bound {
  /** Weighs as much as the assertion that it belongs to. */
  readonly plain?: number | undefined
  readonly warning?: number | undefined
  readonly error?: number | undefined
}

/** One number, or one for the degraded and one for the broken state. */
function bound(one: z.ZodType<number>): z.ZodType<Bound> {
  const both = z
    .strictObject({
      warning: one.optional().describe('Beyond this the target is degraded.'),
      error: one.optional().describe('Beyond this the target is broken.'),
    })
    .refine(({ warning, error }) => warning !== undefined || error !== undefined, 'expected warning or error')
  return z.union([one.transform((plain) => ({ plain })), both])
}

const amount = bound(z.number({ error: 'expected a number' }))
const span = bound(duration)

const limits = { above: amount.optional(), below: amount.optional() } as const

export const demands = {
  equals: z
    .union([z.string(), z.number(), z.boolean(), z.null()])
    .optional()
    .describe('The value must be exactly this.'),
  above: limits.above.describe('The number must be greater.'),
  below: limits.below.describe('The number must be less.'),
  matches: pattern.optional().describe('The text must contain this regular expression (RE2).'),
  not_matches: pattern.optional().describe('The text must not contain this regular expression (RE2).'),
  exists: z.boolean().optional().describe('The value must be there, or must not.'),
  length: z
    .strictObject({ ...limits, equals: z.int().min(0).optional() })
    .optional()
    .describe('How long the list or text may be, or how many values the path may find.'),
  age: z
    .strictObject({ above: span.optional(), below: span.optional() })
    .optional()
    .describe('How long ago the time in the value may be.'),
} as const

const schema = z.strictObject(demands)
export type Demands = z.output<typeof schema>
export const demandNames = Object.keys(demands) as readonly (keyof Demands)[]

/** What a value failed to be. */
export interface Shortfall {
  /** Undefined when the severity of the assertion counts, as no bound named one. */
  readonly severity: Severity | undefined
  readonly expected: string
}

/** `now` in Unix seconds. The first thing that is not met is named, an error before a warning. */
export function compare(value: unknown, wanted: Demands, now: number): Shortfall | undefined {
  const found = [
    ...compareText(value, wanted),
    ...compareNumber(toNumber(value), wanted, 'a number'),
    ...compareLength(value, wanted),
    ...compareAge(value, wanted, now),
  ]
  return found.find(({ severity }) => severity !== 'warning') ?? found[0]
}

function compareText(value: unknown, { equals, matches, not_matches }: Demands): Shortfall[] {
  const found: Shortfall[] = []
  const text = toText(value)
  if (equals !== undefined && value !== equals) found.push(short(JSON.stringify(equals)))
  if (matches && !matches.test(text)) found.push(short(`a text that matches ${matches.source}`))
  if (not_matches?.test(text)) found.push(short(`a text that does not match ${not_matches.source}`))
  return found
}

interface Limits {
  readonly above?: Bound | undefined
  readonly below?: Bound | undefined
}

function compareNumber(number: number | undefined, { above, below }: Limits, what: string): Shortfall[] {
  if (!above && !below) return []
  if (number === undefined) return [short(what)]
  return (['error', 'plain', 'warning'] as const).flatMap((level) => {
    const severity = level === 'plain' ? undefined : level
    const low = above?.[level]
    const high = below?.[level]
    if (low !== undefined && number <= low) return [{ severity, expected: `${what} above ${low}` }]
    if (high !== undefined && number >= high) return [{ severity, expected: `${what} below ${high}` }]
    return []
  })
}

function compareLength(value: unknown, { length }: Demands): Shortfall[] {
  if (!length) return []
  const actual = typeof value === 'string' || Array.isArray(value) ? value.length : undefined
  const found = compareNumber(actual, length, 'a length')
  if (length.equals !== undefined && actual !== length.equals)
    found.push(short(`a length of ${length.equals}`))
  return found
}

function compareAge(value: unknown, { age }: Demands, now: number): Shortfall[] {
  if (!age) return []
  const moment = readMoment(value)
  return moment === undefined ? [short('a time')] : compareNumber(now - moment, age, 'an age in seconds')
}

export function short(expected: string): Shortfall {
  return { severity: undefined, expected }
}

/** Services write numbers as text now and then. */
export function toNumber(value: unknown): number | undefined {
  if (typeof value === 'boolean') return Number(value)
  const isNumeric = typeof value === 'string' && /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(value)
  const number = isNumeric ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** What a value of JSON is as text: a string is itself. */
export function toText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

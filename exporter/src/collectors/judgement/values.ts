// Numbers, times and states taken from a JSON body. What is not there, or not usable, is absent and never 0.
import { z } from 'zod'
import { toNumber, toText } from './comparison.ts'
import type { Json } from './json.ts'
import { jsonPath } from './json-path.ts'
import { readMoment } from './moment.ts'

const singularPath = jsonPath.refine(
  ({ isSingular }) => isSingular,
  'expected a path to one value; type: count takes a path to many',
)

const states = z
  .array(z.string().min(1).max(100))
  .min(1)
  .max(20)
  .describe('The values it may have; any other counts as unknown.')

const rule = z.union(
  [
    singularPath.transform((path) => ({ path, type: 'gauge' as const, scale: 1 })),
    z.strictObject({
      path: singularPath.describe('Where it is in the body, as a JSON path (RFC 9535).'),
      type: z.enum(['gauge', 'counter']).default('gauge').describe('A counter only ever grows.'),
      scale: z.number().default(1).describe('What to multiply it by, to come to base units.'),
    }),
    z.strictObject({
      path: singularPath,
      type: z.literal('timestamp').describe('A time: RFC 3339, or epoch seconds or milliseconds.'),
    }),
    z.strictObject({
      path: jsonPath,
      type: z.literal('count').describe('How many values the path finds; of a single list, its length.'),
    }),
    z.strictObject({ path: singularPath, type: z.literal('state').default('state'), states }),
  ],
  { error: 'expected a JSON path, or path and type: gauge, counter, timestamp or count, or path and states' },
)

const valueName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, 'expected a name of lower-case letters, digits and underscores')

export const values = z.record(valueName, rule)

export type ValueRule = z.output<typeof rule>
export type ValueRules = Readonly<Record<string, ValueRule>>

export type Value =
  | { readonly name: string; readonly type: 'gauge' | 'counter' | 'timestamp'; readonly value: number }
  | {
      readonly name: string
      readonly type: 'state'
      /** The declared ones and `unknown`. */
      readonly states: readonly string[]
      readonly state: string
    }

export function readValues(rules: ValueRules, json: Json): readonly Value[] {
  const found: Value[] = []
  if ('problem' in json) return found
  for (const [name, each] of Object.entries(rules)) found.push(...readValue(name, each, json.value))
  return found
}

function readValue(name: string, each: ValueRule, body: unknown): readonly Value[] {
  const found = each.path.select(body)
  const [first] = found
  if (each.type === 'state') return readState(name, each.states, first)
  if (each.type === 'count') {
    const isList = each.path.isSingular && Array.isArray(first)
    if (each.path.isSingular && !isList) return []
    return [{ name, type: 'gauge', value: isList ? first.length : found.length }]
  }
  if (each.type === 'timestamp') return finite(name, 'timestamp', readMoment(first))
  const number = toNumber(first)
  const value = number === undefined ? undefined : number * each.scale
  return each.type === 'counter' && (value ?? 0) < 0 ? [] : finite(name, each.type, value)
}

function finite(name: string, type: 'gauge' | 'counter' | 'timestamp', value: number | undefined): Value[] {
  return value !== undefined && Number.isFinite(value) ? [{ name, type, value }] : []
}

function readState(name: string, declared: readonly string[], value: unknown): Value[] {
  if (value === undefined || value === null) return []
  const text = toText(value)
  const state = declared.includes(text) ? text : 'unknown'
  return [{ name, type: 'state', states: [...new Set([...declared, 'unknown'])], state }]
}

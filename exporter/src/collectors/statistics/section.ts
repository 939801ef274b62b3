// The `statistics` section of watchpost.yml.
import { z } from 'zod'
import { duration, timeLimit } from '../../schema/duration.ts'
import { name } from '../../schema/name.ts'
import type { Declaration, Reference } from '../collector.ts'

const labelPattern = /^[a-z_][a-z0-9_]*$/i
/** Labels that the metric has already, or that mean something to Prometheus. */
const taken = new Set(['name', 'le', 'job', 'instance'])

/** Whether a column of this name can be a label beside those of the metric. */
export function canBeLabel(column: string): boolean {
  return labelPattern.test(column) && !isTaken(column)
}

function isTaken(column: string): boolean {
  return taken.has(column) || column.startsWith('__')
}

const label = z
  .string()
  .regex(labelPattern, 'expected a column whose name can be a label: letters, digits and _')
  .refine((text) => !isTaken(text), 'expected a column that is not called like a label of the metric')

const statistic = z
  .strictObject({
    name: name.describe('The value of the label name.'),
    help: z
      .string()
      .min(1)
      .max(200)
      .describe('What the number says, for the label help of watchpost_statistic_info.'),
    database: name.describe('The database that is asked.'),
    query: z
      .string()
      .min(1)
      .transform((text) => text.trim().replace(/;+$/, ''))
      .describe('One SELECT.'),
    type: z
      .enum(['gauge', 'counter', 'histogram', 'state', 'timestamp'])
      .default('gauge')
      .describe(
        'gauge and counter: a number. timestamp: a time. state: a text that is one of states. histogram: rows are observations, sorted into buckets by the database.',
      ),
    value: z.string().min(1).default('value').describe('The column that holds the value.'),
    labels: z
      .array(label)
      .max(10)
      .optional()
      .describe(
        'The columns that become labels; all but the value where it is left out, none for a histogram.',
      ),
    states: z.array(z.string().min(1)).min(1).max(20).optional().describe('For type state: all there are.'),
    buckets: z
      .array(z.number())
      .min(1)
      .max(9)
      .optional()
      .describe('For type histogram: upper bounds, ascending.'),
    max_series: z
      .int()
      .min(1)
      .max(10_000)
      .default(100)
      .describe('Rows beyond this many are not read; that there were more shows as one dropped row.'),
    timeout: timeLimit
      .optional()
      .describe('How long the query may take; global.timeout where it is left out.'),
    min_interval: duration
      .optional()
      .describe(
        'Within this time after a success the last reading is served; the query runs at each scrape where it is left out.',
      ),
  })
  .superRefine((given, context) => {
    const demand = (key: 'states' | 'buckets', type: string): void => {
      if ((given[key] !== undefined) === (given.type === type)) return
      const message = given[key]
        ? `expected no ${key} for type ${given.type}`
        : `expected ${key} for type ${type}`
      context.addIssue({ code: 'custom', path: [key], message })
    }
    demand('states', 'state')
    demand('buckets', 'histogram')
    if (given.type === 'state' && given.labels?.includes('state')) {
      const message = 'expected labels other than state, which type state makes itself'
      context.addIssue({ code: 'custom', path: ['labels'], message })
    }
    if (given.buckets?.some((bound, index, all) => index > 0 && bound <= (all[index - 1] ?? bound))) {
      context.addIssue({ code: 'custom', path: ['buckets'], message: 'expected ascending bounds' })
    }
  })

export const section = z
  .array(statistic)
  .min(1)
  .superRefine((all, context) => {
    const seen = new Set<string>()
    for (const [index, { name: own }] of all.entries()) {
      const message = `expected a name that no other statistic has, got ${JSON.stringify(own)}`
      if (seen.has(own)) context.addIssue({ code: 'custom', path: [index, 'name'], message })
      seen.add(own)
    }
  })
  .describe('Numbers of the business, asked of databases by SQL.')

export type Statistic = z.output<typeof statistic>

export function references(statistics: readonly Statistic[]): Reference[] {
  return statistics.map(({ database }, index) => ({
    path: [index, 'database'],
    name: database,
    to: 'database',
  }))
}

/** Statistics are no targets: nothing can depend on them, so their names are their own. */
export function declarations(): Declaration[] {
  return []
}

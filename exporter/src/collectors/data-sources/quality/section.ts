// The key `quality` of a data source.
import { z } from 'zod'
import { duration, timeLimit } from '../../../schema/duration.ts'
import { name } from '../../../schema/name.ts'
import { pattern } from '../../judgement/pattern.ts'

export const dimensions = ['freshness', 'completeness', 'uniqueness', 'validity', 'volume'] as const
export type Dimension = (typeof dimensions)[number]

const column = z.string().min(1).max(100)

const freshness = z
  .strictObject({
    column: column.describe('The column that holds the time of a row.'),
    warn: duration.describe('The age of the newest row up to which all is well.'),
    error: duration.describe('The age from which nothing is.'),
  })
  .refine(({ warn, error }) => warn < error, {
    error: 'expected error to be longer than warn',
    path: ['error'],
  })

const rule = z
  .strictObject({
    column,
    min: z.number().optional().describe('The smallest number that is valid.'),
    max: z.number().optional().describe('The largest number that is valid.'),
    matches: pattern
      .optional()
      .describe('What the text must contain, as a regular expression; ^ and $ bind it.'),
    one_of: z.array(z.string()).min(1).optional().describe('All texts that are valid.'),
  })
  .refine(({ min, max, matches, one_of }) => [min, max, matches, one_of].some((each) => each !== undefined), {
    error: 'expected at least one of min, max, matches and one_of',
  })

const volume = z
  .strictObject({
    min: z.int().min(1).optional().describe('Fewer rows are too few.'),
    max: z.int().min(1).optional().describe('More rows are too many.'),
  })
  .refine(({ min, max }) => min !== undefined || max !== undefined, 'expected min, max or both')

const weights = z
  .partialRecord(z.enum(dimensions), z.number().min(0))
  .describe('How much each dimension counts in the score; 1 where it is left out.')

const demands = {
  freshness: freshness.optional().describe('How old the newest row may be.'),
  completeness: z.array(column).min(1).optional().describe('Columns that must not be empty.'),
  uniqueness: z.array(column).min(1).optional().describe('Columns that no two rows share all of.'),
  validity: z
    .array(rule)
    .min(1)
    .optional()
    .describe('What the values of columns must be; empty ones are no matter of it.'),
  volume: volume.optional().describe('How many rows there must be.'),
  weights: weights.default({}),
  every: duration.prefault('5m').describe('How often the rows are looked at.'),
  timeout: timeLimit.prefault('10s').describe('How long looking may take.'),
}

const hasDemand = (given: Readonly<Record<string, unknown>>): boolean =>
  dimensions.some((dimension) => given[dimension] !== undefined)
const noDemand = `expected at least one of ${dimensions.join(', ')}`

/** A table of one of the databases. */
export const tableQuality = z
  .strictObject({
    database: name.describe('The database that holds the rows.'),
    table: z.string().min(1).max(200).describe('The table or view, perhaps with its schema in front.'),
    where: z.string().min(1).optional().describe('A condition in SQL that picks the rows.'),
    window: duration
      .optional()
      .describe('Look only at rows this young by the column of freshness; needs an index on it to be cheap.'),
    max_rows: z.int().min(1).max(10_000_000).default(100_000).describe('Look at no more rows than this.'),
    ...demands,
  })
  .refine(hasDemand, noDemand)
  .refine(({ window, freshness: given }) => window === undefined || given !== undefined, {
    error: 'expected freshness, whose column the window is of',
    path: ['window'],
  })

/** A range of a spreadsheet, its first row naming the columns. */
export const sheetQuality = z
  .strictObject({
    range: z
      .string()
      .min(1)
      .max(200)
      .describe('In A1 notation, such as KOLs!A1:D; its first row names the columns.'),
    ...demands,
  })
  .refine(hasDemand, noDemand)

export type Demands = Pick<z.output<typeof sheetQuality>, Dimension | 'weights' | 'every' | 'timeout'>
export type TableQuality = z.output<typeof tableQuality>
export type SheetQuality = z.output<typeof sheetQuality>

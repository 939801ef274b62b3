import { z } from 'zod'

/**
 * The name of a target, task or policy. It becomes a label value, so it is short and printable; any script will do. Not
 * a backquote, which is what quotes names in the queries of the dashboards.
 */
export const name = z
  .string({ error: 'expected a name' })
  .min(1, 'expected a name, not an empty text')
  .max(200, 'expected a name of at most 200 characters')
  .regex(/^[^\p{Cc}\p{Cs}`]+$/u, 'expected a name without control characters and backquotes')

import { z } from 'zod'

const message = 'expected a share such as 80% or 0.8'

/** A share of a whole as a number from 0 to 1, written `80%` or `0.8`. */
export const ratio = z.union(
  [
    z.number().min(0, message).max(1, message),
    z
      .string()
      .regex(/^(?:100(?:\.0+)?|\d{1,2}(?:\.\d+)?)%$/)
      .transform((text) => Number(text.slice(0, -1)) / 100),
  ],
  { error: message },
)

// Query parameters: read by the same schemas that the description of the API is made from.
import { z } from 'zod'

export function wholeNumber(min: number, max: number) {
  const error = `expected a whole number from ${min} to ${max}`
  return z
    .string({ error })
    .regex(/^\d{1,6}$/, { error })
    .transform(Number)
    .pipe(z.int({ error }).min(min, { error }).max(max, { error }))
}

export function oneOf<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, { error: `expected one of ${words.join(', ')}` })
}

export function name() {
  return z.string({ error: 'expected one name' }).max(200, { error: 'expected at most 200 characters' })
}

/** A string is what is wrong with them, for a person. */
export function readParameters<T>(schema: z.ZodType<T>, query: unknown): { readonly value: T } | string {
  const parsed = schema.safeParse(query)
  if (parsed.success) return { value: parsed.data }
  return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
}

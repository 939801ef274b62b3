import { inspect } from 'node:util'
import { z } from 'zod'

/** A text that shows as `<secret>` wherever it is printed; `reveal` is the one way to read it. */
export interface Secret {
  readonly reveal: () => string
  readonly toString: () => string
  readonly toJSON: () => string
}

const mask = (): string => '<secret>'

export function createSecret(text: string): Secret {
  return Object.freeze({ reveal: () => text, toString: mask, toJSON: mask, [inspect.custom]: mask })
}

/** A secret in the configuration, usually written as `${ENV}`; `<key>_file` is its twin that names a file. */
export const secret = z
  .string({ error: 'expected a text' })
  .min(1, 'expected a text, not an empty one')
  .transform(createSecret)
  .meta({ secret: true })

import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { inspect } from 'node:util'
import { z } from 'zod'

/** A text that shows as `<secret>` wherever it is printed; `reveal` is the one way to read it. */
export interface Secret {
  readonly reveal: () => string
  readonly toString: () => string
  readonly toJSON: () => string
}

const mask = (): string => '<secret>'

function hide(reveal: () => string): Secret {
  return Object.freeze({ reveal, toString: mask, toJSON: mask, [inspect.custom]: mask })
}

export function createSecret(text: string): Secret {
  return hide(() => text)
}

/** A secret in the configuration, usually written as `${ENV}`; `<key>_file` is its twin that names a file. */
export const secret = z
  .string({ error: 'expected a text' })
  .min(1, 'expected a text, not an empty one')
  .transform(createSecret)

/** A file that holds a secret. It is read at each use, so that a rotated secret needs no reload. */
export const secretFile = readableFile('a file that holds a secret').transform((path) =>
  hide(() => readFileSync(path, 'utf8').trimEnd()),
)

/** The path of a file that can be read now; `what` names it in the message. */
export function readableFile(what: string) {
  return z
    .string({ error: `expected the path of ${what}` })
    .min(1, `expected the path of ${what}`)
    .superRefine((path, context) => {
      const reason = whyUnreadable(path)
      if (reason) context.addIssue({ code: 'custom', message: `expected the path of ${what}, but ${reason}` })
    })
}

function whyUnreadable(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK)
    return statSync(path).isDirectory() ? 'it is a folder' : undefined
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`
  }
}

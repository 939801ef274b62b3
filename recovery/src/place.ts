// A part of our own system that is asked: where it is, and what it has to be shown.
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { httpUrl } from '../../exporter/src/schema/http-url.ts'
import { readableFile, secretFile } from '../../exporter/src/schema/secret.ts'
import { describeAnswer, exchange } from './exchange.ts'
import type { Answer, Question } from './exchange.ts'

const credentials = z.strictObject({
  username: z.string().min(1).describe('Who we say we are.'),
  password_file: secretFile.describe('A file that holds the password.'),
})

/** Secrets are in files, which are read at each use: one that is changed needs no restart. */
export const place = (what: string) =>
  z
    .strictObject({
      url: httpUrl.describe(what),
      basic_auth: credentials.optional().describe('User and password.'),
      bearer_token_file: secretFile.optional().describe('A file that holds a bearer token.'),
      ca_file: readableFile('a PEM file of certificate authorities')
        .optional()
        .describe('Whom to trust, where it is not one of the usual authorities.'),
    })
    .refine(
      ({ basic_auth: user, bearer_token_file: token }) => user === undefined || token === undefined,
      'expected either basic_auth or bearer_token_file',
    )

export type Place = z.output<ReturnType<typeof place>>

type Request = Pick<Question, 'method' | 'headers' | 'body'> & { readonly milliseconds: number }

/** Throws where there is no such place, and gives any answer that comes. */
export async function askPlace(
  where: Place | undefined,
  path: string,
  { milliseconds, headers, ...request }: Request,
): Promise<Answer> {
  if (!where) throw new Error('it is not configured')
  const { url, ca_file: ca } = where
  return exchange({
    ...request,
    url: `${url.replace(/\/+$/, '')}${path}`,
    headers: { ...headers, ...authorize(where) },
    signal: AbortSignal.timeout(milliseconds),
    ...(ca === undefined ? {} : { ca: readFileSync(ca, 'utf8') }),
  })
}

function authorize({ basic_auth: user, bearer_token_file: token }: Place): Readonly<Record<string, string>> {
  if (token) return { authorization: `Bearer ${token.reveal()}` }
  if (!user) return {}
  const words = Buffer.from(`${user.username}:${user.password_file.reveal()}`).toString('base64')
  return { authorization: `Basic ${words}` }
}

/** Throws on anything but 200. */
export async function readPlace(
  where: Place | undefined,
  path: string,
  milliseconds: number,
): Promise<unknown> {
  const answer = await askPlace(where, path, { milliseconds })
  if (answer.status !== 200) throw new Error(describeAnswer(answer))
  return answer.json()
}

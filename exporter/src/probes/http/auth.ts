// Who we say we are. Secrets are revealed here and nowhere else, and only into a header.
import { explain } from '../../log.ts'
import type { Secret } from '../../schema/secret.ts'
import type { Fault } from '../outcome.ts'

/** Hands out a bearer token that something else fetches and keeps. */
export interface TokenSource {
  read(signal: AbortSignal): Promise<{ readonly token: Secret } | { readonly fault: Fault }>
  /** The token was refused: the next read fetches another. */
  drop(): void
}

export type Auth =
  | { readonly basic: { readonly username: string; readonly password: Secret } }
  | { readonly bearer: Secret }
  | { readonly token: TokenSource }

export function basicCredentials(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

/** The value of the Authorization header, or why there is none. */
export async function authorize(
  auth: Auth,
  signal: AbortSignal,
): Promise<{ readonly header: string } | { readonly fault: Fault }> {
  try {
    if ('basic' in auth) {
      return { header: basicCredentials(auth.basic.username, auth.basic.password.reveal()) }
    }
    if ('bearer' in auth) return { header: `Bearer ${auth.bearer.reveal()}` }
    const read = await auth.token.read(signal)
    return 'token' in read ? { header: `Bearer ${read.token.reveal()}` } : read
  } catch (error) {
    // A secret in a file that is gone.
    return { fault: { failure: 'auth', detail: explain(error) } }
  }
}

/** The server did not take what it was shown: a token, unlike a password, can be had anew. */
export function dropToken(auth: Auth | undefined): void {
  if (auth && 'token' in auth) auth.token.drop()
}

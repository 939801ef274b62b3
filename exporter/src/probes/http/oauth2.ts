// Tokens by OAuth 2.0 client credentials (RFC 6749, section 4.4): fetched once, kept, renewed before they end.
import { createSecret } from '../../schema/secret.ts'
import type { Secret } from '../../schema/secret.ts'
import { basicCredentials } from './auth.ts'
import type { TokenSource } from './auth.ts'
import { probeHttp } from './http.ts'
import type { HttpOutcome, HttpRequest } from './http.ts'
import type { Fault } from '../outcome.ts'

export interface ClientCredentials {
  /** How the token endpoint is reached: its url, proxy, TLS and timeout. */
  readonly endpoint: Pick<HttpRequest, 'url' | 'proxy' | 'tls' | 'timeoutSeconds'>
  readonly clientId: string
  readonly clientSecret: Secret
  readonly scopes?: readonly string[] | undefined
  /** Further parameters that some servers want, such as audience. */
  readonly parameters?: Readonly<Record<string, Secret>> | undefined
}

type Read = Awaited<ReturnType<TokenSource['read']>>

interface Held {
  readonly token: Secret
  readonly renewAt: number
}

/** Before the end, so that no probe carries a token that ends on its way. */
const earlySeconds = 60
/** For answers that do not say. */
const defaultLifeSeconds = 300
const maxTokenBytes = 64 * 1024

/** Keep one per set of credentials: probes that need a token at the same moment share one request. */
export function createTokenSource(credentials: ClientCredentials): TokenSource {
  let held: Held | undefined
  let underWay: Promise<Read> | undefined
  const fetchToken = async (): Promise<Read> => {
    const askedAt = performance.now() / 1000
    // Not the signal of one probe: others may wait for the same token.
    const outcome = await probeHttp(
      tokenRequest(credentials),
      AbortSignal.timeout(maxWaitMilliseconds(credentials)),
    )
    const read = readToken(outcome, askedAt)
    held = 'fault' in read ? undefined : read
    return read
  }
  return {
    read: (signal) => {
      if (held && performance.now() / 1000 < held.renewAt) return Promise.resolve(held)
      underWay ??= fetchToken().finally(() => {
        underWay = undefined
      })
      return untilCut(underWay, signal)
    },
    drop: () => {
      held = undefined
    },
  }
}

function maxWaitMilliseconds({ endpoint }: ClientCredentials): number {
  return (endpoint.timeoutSeconds ?? 10) * 1000
}

function tokenRequest({
  endpoint,
  clientId,
  clientSecret,
  scopes,
  parameters,
}: ClientCredentials): HttpRequest {
  const form = new URLSearchParams()
  for (const [key, value] of Object.entries(parameters ?? {})) form.set(key, value.reveal())
  form.set('grant_type', 'client_credentials')
  if (scopes && scopes.length > 0) form.set('scope', scopes.join(' '))
  // RFC 6749, section 2.3.1: both are form-encoded before they are joined.
  const [id, key] = [clientId, clientSecret.reveal()].map(encodeURIComponent)
  return {
    ...endpoint,
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      authorization: basicCredentials(id ?? '', key ?? ''),
    },
    body: form.toString(),
    maxBodyBytes: maxTokenBytes,
  }
}

function readToken(outcome: HttpOutcome, askedAt: number): Held | { readonly fault: Fault } {
  if (outcome.failure) return refuse(`gave no answer: ${outcome.detail}`)
  const { status, bodyText = '' } = outcome
  const { access_token: token, expires_in, error } = parseAnswer(bodyText)
  // Error codes are from a closed list (RFC 6749, section 5.2); descriptions may quote what was sent.
  const code = typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? ` ${error}` : ''
  if (status !== 200) return refuse(`answered ${status}${code}`)
  if (typeof token !== 'string' || token === '') return refuse('answered without an access_token')
  const lifeSeconds = Number(expires_in) > 0 ? Number(expires_in) : defaultLifeSeconds
  const renewAfter = Math.max(lifeSeconds - earlySeconds, lifeSeconds / 2)
  return { token: createSecret(token), renewAt: askedAt + renewAfter }
}

function parseAnswer(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed = JSON.parse(text) as unknown
    return parsed !== null && typeof parsed === 'object' ? (parsed as Record<string, unknown>) : {}
  } catch {
    // Not JSON: then it names no token.
    return {}
  }
}

function refuse(what: string): { readonly fault: Fault } {
  return { fault: { failure: 'auth', detail: `the token endpoint ${what}` } }
}

function untilCut(read: Promise<Read>, signal: AbortSignal): Promise<Read> {
  const { promise, resolve, reject } = Promise.withResolvers<Read>()
  const fault: Fault = { failure: 'timeout', detail: 'time was up while waiting for a token' }
  const cut = (): void => resolve({ fault })
  if (signal.aborted) cut()
  signal.addEventListener('abort', cut, { once: true })
  read.then(resolve, reject).finally(() => signal.removeEventListener('abort', cut))
  return promise
}

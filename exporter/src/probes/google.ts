// Access tokens for a Google service account. Google's own library signs, keeps and renews them; we do the asking.
import { readFile } from 'node:fs/promises'
import type { JWT, JWTOptions } from 'google-auth-library'
import { explain } from '../log.ts'
import { createSecret } from '../schema/secret.ts'
import type { TokenSource } from './http/auth.ts'
import { probeHttp } from './http/http.ts'
import type { HttpRequest } from './http/http.ts'
import type { Failure, Fault } from './outcome.ts'

interface ServiceAccountOptions {
  readonly credentialsFile: string
  readonly scopes: readonly string[]
  /** Instead of the one in the credentials. */
  readonly tokenUrl?: string | undefined
  readonly timeoutSeconds: number
}

const googleTokenUrl = 'https://oauth2.googleapis.com/token'

interface Credentials {
  readonly client_email: string
  readonly private_key: string
  readonly token_uri: string
}

export function createServiceAccountTokens(options: ServiceAccountOptions): TokenSource {
  let client: Promise<JWT> | undefined
  // The library knows of no deadline: the last one that asked sets it for the request it starts.
  let signal = AbortSignal.timeout(0)
  return {
    async read(given) {
      signal = given
      try {
        client ??= openClient(options, () => signal)
        const { token } = await (await client).getAccessToken()
        if (token) return { token: createSecret(token) }
        return { fault: { failure: 'auth', detail: 'the token endpoint gave no token' } }
      } catch (error) {
        // The file may have been replaced: the next read starts from it.
        client = undefined
        return { fault: faultOf(error) }
      }
    },
    drop() {
      client = undefined
    },
  }
}

async function openClient(options: ServiceAccountOptions, signal: () => AbortSignal): Promise<JWT> {
  const credentials = await readCredentials(options.credentialsFile)
  const tokenUrl = options.tokenUrl ?? credentials.token_uri
  // Only who has a spreadsheet to watch pays for loading it.
  const { JWT: Client } = await import('google-auth-library')
  return new Client({
    email: credentials.client_email,
    key: credentials.private_key,
    scopes: [...options.scopes],
    additionalClaims: { aud: tokenUrl },
    useAuthRequestParameters: false,
    transporter: createTransporter(
      { url: tokenUrl, method: 'POST', timeoutSeconds: options.timeoutSeconds },
      signal,
    ),
  })
}

async function readCredentials(file: string): Promise<Credentials> {
  const text = await readFile(file, 'utf8')
  const expected = `expected the JSON key of a service account in ${file}`
  let parsed: Partial<Credentials> | null
  try {
    parsed = JSON.parse(text) as Partial<Credentials> | null
  } catch {
    // The parser would quote the file, and a private key is in it.
    throw fault('auth', `${expected}, got text that is not JSON`)
  }
  const { client_email, private_key, token_uri = googleTokenUrl } = parsed ?? {}
  if (typeof client_email === 'string' && typeof private_key === 'string')
    return { client_email, private_key, token_uri }
  throw fault('auth', `${expected}, got JSON without client_email and private_key`)
}

/** What the library asks its transport for, as far as a token needs it. */
interface TokenRequest {
  readonly data: URLSearchParams
}

/** The library would ask Google's address whatever the credentials say, and try again on its own. */
function createTransporter(
  request: HttpRequest,
  signal: () => AbortSignal,
): NonNullable<JWTOptions['transporter']> {
  async function ask({ data }: TokenRequest): Promise<{ data: unknown }> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }
    const { failure, detail, status, bodyText } = await probeHttp(
      { ...request, headers, body: data.toString() },
      signal(),
    )
    if (failure) throw fault(failure, `token endpoint: ${detail}`)
    const body = parseObject(bodyText)
    if (status === 200 && typeof body['access_token'] === 'string') return { data: body }
    const said = [body['error'], body['error_description']]
      .filter((part) => typeof part === 'string')
      .join(': ')
    throw fault('auth', `token endpoint answered ${status}${said === '' ? '' : `, ${said.slice(0, 200)}`}`)
  }
  // Of all that a transporter can do, a token needs one thing.
  return { request: ask } as unknown as NonNullable<JWTOptions['transporter']>
}

function parseObject(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value = JSON.parse(text ?? '') as unknown
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {}
  } catch {
    // Its status will be told, and that it gave no token.
    return {}
  }
}

function fault(failure: Failure, detail: string): Error {
  return new Error(detail, { cause: { failure, detail } satisfies Fault })
}

function faultOf(error: unknown): Fault {
  const cause = error instanceof Error ? error.cause : undefined
  if (cause !== null && typeof cause === 'object' && 'failure' in cause) return cause as Fault
  // What is left is a key that cannot sign, or a file that cannot be read.
  return { failure: 'auth', detail: `service account: ${explain(error)}` }
}

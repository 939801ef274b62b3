// The keys with which any section says how to ask an HTTP endpoint.
import { z } from 'zod'
import type { Auth } from '../probes/http/auth.ts'
import type { HttpRequest } from '../probes/http/request.ts'
import { createTokenSource } from '../probes/http/oauth2.ts'
import { httpUrl } from '../schema/http-url.ts'
import { secret, secretFile } from '../schema/secret.ts'
import { tls } from '../schema/tls.ts'

export const basicAuth = z
  .strictObject({
    username: z.string().min(1).describe('Who we say we are.'),
    password: secret.optional().describe('The password.'),
    password_file: secretFile.optional().describe('A file that holds the password.'),
  })
  .refine(({ password, password_file }) => (password === undefined) !== (password_file === undefined), {
    error: 'expected either password or password_file',
  })

const oauth2 = z
  .strictObject({
    token_url: httpUrl.describe('The token endpoint; the token is kept and renewed before it ends.'),
    client_id: z.string().min(1).describe('Who we say we are.'),
    client_secret: secret.optional().describe('The secret of the client.'),
    client_secret_file: secretFile.optional().describe('A file that holds the secret of the client.'),
    scopes: z.array(z.string().min(1)).optional().describe('What the token is to be good for.'),
    parameters: z
      .record(z.string().min(1), secret)
      .optional()
      .describe('Further parameters that the token endpoint wants, such as audience.'),
  })
  .refine(
    ({ client_secret, client_secret_file }) =>
      (client_secret === undefined) !== (client_secret_file === undefined),
    { error: 'expected either client_secret or client_secret_file' },
  )

const proxy = z
  .strictObject({
    url: httpUrl.describe('Where the proxy is.'),
    username: z.string().min(1).optional().describe('Who we say we are to the proxy.'),
    password: secret.optional().describe('The password for the proxy.'),
    password_file: secretFile.optional().describe('A file that holds the password for the proxy.'),
  })
  .refine(({ password, password_file }) => password === undefined || password_file === undefined, {
    error: 'expected either password or password_file',
  })

export const httpRequestFields = {
  url: httpUrl,
  method: z
    .enum(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'])
    .default('GET')
    .describe('The HTTP method.'),
  headers: z
    .record(z.string().min(1), secret)
    .default({})
    .describe('Headers of the request; their values are never shown.'),
  body: secret.optional().describe('The body of the request; never shown.'),
  body_file: secretFile.optional().describe('A file that holds the body of the request.'),
  basic_auth: basicAuth.optional().describe('User and password.'),
  bearer_token: secret.optional().describe('A token for the Authorization header.'),
  bearer_token_file: secretFile
    .optional()
    .describe('A file that holds a token for the Authorization header.'),
  oauth2: oauth2.optional().describe('A token by OAuth 2.0 client credentials for the Authorization header.'),
  tls: tls.optional().describe('How the TLS connection is made and judged.'),
  connection: z
    .enum(['fresh', 'resume', 'keep'])
    .default('fresh')
    .describe(
      'fresh measures what a first request meets; resume shortens the TLS handshake by the last session and offers X25519 without ML-KEM; keep leaves the connection open.',
    ),
  redirects: z
    .int()
    .min(0)
    .max(20)
    .default(0)
    .describe('How many redirects to follow; credentials never cross origins.'),
  http_version: z
    .union([z.literal(1.1), z.literal(2)], { error: 'expected 1.1 or 2' })
    .optional()
    .describe(
      'Speak only this version of HTTP; 2 without TLS is h2c with prior knowledge. Left out, a TLS server may choose HTTP/2, and the others are asked in 1.1.',
    ),
  ip_family: z
    .union([z.literal(4), z.literal(6)], { error: 'expected 4 or 6' })
    .optional()
    .describe('Use only this version of IP.'),
  proxy: proxy.optional().describe('An HTTP proxy to go through.'),
  max_body_bytes: z
    .int()
    .min(1)
    .default(1024 * 1024)
    .describe('The longest answer that is read, after decompression.'),
} as const

const credentials = ['basic_auth', 'bearer_token', 'bearer_token_file', 'oauth2'] as const

/** What no single key can say: of two bodies or two credentials nobody could tell which was sent. */
export function checkRequest(target: HttpRequestFields, context: z.core.$RefinementCtx): void {
  if (target.body !== undefined && target.body_file !== undefined) {
    context.addIssue({ code: 'custom', path: ['body_file'], message: 'expected either body or body_file' })
  }
  const [, second] = credentials.filter((key) => target[key] !== undefined)
  if (second !== undefined) {
    const message = `expected only one of ${credentials.join(', ')}`
    context.addIssue({ code: 'custom', path: [second], message })
  }
}

const fields = z.strictObject(httpRequestFields)
export type HttpRequestFields = z.output<typeof fields>

/** One request object for the life of a target: what lasts between its probes is remembered by it. */
export function httpRequest(target: HttpRequestFields, timeoutSeconds: number): HttpRequest {
  const headers = Object.entries(target.headers).map(
    ([key, value]) => [key.toLowerCase(), value.reveal()] as const,
  )
  return {
    url: target.url,
    method: target.method,
    headers: { accept: 'application/json', ...Object.fromEntries(headers) },
    body: target.body ?? target.body_file,
    auth: authOf(target, timeoutSeconds),
    timeoutSeconds,
    maxBodyBytes: target.max_body_bytes,
    tls: target.tls,
    connection: target.connection,
    redirects: target.redirects,
    httpVersion: target.http_version && (String(target.http_version) as '1.1' | '2'),
    ipFamily: target.ip_family,
    proxy: proxyOf(target.proxy),
  }
}

function proxyOf(given: HttpRequestFields['proxy']): HttpRequest['proxy'] {
  return (
    given && { url: given.url, username: given.username, password: given.password ?? given.password_file }
  )
}

function authOf(target: HttpRequestFields, timeoutSeconds: number): Auth | undefined {
  const { basic_auth, bearer_token, bearer_token_file, oauth2: client } = target
  const password = basic_auth?.password ?? basic_auth?.password_file
  if (basic_auth && password) return { basic: { username: basic_auth.username, password } }
  if (client) return tokenOf(client, target, timeoutSeconds)
  const bearer = bearer_token ?? bearer_token_file
  return bearer && { bearer }
}

function tokenOf(
  client: z.output<typeof oauth2>,
  { tls: options, proxy: through }: HttpRequestFields,
  timeoutSeconds: number,
): Auth | undefined {
  const clientSecret = client.client_secret ?? client.client_secret_file
  if (!clientSecret) return undefined
  const { token_url: url, client_id: clientId, scopes, parameters } = client
  const endpoint = { url, tls: options, proxy: proxyOf(through), timeoutSeconds }
  return { token: createTokenSource({ endpoint, clientId, clientSecret, scopes, parameters }) }
}

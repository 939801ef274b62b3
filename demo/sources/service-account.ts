// A Google service account of our own, and the token endpoint that exchanges its signed JWTs (RFC 7523).
import { createVerify, generateKeyPair, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import type { Answer } from '../endpoint.ts'

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const email = 'watchpost@demo-platform.iam.gserviceaccount.com'
const tokenSeconds = 3600

export interface ServiceAccount {
  /** The JSON file that Google's console would hand out. */
  credentials(tokenUri: string): unknown
  exchange(request: IncomingMessage, now: number): Promise<Answer>
  /** The scopes of a bearer token; undefined for one that is unknown or has run out. */
  scopesOf(request: IncomingMessage, now: number): readonly string[] | undefined
}

export async function createServiceAccount(): Promise<ServiceAccount> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const tokens = new Map<string, { readonly scopes: readonly string[]; readonly expiresAt: number }>()
  return {
    credentials: (tokenUri) => ({
      type: 'service_account',
      project_id: 'demo-platform',
      private_key_id: 'demo',
      private_key: privateKey,
      client_email: email,
      client_id: '100000000000000000000',
      token_uri: tokenUri,
    }),
    async exchange(request, now) {
      const form = new URLSearchParams(await text(request))
      if (form.get('grant_type') !== grantType) return refuse('unsupported_grant_type', 'Invalid grant_type')
      const claims = verify(form.get('assertion') ?? '', publicKey)
      if (!claims) return refuse('invalid_grant', 'Invalid JWT Signature.')
      const problem = judgeClaims(claims, now)
      if (problem !== undefined) return refuse('invalid_grant', problem)
      const token = `ya29.${randomBytes(24).toString('base64url')}`
      tokens.set(token, { scopes: claims.scope?.split(' ') ?? [], expiresAt: now + tokenSeconds })
      return { status: 200, body: { access_token: token, expires_in: tokenSeconds, token_type: 'Bearer' } }
    },
    scopesOf(request, now) {
      const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
      const token = tokens.get(bearer ?? '')
      return token && token.expiresAt > now ? token.scopes : undefined
    },
  }
}

/** What a JWT may say; it is read only after its signature was found to be ours. */
interface Claims {
  readonly iss?: string
  readonly scope?: string
  readonly aud?: string
  readonly iat?: number
  readonly exp?: number
}

function verify(assertion: string, publicKey: string): Claims | undefined {
  const [header = '', payload = '', signature = ''] = assertion.split('.')
  const isGenuine = createVerify('RSA-SHA256')
    .update(`${header}.${payload}`)
    .verify(publicKey, signature, 'base64url')
  if (!isGenuine || (decode(header) as { alg?: string }).alg !== 'RS256') return undefined
  return decode(payload) as Claims
}

function decode(part: string): unknown {
  return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as unknown
}

function judgeClaims(claims: Claims, now: number): string | undefined {
  const issued = claims.iat ?? 0
  const expires = claims.exp ?? 0
  const isInTime = issued <= now + 300 && expires > now && expires <= issued + 3600
  if (!isInTime) {
    return 'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.'
  }
  if (claims.iss !== email) return 'Invalid grant: account not found'
  // Client libraries sign for Google's own address wherever they are told to post.
  return claims.aud?.endsWith('/token') ? undefined : 'Invalid JWT: audience'
}

function refuse(error: string, description: string): Answer {
  return { status: 400, body: { error, error_description: description } }
}

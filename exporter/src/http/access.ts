// Who may pass: client certificates, passwords, and how often.
import { createHash } from 'node:crypto'
import { TLSSocket } from 'node:tls'
import type { Request, RequestHandler, Response } from 'express'
import { loadPasswordHash } from '../packages.ts'
import { sendProblem } from './problem.ts'
import type { WebConfig } from './web-config.ts'

const cacheSize = 100
// Compared with when the user is unknown, so that the time taken does not tell who exists.
const nobody = '$2b$10$ghysJb8EQ4HFB99qfuQ4fetAJHd9Zv6fU.OvowIWIhNKYJ803V3PK'

/** Where a response tells whether we know who asked: what is told to nobody else may then be told. */
const identified = 'isIdentified'

export function isIdentified({ locals }: Response): boolean {
  return locals[identified] === true
}

function asksWho({ basic_auth_users: users, tls_server_config: tls }: WebConfig): boolean {
  return Object.keys(users).length > 0 || tls?.client_auth_type === 'RequireAndVerifyClientCert'
}

/** Lets through who the configuration of the moment admits. */
export function guardAccess(current: () => WebConfig, clock: () => number): RequestHandler {
  const passes = createPasswordCheck()
  const bucket = createBucket(clock)
  return async (request, response, next) => {
    const config = current()
    response.set(config.http_server_config?.headers ?? {})
    if (!bucket(config.rate_limit)) {
      sendProblem(response, 429, 'too many requests')
    } else if (config.auth_excluded_paths.includes(request.path)) {
      next()
    } else if (!isCertificateAdmitted(request, config)) {
      sendProblem(response, 403, 'the client certificate is not one of those admitted')
    } else if (await passes(request, config.basic_auth_users)) {
      response.locals[identified] = asksWho(config)
      next()
    } else {
      response.set('www-authenticate', 'Basic realm="watchpost"')
      sendProblem(response, 401, 'expected user and password')
    }
  }
}

function isCertificateAdmitted(request: Request, { tls_server_config: config }: WebConfig): boolean {
  const type = config?.client_auth_type ?? 'NoClientCert'
  if (type === 'NoClientCert' || !(request.socket instanceof TLSSocket)) return true
  const certificate = request.socket.getPeerCertificate()
  const isGiven = certificate !== undefined && Object.keys(certificate).length > 0
  if (!isGiven) return type === 'RequestClientCert' || type === 'VerifyClientCertIfGiven'
  // Also where it is required: a server that began without demanding it has let the connection in.
  if (type.includes('Verify') && !request.socket.authorized) return false
  return hasAllowedName(certificate.subjectaltname ?? '', config?.client_allowed_sans)
}

function hasAllowedName(alternativeNames: string, allowed: readonly string[] | undefined): boolean {
  const names = new Set(alternativeNames.split(', ').map((name) => name.replace(/^[^:]*:/, '')))
  return allowed?.some((name) => names.has(name)) ?? true
}

type Users = WebConfig['basic_auth_users']

function createPasswordCheck(): (request: Request, users: Users) => Promise<boolean> {
  const cache = new Map<string, boolean>()
  return async (request, users) => {
    if (Object.keys(users).length === 0) return true
    const given = readCredentials(request.get('authorization'))
    if (!given) return false
    const hash = Object.hasOwn(users, given.user) ? users[given.user] : undefined
    // Each part is hashed by itself: parts strung together could be shifted into one another.
    const key = [given.user, given.password, hash ?? ''].map(digest).join()
    const known = cache.get(key)
    if (known !== undefined) return known
    const isRight = (await loadPasswordHash().compare(given.password, hash ?? nobody)) && hash !== undefined
    if (cache.size >= cacheSize) cache.delete(cache.keys().next().value ?? '')
    cache.set(key, isRight)
    return isRight
  }
}

function readCredentials(header: string | undefined): { user: string; password: string } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=]+)$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  const [, user, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? []
  return user === undefined || password === undefined ? undefined : { user, password }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}

/** A bucket of `burst` tokens that gains one each `interval`. Gives whether there was one to take. */
function createBucket(clock: () => number): (limit: WebConfig['rate_limit']) => boolean {
  let tokens: number | undefined
  let since = clock()
  return (limit) => {
    if (!limit) return true
    const now = clock()
    const gained = limit.interval === 0 ? limit.burst : (now - since) / 1000 / limit.interval
    tokens = Math.min(limit.burst, (tokens ?? limit.burst) + gained)
    since = now
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}

// Where a redirect leads, and what may go there.
import type { Answer, Message } from './message.ts'
import type { Fault } from '../outcome.ts'

export interface Hop {
  readonly url: URL
  readonly message: Message
  /** Still the origin that was configured: credentials, and the client certificate, may be shown. */
  readonly isHome: boolean
}

const statuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
/** Anything else that a user put into the headers may be a credential. */
const harmlessHeaders: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'user-agent',
])

export function isRedirect(status: number | undefined): boolean {
  return status !== undefined && statuses.has(status)
}

export function nextHop(
  hop: Hop,
  { status, headers }: Pick<Answer, 'status' | 'headers'>,
): { readonly hop: Hop } | { readonly fault: Fault } {
  const location = headers.get('location')?.[0]
  if (location === undefined || !URL.canParse(location, hop.url.href)) {
    return refuse('the redirect names no place to go')
  }
  const url = new URL(location, hop.url)
  if (url.protocol !== 'https:' && url.protocol !== hop.url.protocol) {
    return refuse(`the redirect leads from ${hop.url.protocol} to ${url.protocol}`)
  }
  const isSameOrigin = url.origin === hop.url.origin
  const message = redirectMessage(hop.message, status, url)
  if (!isSameOrigin && message.body !== undefined) {
    return refuse('the redirect would carry the body to another origin')
  }
  const allowed = isSameOrigin
    ? withCookies(message.headers, headers.get('set-cookie') ?? [])
    : onlyHarmless(message.headers)
  return { hop: { url, message: { ...message, headers: allowed }, isHome: hop.isHome && isSameOrigin } }
}

function refuse(detail: string): { readonly fault: Fault } {
  return { fault: { failure: 'redirect', detail } }
}

function redirectMessage(message: Message, status: number | undefined, url: URL): Message {
  const { host: _host, ...headers } = message.headers
  const moved = { ...message, headers, path: url.pathname + url.search }
  if (status === 307 || status === 308 || ['GET', 'HEAD'].includes(message.method)) return moved
  const { 'content-length': _length, 'content-type': _type, ...bodiless } = headers
  return { ...moved, method: 'GET', headers: bodiless, body: undefined }
}

function onlyHarmless(headers: Message['headers']): Message['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => harmlessHeaders.has(name)))
}

/** Sites that redirect to themselves often do so until their cookie comes back. */
function withCookies(headers: Message['headers'], setCookies: readonly string[]): Message['headers'] {
  const pairs = setCookies.map((cookie) => (cookie.split(';', 1)[0] ?? '').trim()).filter(Boolean)
  if (pairs.length === 0) return headers
  return { ...headers, cookie: [headers['cookie'], ...pairs].filter(Boolean).join('; ') }
}

// What is to be asked, and how it is written for the wire.
import { explain } from '../../log.ts'
import type { Secret } from '../../schema/secret.ts'
import { addressOf } from '../connection/dial.ts'
import type { Proxy } from './tunnel.ts'
import { authorize, basicCredentials } from './auth.ts'
import type { Auth } from './auth.ts'
import type { Exchange } from './message.ts'
import type { Hop } from './redirect.ts'
import type { HttpVersion, Way } from './wire.ts'
import type { Fault } from '../outcome.ts'
import type { IpFamily } from '../connection/resolve.ts'
import type { TlsOptions } from '../connection/tls.ts'

/** Keep one object per target: what lasts between its probes (a kept connection) is remembered by it. */
export interface HttpRequest {
  readonly url: URL | string
  readonly method?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | Secret | undefined
  readonly auth?: Auth | undefined
  readonly timeoutSeconds?: number | undefined
  /** Of the decoded body, and of what is transferred; 1 MiB by default. */
  readonly maxBodyBytes?: number | undefined
  readonly tls?: TlsOptions | undefined
  /**
   * `fresh` does everything anew, `resume` shortens the TLS handshake by the last session (its certificate
   * is then as old as that), `keep` leaves the connection open for the next probe.
   */
  readonly connection?: 'fresh' | 'resume' | 'keep' | undefined
  /** How many redirects to follow; none by default. */
  readonly redirects?: number | undefined
  /** The one version to speak. Without it a TLS server may choose, and the others are asked in 1.1. */
  readonly httpVersion?: HttpVersion | undefined
  readonly ipFamily?: IpFamily | undefined
  readonly proxy?: HttpProxy | undefined
}

export interface HttpProxy {
  readonly url: URL | string
  readonly username?: string | undefined
  readonly password?: Secret | undefined
}

const defaultMaxBodyBytes = 1024 * 1024

export function maxBodyBytes(request: HttpRequest): number {
  return request.maxBodyBytes ?? defaultMaxBodyBytes
}

const bodiless: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])
const defaultHeaders = { accept: '*/*', 'accept-encoding': 'gzip', 'user-agent': 'watchpost' } as const

type FirstHop = { readonly hop: Hop } | { readonly fault: Fault }

const lastingHops = new WeakMap<HttpRequest, FirstHop>()

/** No promise where it is known, as a thousand of them in each round would be. */
export function firstHop(request: HttpRequest, signal: AbortSignal): FirstHop | Promise<FirstHop> {
  return lastingHops.get(request) ?? findFirstHop(request, signal)
}

async function findFirstHop(request: HttpRequest, signal: AbortSignal): Promise<FirstHop> {
  const found = await makeFirstHop(request, signal)
  // A secret may be in a file that changes.
  if ('hop' in found && !request.auth && typeof request.body !== 'object') lastingHops.set(request, found)
  return found
}

async function makeFirstHop(request: HttpRequest, signal: AbortSignal): Promise<FirstHop> {
  const url = request.url instanceof URL ? request.url : URL.parse(request.url)
  if (!url) return { fault: { failure: 'error', detail: 'the URL cannot be read' } }
  const own = await readHeaders(request, signal)
  if ('fault' in own) return own
  const { headers } = own
  const method = request.method ?? 'GET'
  const body = readBody(request)
  if (body && typeof body === 'object') return body
  // Servers refuse a POST that does not say how long its body is, even when it has none.
  if (body !== undefined || !bodiless.has(method)) {
    headers['content-length'] = String(Buffer.byteLength(body ?? ''))
  }
  const message = {
    method,
    path: url.pathname + url.search,
    headers,
    body,
  }
  return { hop: { url, message, isHome: true } }
}

async function readHeaders(
  request: HttpRequest,
  signal: AbortSignal,
): Promise<{ readonly headers: Record<string, string> } | { readonly fault: Fault }> {
  const headers: Record<string, string> = { ...defaultHeaders }
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value
  if (!request.auth || 'authorization' in headers) return { headers }
  const authorized = await authorize(request.auth, signal)
  return 'fault' in authorized ? authorized : { headers: { ...headers, authorization: authorized.header } }
}

function readBody({ body }: HttpRequest): string | undefined | { readonly fault: Fault } {
  if (body === undefined || typeof body === 'string') return body
  try {
    return body.reveal()
  } catch (error) {
    // A file that is gone.
    return { fault: { failure: 'error', detail: explain(error) } }
  }
}

/** Where to connect for a hop, and the message as this way wants it. */
export interface Route extends Way, Exchange {}

const offers = { '1.1': undefined, '2': ['h2'], both: ['h2', 'http/1.1'] } as const

const lastingRoutes = new WeakMap<Hop, Route>()

export function routeHop(request: HttpRequest, hop: Hop): Route {
  const known = lastingRoutes.get(hop)
  if (known) return known
  const route = makeRoute(request, hop)
  // The password of the proxy may be in a file that changes.
  if (!request.proxy) lastingRoutes.set(hop, route)
  return route
}

function makeRoute(request: HttpRequest, { url, message, isHome }: Hop): Route {
  const proxy = request.proxy && proxyOf(request.proxy)
  const connection = request.connection === 'keep' && isHome ? 'keep-alive' : 'close'
  const withHost = { ...message, headers: { host: url.host, ...message.headers, connection } }
  const way = {
    httpVersion: request.httpVersion,
    message: withHost,
    maxBodyBytes: maxBodyBytes(request),
  }
  if (url.protocol === 'https:') {
    const options = isHome ? request.tls : foreignTls(request.tls)
    const protocols = offers[request.httpVersion ?? 'both']
    const tls = { options, protocols, resume: isHome && request.connection === 'resume' }
    return { ...way, proxy, address: { ...addressOf(url), ipFamily: request.ipFamily, tls } }
  }
  // A proxy speaks HTTP/1.1; the other version gets through it in a tunnel.
  if (!proxy || request.httpVersion === '2')
    return { ...way, proxy, address: { ...addressOf(url), ipFamily: request.ipFamily } }
  // Proxies expect plain HTTP to be asked for by its whole URL; many refuse tunnels to port 80.
  return {
    ...way,
    address: proxy.address,
    message: {
      ...withHost,
      path: url.origin + message.path,
      headers: { ...withHost.headers, ...proxy.headers },
    },
  }
}

function proxyOf({ url, username, password }: HttpProxy): Proxy {
  const parsed = new URL(url)
  const tls = parsed.protocol === 'https:' ? { tls: { options: undefined } } : {}
  const credentials = basicCredentials(username ?? '', password?.reveal() ?? '')
  return {
    address: { ...addressOf(parsed), ...tls },
    headers: username === undefined ? {} : { 'proxy-authorization': credentials },
  }
}

const foreign = new WeakMap<TlsOptions, TlsOptions>()

/** The client certificate and the server name are for the origin that was configured, not for one it names. */
function foreignTls(options: TlsOptions | undefined): TlsOptions | undefined {
  if (!options) return undefined
  const { cert_file: _cert, key_file: _key, server_name: _name, ...rest } = options
  const known = foreign.get(options) ?? rest
  foreign.set(options, known)
  return known
}

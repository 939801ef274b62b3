// An HTTP server that can be broken in all the ways that servers break.
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { createServer as createSecureServer, Server as SecureServer } from 'node:https'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export const httpFaults = ['down', 'slow', 'hang', 'error', 'bad-json', 'flap'] as const
type HttpFault = (typeof httpFaults)[number]

const slowMilliseconds = 2000

export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface EndpointOptions {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly answer: (request: IncomingMessage, url: URL) => Promise<Answer>
  /** How long it is broken, and then whole, while it flaps. */
  readonly flapSeconds: number
  /** With it the server speaks TLS. */
  readonly identity?: ServerIdentity
  /** How late its answers are while it is slow; two seconds where it is left out. */
  readonly slowMilliseconds?: number | undefined
  /** What the server says while it is in error, in the words of its API. */
  readonly errorBody: unknown
}

export interface ServerIdentity {
  readonly cert: string
  readonly key: string
}

interface Served {
  total: number
  errors: number
}

export interface Endpoint {
  readonly url: string
  /** Is given one of `httpFaults`. */
  readonly break: (fault: string) => Promise<void>
  readonly heal: () => Promise<void>
  /** Shows another certificate to those who connect from now on. */
  readonly present: (identity: ServerIdentity) => void
  /** Answers so far, and how many of them were errors. */
  readonly served: Readonly<Served>
  readonly close: () => Promise<void>
}

export async function openEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const served: Served = { total: 0, errors: 0 }
  let fault: HttpFault | undefined
  let { identity } = options
  let brokenAt = 0

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (fault === 'hang') return
    if (fault === 'slow') await sleep(options.slowMilliseconds ?? slowMilliseconds, undefined, { ref: false })
    const isFailing = fault === 'error' || (fault === 'flap' && isFirstHalf(brokenAt, options.flapSeconds))
    if (fault === 'bad-json') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page)
      return
    }
    const answer = isFailing ? { status: 500, body: options.errorBody } : await answerSafely(options, request)
    served.total += 1
    if (answer.status >= 400) served.errors += 1
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
    response.end(JSON.stringify(answer.body))
  }

  const listener: RequestListener = (request, response) => void respond(request, response)
  let server = await listen(options, createFor(identity, listener), options.port)
  const { port } = server.address() as AddressInfo

  return {
    url: `${identity ? 'https' : 'http'}://${options.host === '0.0.0.0' ? '127.0.0.1' : options.host}:${port}`,
    served,
    async break(name) {
      fault = httpFaults.find((candidate) => candidate === name)
      brokenAt = performance.now()
      if (fault === 'down') await shut(server)
    },
    async heal() {
      if (!server.listening) server = await listen(options, createFor(identity, listener), port)
      // Requests that hang are answered by no one now.
      if (fault === 'hang') server.closeAllConnections()
      fault = undefined
    },
    present(shown) {
      identity = shown
      if (server instanceof SecureServer) server.setSecureContext(shown)
    },
    close: () => shut(server),
  }
}

function createFor(identity: ServerIdentity | undefined, listener: RequestListener): Server {
  return identity ? createSecureServer({ ...identity }, listener) : createServer(listener)
}

const page =
  '<!doctype html><html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>\n'

function isFirstHalf(since: number, seconds: number): boolean {
  return Math.floor((performance.now() - since) / 1000 / seconds) % 2 === 0
}

async function answerSafely(options: EndpointOptions, request: IncomingMessage): Promise<Answer> {
  try {
    return await options.answer(request, new URL(request.url ?? '/', 'http://localhost'))
  } catch {
    // A request that the double was not made for must not end the whole fleet.
    return { status: 500, body: options.errorBody }
  }
}

async function listen({ name, host }: EndpointOptions, server: Server, port: number): Promise<Server> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new Error(`${name}: could not listen on ${host}:${port}`, { cause: error })
  }
  return server
}

async function shut(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}

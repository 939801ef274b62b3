// What a client of ours may take: time, room and connections. Node's own limits let a slow one stay for minutes.
import type { RequestListener, Server, ServerOptions } from 'node:http'

export interface Limits {
  /** For the head of a request, counted from the connection for the first one; and for a handshake of TLS. */
  readonly headSeconds: number
  /** For a whole request: the bodies that we read are small. */
  readonly requestSeconds: number
  /** Between two requests: longer than scrapes are apart, so that Prometheus keeps its connection. */
  readonly idleSeconds: number
  /** Without a byte taken of an answer that is there: whoever stops reading holds a page and a place. */
  readonly unreadSeconds: number
  readonly headBytes: number
  readonly connections: number
}

export const limits: Limits = Object.freeze({
  headSeconds: 10,
  requestSeconds: 30,
  idleSeconds: 150,
  unreadSeconds: 20,
  headBytes: 16_384,
  connections: 1_000,
})

export function serverOptions(given: Limits): ServerOptions & { readonly handshakeTimeout: number } {
  return {
    headersTimeout: given.headSeconds * 1000,
    requestTimeout: given.requestSeconds * 1000,
    keepAliveTimeout: given.idleSeconds * 1000,
    handshakeTimeout: given.headSeconds * 1000,
    maxHeaderSize: given.headBytes,
    // How late a limit may be noticed.
    connectionsCheckingInterval: Math.min(1_000, given.headSeconds * 250),
  }
}

/** For answers that do not stream: once there, they must be fetched. */
export function cutSlowReaders(answer: RequestListener, { unreadSeconds }: Limits): RequestListener {
  return (request, response) => {
    const writeHead = response.writeHead.bind(response) as (...given: unknown[]) => typeof response
    response.writeHead = (...given: unknown[]) => {
      // A listener is missing on purpose: without one the connection is closed.
      response.setTimeout(unreadSeconds * 1000)
      return writeHead(...given)
    }
    answer(request, response)
  }
}

/** With what a server cannot be told when it is made. */
export function limited(server: Server, { connections }: Limits): Server {
  server.maxConnections = connections
  return server
}

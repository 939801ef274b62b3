// How the driver is told where a server is, and how the TLS connection to it is made.
import { Socket } from 'node:net'
import type { ClientConfig } from 'pg'
import { contextOf } from '../connection/tls-context.ts'
import type { TlsOptions } from '../connection/tls-context.ts'

export interface PostgresAddress {
  readonly url: string
  /** With them TLS is spoken, without them the URL decides. */
  readonly tls?: TlsOptions | undefined
}

/** For one client: files are read now. Throws where one cannot be used. */
export function clientConfig({ url, tls }: PostgresAddress, socket = new Socket()): ClientConfig {
  const stream = (): Socket => socket
  if (!tls) return { connectionString: url, stream }
  const ssl = { secureContext: contextOf(tls), rejectUnauthorized: tls.insecure_skip_verify !== true }
  if (tls.server_name === undefined) return { connectionString: url, stream, ssl }
  // The driver asks TLS for the host of its URL, whatever else it is told: the URL has the name, the socket the host.
  const named = new URL(url)
  const host = named.hostname.replace(/^\[|\]$/g, '')
  named.hostname = tls.server_name
  leadTo(socket, host)
  return { connectionString: named.href, stream, ssl }
}

function leadTo(socket: Socket, host: string): void {
  const connect = socket.connect.bind(socket)
  socket.connect = (port: unknown) => connect(Number(port), host)
}

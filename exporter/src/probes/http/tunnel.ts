// A connection through an HTTP proxy: a tunnel that is asked for with CONNECT.
import { isIP } from 'node:net'
import type { Socket } from 'node:net'
import { dial, secureSocket } from '../connection/dial.ts'
import type { Address, Dialled } from '../connection/dial.ts'
import { Http1Wire } from './exchange.ts'
import type { Course, Fault } from '../outcome.ts'

export interface Proxy {
  readonly address: Address
  readonly headers: Readonly<Record<string, string>>
}

/** Of which family the address is, is the proxy's affair. */
export async function dialThrough(proxy: Proxy, address: Address, course: Course): Promise<Dialled> {
  const dialled = await dial(proxy.address, course)
  if (!dialled.socket) return dialled
  const { socket, connection } = dialled
  const fault = await askForTunnel(socket, { to: address, headers: proxy.headers }, course)
  if (fault) {
    socket.destroy()
    return { socket: undefined, fault, connection }
  }
  const { host, port, tls } = address
  return tls ? secureSocket(socket, { ...tls, host, port }, course) : dialled
}

interface Tunnel {
  readonly to: Address
  readonly headers: Proxy['headers']
}

async function askForTunnel(
  socket: Socket,
  { to, headers }: Tunnel,
  course: Course,
): Promise<Fault | undefined> {
  const authority = `${isIP(to.host) === 6 ? `[${to.host}]` : to.host}:${to.port}`
  const message = {
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, ...headers },
    body: undefined,
  }
  const wire = new Http1Wire(socket)
  const { status, fault } = await wire.exchange({ message, maxBodyBytes: 0 }, course)
  wire.release()
  if (status === 200) return undefined
  const detail =
    status === undefined ? `the proxy gave no answer: ${fault?.detail}` : `the proxy answered ${status}`
  return { failure: fault?.failure === 'timeout' ? 'timeout' : 'connect', detail }
}

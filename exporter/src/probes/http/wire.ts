// Opens a connection that takes requests, in the version of HTTP that was agreed upon.
import { isIP } from 'node:net'
import type { Socket } from 'node:net'
import { dial } from '../connection/dial.ts'
import type { Address, Connection } from '../connection/dial.ts'
import { Http1Wire } from './exchange.ts'
import { maxHeadBytes } from './message.ts'
import type { Wire } from './message.ts'
import { exchangeHttp2 } from './http2.ts'
import { dialThrough } from './tunnel.ts'
import type { Proxy } from './tunnel.ts'
import type { Course, Fault } from '../outcome.ts'

/** Where to connect for a request, and in which version of HTTP. */
export interface Way {
  readonly address: Address
  readonly proxy?: Proxy | undefined
  /** Undefined for what the server prefers: over TLS it may choose, without TLS it is 1.1. */
  readonly httpVersion: HttpVersion | undefined
}

export type HttpVersion = '1.1' | '2'

/** `wire` is undefined exactly when there is a fault. */
interface Opened {
  readonly wire: Wire | undefined
  readonly fault: Fault | undefined
  readonly connection: Connection
}

export async function openWire(way: Way, course: Course): Promise<Opened> {
  const { proxy, address } = way
  const dialled = await (proxy ? dialThrough(proxy, address, course) : dial(address, course))
  const { socket, fault, connection } = dialled
  if (!socket) return { wire: undefined, fault, connection }
  // Over TLS the client may speak what was agreed upon; without, it has to know.
  const isHttp2 = way.address.tls ? connection.agreedProtocol === 'h2' : way.httpVersion === '2'
  if (isHttp2) return { wire: await http2Wire(socket, way.address, course), fault: undefined, connection }
  if (way.httpVersion !== '2') return { wire: new Http1Wire(socket), fault: undefined, connection }
  socket.destroy()
  const refused: Fault = { failure: 'error', detail: 'the server does not speak HTTP/2' }
  return { wire: undefined, fault: refused, connection }
}

async function http2Wire(socket: Socket, { host, port, tls }: Address, course: Course): Promise<Wire> {
  // Loaded when the first server speaks HTTP/2, as most fleets have none; no phase of a probe takes that time.
  course.enter(undefined)
  const { connect } = await import('node:http2')
  const session = connect(`${tls ? 'https' : 'http'}://${isIP(host) === 6 ? `[${host}]` : host}:${port}`, {
    createConnection: () => socket,
    settings: { enablePush: false, maxHeaderListSize: maxHeadBytes },
  })
  // A session that fails while nobody waits for it brings nothing down.
  session.on('error', () => {})
  let timer: NodeJS.Timeout | undefined
  const close = (): void => {
    clearTimeout(timer)
    session.destroy()
    socket.destroy()
  }
  return {
    exchange: (asked, during) => exchangeHttp2(session, asked, during),
    isOpen: () => !session.closed && !session.destroyed && !socket.destroyed,
    close,
    rest(seconds) {
      timer = setTimeout(close, seconds * 1000).unref()
      session.unref()
    },
    wake() {
      clearTimeout(timer)
      session.ref()
    },
  }
}

// Opens a connection and times its phases: dns, connect, tls. All probes that speak over TCP begin here.
import { isIP, connect as connectSocket } from 'node:net'
import type { LookupFunction, Socket } from 'node:net'
import { faultOf } from '../outcome.ts'
import type { Course, Fault } from '../outcome.ts'
import { resolve } from './resolve.ts'
import type { IpFamily } from './resolve.ts'
import { secure } from './tls.ts'
import type { Certificate, Handshake, Secured } from './tls.ts'

export interface Address {
  readonly host: string
  readonly port: number
  readonly ipFamily?: IpFamily | undefined
  /** Undefined for plain TCP. */
  readonly tls?: Pick<Handshake, 'options' | 'protocols' | 'resume'> | undefined
}

export interface Connection {
  readonly remoteAddress: string | undefined
  readonly certificate: Certificate | undefined
  readonly tlsVersion: string | undefined
  readonly cipher: string | undefined
  readonly agreedProtocol: string | undefined
}

/** `socket` is undefined exactly when there is a fault; what was learnt until then is there all the same. */
export interface Dialled {
  readonly socket: Socket | undefined
  readonly fault: Fault | undefined
  readonly connection: Connection
}

const ignore = (): void => {}

export const nothingKnown: Connection = Object.freeze({
  remoteAddress: undefined,
  certificate: undefined,
  tlsVersion: undefined,
  cipher: undefined,
  agreedProtocol: undefined,
})

/** The socket keeps a listener for errors, so that one that nobody waits for brings nothing down. */
export async function dial(address: Address, course: Course): Promise<Dialled> {
  const { tls, host, ipFamily } = address
  const version = isIP(host)
  if (ipFamily !== undefined && version !== 0 && version !== ipFamily) {
    const detail = `${host} is no address of IPv${ipFamily}`
    return { socket: undefined, fault: { failure: 'dns', detail }, connection: nothingKnown }
  }
  const opened = await openSocket(address, course)
  if (!opened.socket || !tls) return opened
  return secureSocket(opened.socket, { ...tls, host, port: address.port }, course)
}

function openSocket({ host, port, ipFamily }: Address, course: Course): Promise<Dialled> {
  const { promise, resolve: settle } = Promise.withResolvers<Dialled>()
  course.enter(isIP(host) === 0 ? 'dns' : 'connect')
  const lookup: LookupFunction = (name, _options, answer) => {
    resolve(name, ipFamily, (error, addresses) => {
      if (!error) course.enter('connect')
      answer(error, [...addresses])
    })
  }
  // With this option the answer is a list, all of one family when one was asked for.
  const socket = connectSocket({ host, port, lookup, noDelay: true, autoSelectFamily: true })
  const fail = (error: unknown): void => {
    socket.destroy()
    settle({ socket: undefined, fault: faultOf(course, error), connection: nothingKnown })
  }
  socket.on('error', fail)
  socket.once('connect', () => {
    socket.on('error', ignore).off('error', fail)
    settle({
      socket,
      fault: undefined,
      connection: { ...nothingKnown, remoteAddress: socket.remoteAddress },
    })
  })
  course.onCut(() => fail(undefined))
  return promise
}

export function secureSocket(raw: Socket, handshake: Handshake, course: Course): Promise<Dialled> {
  const { promise, resolve: settle } = Promise.withResolvers<Dialled>()
  const connection = { ...nothingKnown, remoteAddress: raw.remoteAddress }
  const fail = (error: unknown): void => {
    raw.destroy()
    settle({ socket: undefined, fault: faultOf(course, error), connection })
  }
  course.enter('tls')
  course.onCut(() => fail(undefined))
  try {
    const socket = secure(raw, handshake, ({ distrust, ...secured }) => {
      socket.on('error', ignore).off('error', fail)
      if (distrust === undefined || handshake.options?.insecure_skip_verify) {
        settle({ socket, fault: undefined, connection: { ...connection, ...facts(secured) } })
        return
      }
      socket.destroy()
      const fault: Fault = { failure: 'tls', detail: `the certificate is not trusted: ${distrust}` }
      settle({ socket: undefined, fault, connection: { ...connection, ...facts(secured) } })
    })
    socket.on('error', fail)
    // A peer that closes during the handshake may leave no error behind.
    socket.once('close', () => fail(new Error('the connection was closed during the handshake')))
  } catch (error) {
    // The context could not be made: an unreadable or unusable file.
    fail(error)
  }
  return promise
}

function facts(secured: Omit<Secured, 'distrust'>): Omit<Connection, 'remoteAddress'> {
  const { certificate, tlsVersion, cipher, agreedProtocol } = secured
  return { certificate, tlsVersion, cipher, agreedProtocol }
}

export function addressOf(url: URL): Pick<Address, 'host' | 'port'> {
  const { hostname } = url
  return {
    // A URL writes IPv6 addresses in brackets; sockets want them bare.
    host: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
  }
}

// The TLS side of a connection: the handshake, what it showed, and what of it is remembered.
import { isIP } from 'node:net'
import type { Socket } from 'node:net'
import { connect } from 'node:tls'
import type { SecureContext, TLSSocket } from 'node:tls'
import { lookAt, readCertificate, withholdChain } from './certificate.ts'
import type { Certificate, Shown } from './certificate.ts'
import { contextOf } from './tls-context.ts'
import type { TlsOptions } from './tls-context.ts'

export type { Certificate } from './certificate.ts'
export type { TlsOptions } from './tls-context.ts'

export interface Secured {
  readonly socket: TLSSocket
  readonly certificate: Certificate | undefined
  readonly tlsVersion: string | undefined
  readonly cipher: string | undefined
  /** Of those offered by ALPN the one that the server took. */
  readonly agreedProtocol: string | undefined
  /** Why the certificate is not to be trusted; undefined when it is. */
  readonly distrust: string | undefined
}

export interface Handshake {
  readonly host: string
  readonly port: number
  readonly options: TlsOptions | undefined
  readonly protocols?: readonly string[] | undefined
  /** Resume the last session with this host, while its certificate is fresh in memory. */
  readonly resume?: boolean | undefined
}

interface Remembered {
  readonly session: Buffer
  readonly certificate: Certificate
  readonly seenAt: number
}

interface Memory {
  readonly context: SecureContext
  readonly sessions: Map<string, Remembered>
  readonly shown: Map<string, Shown>
}

const defaults: TlsOptions = Object.freeze({})
const resumingDefaults: TlsOptions = Object.freeze({})
const memories = new WeakMap<TlsOptions, Memory>()
/** A resumed session shows no certificate, so now and then a full handshake must. */
const resumeSeconds = 300

export function secure(raw: Socket, handshake: Handshake, ready: (secured: Secured) => void): TLSSocket {
  const isResuming = handshake.resume === true
  const options = handshake.options ?? (isResuming ? resumingDefaults : defaults)
  const memory = remember(options, isResuming)
  const name = options.server_name ?? handshake.host
  const key = `${name} ${handshake.host}:${handshake.port}`
  const known = isResuming ? freshSession(memory, key) : undefined
  let shown: Shown | undefined
  const look = (): Shown => (shown ??= lookAt(socket, readChain, { name, last: memory.shown.get(key) }))
  const socket = connect({
    socket: raw,
    host: name,
    secureContext: memory.context,
    // Judged after the certificate was read, so that a bad one is still reported.
    rejectUnauthorized: false,
    checkServerIdentity: () => look().mismatch,
    ...(isIP(name) === 0 && { servername: name }),
    ...(handshake.protocols && { ALPNProtocols: [...handshake.protocols] }),
    ...(known && { session: known.session }),
  })
  const readChain = withholdChain(socket)
  socket.once('secureConnect', () => {
    if (known !== undefined && socket.isSessionReused()) {
      ready({ socket, ...readAgreed(socket), certificate: known.certificate, distrust: undefined })
      return
    }
    const certificate = keepShown(memory, key, { seen: look(), verified: socket.authorized })
    if (isResuming && certificate?.verified) keepSession(memory, key, socket, certificate)
    ready({ socket, ...readAgreed(socket), certificate, distrust: readDistrust(socket) })
  })
  return socket
}

/** What the handshake of a socket that others have opened has shown. */
export function readSecured(socket: TLSSocket): Omit<Secured, 'socket'> {
  return {
    ...readAgreed(socket),
    certificate: readCertificate(socket.getPeerCertificate(true), socket.authorized),
    distrust: readDistrust(socket),
  }
}

function readAgreed(socket: TLSSocket): Pick<Secured, 'tlsVersion' | 'cipher' | 'agreedProtocol'> {
  return {
    tlsVersion: socket.getProtocol() ?? undefined,
    cipher: socket.getCipher().standardName,
    agreedProtocol: socket.alpnProtocol || undefined,
  }
}

function readDistrust(socket: TLSSocket): string | undefined {
  return socket.authorized ? undefined : String(socket.authorizationError)
}

/** Kept with the verdict on it, so that a certificate that stays is not made again by each probe. */
function keepShown(
  { shown }: Memory,
  key: string,
  { seen, verified }: { readonly seen: Shown; readonly verified: boolean },
): Certificate | undefined {
  const known = seen.certificate
  const certificate = known && known.verified !== verified ? { ...known, verified } : known
  if (certificate !== known || shown.get(key) !== seen) shown.set(key, { ...seen, certificate })
  return certificate
}

function remember(options: TlsOptions, isResuming: boolean): Memory {
  const context = contextOf(options, isResuming)
  const known = memories.get(options)
  if (known?.context === context) return known
  const made = { context, sessions: new Map<string, Remembered>(), shown: new Map<string, Shown>() }
  memories.set(options, made)
  return made
}

function freshSession(memory: Memory, key: string): Remembered | undefined {
  const known = memory.sessions.get(key)
  if (!known) return undefined
  const expired = Date.now() / 1000 >= known.certificate.chainNotAfter
  if (!expired && performance.now() - known.seenAt < resumeSeconds * 1000) return known
  memory.sessions.delete(key)
  return undefined
}

function keepSession(memory: Memory, key: string, socket: TLSSocket, certificate: Certificate): void {
  const seenAt = performance.now()
  // With TLS 1.3 tickets come after the handshake, and the newest is the one to use.
  socket.on('session', (session) => memory.sessions.set(key, { session, certificate, seenAt }))
}

// The TLS side of a connection: one context per set of options, and what the peer's certificate says.
import { readFileSync, statSync } from 'node:fs'
import { isIP } from 'node:net'
import type { Socket } from 'node:net'
import { checkServerIdentity, connect, createSecureContext } from 'node:tls'
import type { DetailedPeerCertificate, SecureContext, SecureVersion, TLSSocket } from 'node:tls'

/** Keep one object per target: contexts and sessions are remembered by it. Files are read again when they change. */
export interface TlsOptions {
  readonly ca_file?: string | undefined
  readonly cert_file?: string | undefined
  readonly key_file?: string | undefined
  readonly server_name?: string | undefined
  readonly min_version?: SecureVersion | undefined
  readonly insecure_skip_verify?: boolean | undefined
}

export interface Certificate {
  /** Unix seconds, of the server's own certificate. */
  readonly notBefore: number
  readonly notAfter: number
  /** The earliest `notAfter` in its chain: with that certificate the trust in all of them ends. */
  readonly chainNotAfter: number
  readonly verified: boolean
  readonly subject: string
  readonly issuer: string
  readonly alternativeNames: string
  readonly serialNumber: string
  readonly fingerprint256: string
}

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
  readonly versions: string
  readonly sessions: Map<string, Remembered>
}

const defaults: TlsOptions = Object.freeze({})
const memories = new WeakMap<TlsOptions, Memory>()
/** A resumed session shows no certificate, so now and then a full handshake must. */
const resumeSeconds = 300

export function secure(raw: Socket, handshake: Handshake, ready: (secured: Secured) => void): TLSSocket {
  const options = handshake.options ?? defaults
  const memory = remember(options)
  const name = options.server_name ?? handshake.host
  const key = `${name} ${handshake.host}:${handshake.port}`
  const known = handshake.resume ? freshSession(memory, key) : undefined
  let shown: DetailedPeerCertificate | undefined
  const socket = connect({
    socket: raw,
    host: name,
    secureContext: memory.context,
    // Judged after the certificate was read, so that a bad one is still reported.
    rejectUnauthorized: false,
    checkServerIdentity: (host, certificate) => {
      shown = certificate as DetailedPeerCertificate
      return checkServerIdentity(host, certificate)
    },
    ...(isIP(name) === 0 && { servername: name }),
    ...(handshake.protocols && { ALPNProtocols: [...handshake.protocols] }),
    ...(known && { session: known.session }),
  })
  socket.once('secureConnect', () => {
    if (known !== undefined && socket.isSessionReused()) {
      ready({ socket, ...readAgreed(socket), certificate: known.certificate, distrust: undefined })
      return
    }
    const secured = readSecured(socket, shown)
    const { certificate } = secured
    if (handshake.resume && certificate?.verified) keepSession(memory, key, socket, certificate)
    ready({ socket, ...secured })
  })
  return socket
}

/** What the handshake of `socket` has shown; `shown` is the certificate where it was kept. */
export function readSecured(socket: TLSSocket, shown?: DetailedPeerCertificate): Omit<Secured, 'socket'> {
  return {
    ...readAgreed(socket),
    certificate: readCertificate(shown ?? socket.getPeerCertificate(true), socket.authorized),
    distrust: socket.authorized ? undefined : String(socket.authorizationError),
  }
}

function readAgreed(socket: TLSSocket): Pick<Secured, 'tlsVersion' | 'cipher' | 'agreedProtocol'> {
  return {
    tlsVersion: socket.getProtocol() ?? undefined,
    cipher: socket.getCipher().standardName,
    agreedProtocol: socket.alpnProtocol || undefined,
  }
}

/** The same one until a file of the options changes. */
export function contextOf(options: TlsOptions): SecureContext {
  return remember(options).context
}

function remember(options: TlsOptions): Memory {
  const files = [options.ca_file, options.cert_file, options.key_file]
  const versions = files.map((file) => (file === undefined ? '' : statSync(file).mtimeMs)).join(' ')
  const known = memories.get(options)
  if (known?.versions === versions) return known
  const [ca, cert, key] = files.map((file) => (file === undefined ? undefined : readFileSync(file)))
  const context = createSecureContext({
    minVersion: options.min_version ?? 'TLSv1.2',
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
  })
  const made = { context, versions, sessions: new Map<string, Remembered>() }
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

function readCertificate(shown: DetailedPeerCertificate, verified: boolean): Certificate | undefined {
  // A peer without a certificate is shown as an empty object.
  if (!shown.valid_to) return undefined
  return {
    notBefore: unixSeconds(shown.valid_from),
    notAfter: unixSeconds(shown.valid_to),
    chainNotAfter: earliestNotAfter(shown),
    verified,
    subject: distinguishedName(shown.subject),
    issuer: distinguishedName(shown.issuer),
    alternativeNames: shown.subjectaltname ?? '',
    serialNumber: shown.serialNumber,
    fingerprint256: shown.fingerprint256,
  }
}

function earliestNotAfter(leaf: DetailedPeerCertificate): number {
  let earliest = unixSeconds(leaf.valid_to)
  const seen = new Set<string>()
  let next: DetailedPeerCertificate | undefined = leaf
  // A root is its own issuer.
  while (next?.valid_to && !seen.has(next.fingerprint256)) {
    seen.add(next.fingerprint256)
    earliest = Math.min(earliest, unixSeconds(next.valid_to))
    next = next.issuerCertificate
  }
  return earliest
}

/** As RFC 4514 writes it, the last part first. */
function distinguishedName(parts: Readonly<Record<string, string | readonly string[] | undefined>>): string {
  return Object.entries(parts)
    .flatMap(([key, value]) => [value ?? []].flat().map((one) => `${key}=${one}`))
    .toReversed()
    .join()
}

function unixSeconds(text: string): number {
  return Date.parse(text) / 1000
}

// What is said of the certificates that a server shows.
import type { X509Certificate } from 'node:crypto'
import { checkServerIdentity } from 'node:tls'
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls'

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

/** What a server showed in a full handshake. */
export interface Shown {
  /** The fingerprints from its own certificate to the root; undefined where the root was not looked for. */
  readonly chain: string | undefined
  readonly certificate: Certificate | undefined
  /** What is wrong with the name in it. */
  readonly mismatch: Error | undefined
}

/**
 * A chain as objects is a quarter of what a handshake costs, and Node makes them before it calls checkServerIdentity, even
 * of one that needs none. So it is given nothing; what it would have been given is read by the function that comes back.
 */
export function withholdChain(socket: TLSSocket): () => DetailedPeerCertificate {
  const read = socket.getPeerCertificate.bind(socket)
  socket.getPeerCertificate = () => nothing
  return () => read(true)
}

const nothing = Object.freeze({}) as DetailedPeerCertificate

/** To be called once for a handshake: what X.509 objects are made of is taken from the socket. */
export function lookAt(
  socket: TLSSocket,
  readChain: () => DetailedPeerCertificate,
  { name, last }: { readonly name: string; readonly last: Shown | undefined },
): Shown {
  if (last?.chain === undefined) {
    const shown = readChain()
    return {
      ...judgeName(name, shown),
      chain: chainOf(shown)
        .map(({ fingerprint256 }) => fingerprint256)
        .join(' '),
    }
  }
  // Nearly every server shows what it showed last time.
  const sent = socket.getPeerX509Certificate()
  if (sent && last.chain.startsWith(fingerprints(sent))) return last
  return { ...judgeName(name, sent ? asObjects(sent) : nothing), chain: undefined }
}

function judgeName(name: string, shown: DetailedPeerCertificate): Pick<Shown, 'certificate' | 'mismatch'> {
  return { certificate: readCertificate(shown, false), mismatch: checkServerIdentity(name, shown) }
}

function fingerprints(certificate: X509Certificate): string {
  const { fingerprint256, issuerCertificate } = certificate
  return issuerCertificate ? `${fingerprint256} ${fingerprints(issuerCertificate)}` : fingerprint256
}

function asObjects(certificate: X509Certificate): DetailedPeerCertificate {
  const { issuerCertificate } = certificate
  const issuer = issuerCertificate ? asObjects(issuerCertificate) : nothing
  return { ...certificate.toLegacyObject(), issuerCertificate: issuer }
}

export function readCertificate(shown: DetailedPeerCertificate, verified: boolean): Certificate | undefined {
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
  return Math.min(...chainOf(leaf).map(({ valid_to }) => unixSeconds(valid_to)))
}

function chainOf(leaf: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = []
  // A root is its own issuer.
  for (let next = leaf; next?.valid_to && !chain.includes(next); next = next.issuerCertificate)
    chain.push(next)
  return chain
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

// What blackbox_exporter says of the connection of any probe: the address, and the TLS of it.
import { isIPv6 } from 'node:net'
import { family, gauge, noLabels } from '../metrics/metric.ts'
import type { Family } from '../metrics/metric.ts'
import type { Connection } from '../probes/connection/dial.ts'

const protocol = gauge('probe_ip_protocol', 'The version of IP that was used, 4 or 6.')
const addressHash = gauge('probe_ip_addr_hash', 'A hash of the address, to see when it changes.')

export function addressFamilies({ remoteAddress }: Connection): Family[] {
  if (remoteAddress === undefined) return []
  return [
    family(protocol, [[noLabels, isIPv6(remoteAddress) ? 6 : 4]]),
    family(addressHash, [[noLabels, hashOf(remoteAddress)]]),
  ]
}

/** FNV-1, 32 bits, as there; over the text, since only a change of it says something. */
function hashOf(text: string): number {
  let hash = 2_166_136_261
  for (const byte of Buffer.from(text)) hash = (Math.imul(hash, 16_777_619) ^ byte) >>> 0
  return hash
}

const earliest = gauge(
  'probe_ssl_earliest_cert_expiry',
  'When the first of the certificates that were presented ends.',
)
const lastChain = gauge(
  'probe_ssl_last_chain_expiry_timestamp_seconds',
  'When the verified chain of certificates ends.',
)
const chainInfo = gauge('probe_ssl_last_chain_info', 'What the certificate of the server says; always 1.', [
  'fingerprint_sha256',
  'subject',
  'issuer',
  'subjectalternative',
  'serialnumber',
])
const tlsVersion = gauge('probe_tls_version_info', 'The version of TLS; always 1.', ['version'])
const tlsCipher = gauge('probe_tls_cipher_info', 'The cipher of the TLS connection; always 1.', ['cipher'])

const versions: Readonly<Record<string, string>> = { TLSv1: 'TLS 1.0' }

export function tlsFamilies({ certificate, tlsVersion: version, cipher }: Connection): Family[] {
  if (!certificate) return []
  const info = {
    fingerprint_sha256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    issuer: certificate.issuer,
    serialnumber: certificate.serialNumber.toLowerCase(),
    subject: certificate.subject,
    subjectalternative: dnsNames(certificate.alternativeNames),
  }
  const named = version === undefined ? undefined : (versions[version] ?? version.replace('TLSv', 'TLS '))
  return [
    family(earliest, [[noLabels, certificate.chainNotAfter]]),
    family(lastChain, [[noLabels, certificate.verified ? certificate.chainNotAfter : undefined]]),
    family(chainInfo, [[info, 1]]),
    family(tlsVersion, named === undefined ? [] : [[{ version: named }, 1]]),
    family(tlsCipher, cipher === undefined ? [] : [[{ cipher }, 1]]),
  ]
}

/** Of `DNS:a.example, IP Address:10.0.0.1` the names. */
function dnsNames(alternativeNames: string): string {
  const names = alternativeNames.split(', ').filter((name) => name.startsWith('DNS:'))
  return names.map((name) => name.slice('DNS:'.length)).join()
}

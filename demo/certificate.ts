// Makes X.509 certificates for demo and tests: valid, expired, for another name. Node can read them but not make them.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

export interface Identity {
  readonly cert: string
  readonly key: string
  readonly privateKey: KeyObject
  readonly name: string
}

export interface IdentityOptions {
  readonly name: string
  /** Signs itself when there is no issuer. */
  readonly issuer?: Identity
  readonly hosts?: readonly string[]
  readonly isAuthority?: boolean
  readonly notBefore?: Date
  readonly notAfter?: Date
  readonly keyType?: 'ec' | 'rsa'
}

const day = 86_400_000

export function createIdentity({ name, issuer, keyType = 'ec', ...options }: IdentityOptions): Identity {
  const pair =
    keyType === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 })
  const signer = issuer?.privateKey ?? pair.privateKey
  const algorithm =
    signer.asymmetricKeyType === 'rsa'
      ? sequence(oid('2a864886f70d01010b'), node(0x05))
      : sequence(oid('2a8648ce3d040302'))
  const { notBefore = new Date(Date.now() - day), notAfter = new Date(Date.now() + 30 * day) } = options
  const signed = sequence(
    node(0xa0, node(0x02, Buffer.from([2]))),
    node(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    distinguishedName(issuer?.name ?? name),
    sequence(time(notBefore), time(notAfter)),
    distinguishedName(name),
    pair.publicKey.export({ type: 'spki', format: 'der' }),
    node(0xa3, sequence(...extensions(options))),
  )
  const signature = node(0x03, Buffer.from([0]), sign('sha256', signed, signer))
  const der = sequence(signed, algorithm, signature)
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replaceAll(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`,
    key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    privateKey: pair.privateKey,
    name,
  }
}

function extensions({
  hosts = [],
  isAuthority = false,
}: Pick<IdentityOptions, 'hosts' | 'isAuthority'>): Buffer[] {
  const isTrue = node(0x01, Buffer.from([0xff]))
  const constraints = isAuthority ? sequence(isTrue) : sequence()
  const found = [sequence(oid('551d13'), isTrue, node(0x04, constraints))]
  if (hosts.length > 0)
    found.push(sequence(oid('551d11'), node(0x04, sequence(...hosts.map(alternativeName)))))
  return found
}

function alternativeName(host: string): Buffer {
  const isAddress = /^[\d.]+$/.test(host)
  return isAddress ? node(0x87, Buffer.from(host.split('.').map(Number))) : node(0x82, Buffer.from(host))
}

function distinguishedName(name: string): Buffer {
  return sequence(node(0x31, sequence(oid('550403'), node(0x0c, Buffer.from(name)))))
}

function time(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  return node(0x18, Buffer.from(digits))
}

function oid(hex: string): Buffer {
  return node(0x06, Buffer.from(hex, 'hex'))
}

function sequence(...parts: Buffer[]): Buffer {
  return node(0x30, ...parts)
}

function node(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const size = content.length
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

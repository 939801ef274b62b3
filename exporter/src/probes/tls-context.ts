// How TLS is to be spoken, and what OpenSSL makes of it: one context for all that is configured alike.
import { readFileSync, statSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { SecureContext, SecureVersion } from 'node:tls'

/** Keep one object per target: sessions are remembered by it. Files are read again when they change. */
export interface TlsOptions {
  readonly ca_file?: string | undefined
  readonly cert_file?: string | undefined
  readonly key_file?: string | undefined
  readonly server_name?: string | undefined
  readonly min_version?: SecureVersion | undefined
  readonly insecure_skip_verify?: boolean | undefined
}

interface Made {
  readonly versions: string
  readonly context: SecureContext
}

const contexts = new Map<string, Made>()

/** The same object until one of its files changes. */
export function contextOf({ ca_file, cert_file, key_file, min_version }: TlsOptions): SecureContext {
  const files = [ca_file, cert_file, key_file]
  const key = [...files, min_version].join('\u0000')
  const versions = files.map((file) => (file === undefined ? '' : statSync(file).mtimeMs)).join(' ')
  const known = contexts.get(key)
  if (known?.versions === versions) return known.context
  const [ca, cert, privateKey] = files.map((file) => (file === undefined ? undefined : readFileSync(file)))
  const context = createSecureContext({
    minVersion: min_version ?? 'TLSv1.2',
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(privateKey && { key: privateKey }),
  })
  contexts.set(key, { versions, context })
  return context
}

// Where a server is, and how TLS is spoken to it: the same words as in watchpost.yml.
import { secret } from '../../../exporter/src/schema/secret.ts'
import type { Secret } from '../../../exporter/src/schema/secret.ts'
import { tls } from '../../../exporter/src/schema/tls.ts'
import type { TlsOptions } from '../../../exporter/src/probes/connection/tls-context.ts'

export interface ServerAddress {
  readonly url: Secret
  readonly tls?: TlsOptions | undefined
}

export function isServerAddress(target: object): target is ServerAddress {
  return 'tls' in target && 'url' in target
}

export const serverTls = tls
  .optional()
  .describe('Speak TLS, made and judged so; without it the URL decides, by sslmode or rediss.')

/** The URL of a server, which may have a password in it: it is never shown, not even where it is wrong. */
export function secretUrl(protocol: RegExp, example: string) {
  return secret.refine((given) => isUrl(given.reveal(), protocol), {
    error: `expected a URL such as ${example}`,
    params: { secret: true },
  })
}

function isUrl(text: string, protocol: RegExp): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return protocol.test(url.protocol) && url.hostname !== ''
}

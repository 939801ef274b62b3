import { secret } from '../../../exporter/src/schema/secret.ts'

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

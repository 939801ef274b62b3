// What can be said of a target in a text, and asked of it in a command.
import { isIP } from 'node:net'
import type { TargetReading } from '../collectors/target.ts'
import type { Facts } from './text.ts'

const defaultPorts: Readonly<Record<string, string>> = {
  'http:': '80',
  'https:': '443',
  'postgres:': '5432',
  'postgresql:': '5432',
  'redis:': '6379',
  'rediss:': '6379',
}

export function factsOf({ target, info, detail, reason }: TargetReading): Facts {
  const named = { target, detail: detail ?? reason }
  const address = info['url'] ?? ''
  return URL.canParse(address) ? { ...named, ...factsOfUrl(new URL(address), address) } : named
}

function factsOfUrl(url: URL, address: string): Facts {
  const host = hostOf(url)
  const port = url.port || defaultPorts[url.protocol]
  // Within Compose a name without dots is the name of a service.
  const isAlias = isIP(host) === 0 && !host.includes('.') && host !== 'localhost'
  return {
    host,
    port,
    address: port === undefined ? host : `${host}:${port}`,
    ...(url.protocol.startsWith('http') && { url: address }),
    ...(isLocal(host) && { localPort: port }),
    ...(isAlias && { composeService: host }),
    ...(url.protocol.startsWith('postgres') && {
      postgresHost: host,
      postgresPort: port,
      database: url.pathname.slice(1),
    }),
  }
}

/** A question to a name server is about the name that it is asked for. */
function hostOf({ protocol, hostname, pathname }: URL): string {
  return protocol === 'dns:' ? pathname.slice(1) : hostname.replaceAll(/^\[|\]$/g, '')
}

export function isLocal(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

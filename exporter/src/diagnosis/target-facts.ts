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
  if (!URL.canParse(address)) return named
  const url = new URL(address)
  // A question to a name server is about the name that it is asked for.
  const host = url.protocol === 'dns:' ? url.pathname.slice(1) : url.hostname.replaceAll(/^\[|\]$/g, '')
  const port = url.port || defaultPorts[url.protocol]
  return {
    ...named,
    host,
    port,
    address: port === undefined ? host : `${host}:${port}`,
    ...(url.protocol.startsWith('http') && { url: address }),
    ...(isLocal(host) && { localPort: port }),
    // Within Compose a name without dots is the name of a service.
    ...(isIP(host) === 0 && !host.includes('.') && host !== 'localhost' && { composeService: host }),
    ...(url.protocol.startsWith('postgres') && {
      postgresHost: host,
      postgresPort: port,
      database: url.pathname.slice(1),
    }),
  }
}

export function isLocal(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

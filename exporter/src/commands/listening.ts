// Where a command listens, and how it stops doing so.
import type { Server } from 'node:http'

export interface Address {
  readonly host: string | undefined
  readonly port: number
}

export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (!match || port > 65_535) return undefined
  return { host: match[1] ?? (match[2] === '' ? undefined : match[2]), port }
}

export function badAddress(text: string | undefined): string {
  return `--web.listen-address expects HOST:PORT, got ${JSON.stringify(text)}`
}

export async function listen(server: Server, { host, port }: Address): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  server.once('error', (error: NodeJS.ErrnoException) => {
    const reason = error.code === 'EADDRINUSE' ? 'the port is in use' : error.message
    resolve(
      `cannot listen on ${host ?? ''}:${port}: ${reason}; choose another address with --web.listen-address`,
    )
  })
  server.listen({ port, ...(host === undefined ? {} : { host }) }, () => resolve(undefined))
  return promise
}

export function shownAddress(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') return String(address)
  return `${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`
}

export async function stopped(stop: AbortSignal): Promise<void> {
  if (stop.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  stop.addEventListener('abort', () => resolve(), { once: true })
  await promise
}

/** Requests under way are finished; connections that merely wait are closed. */
export async function closeServer(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  server.close(() => resolve())
  // A connection whose request has just been answered would otherwise be kept open for the next one.
  const idle = setInterval(() => server.closeIdleConnections(), 50)
  const force = setTimeout(() => server.closeAllConnections(), 10_000)
  await promise
  clearInterval(idle)
  clearTimeout(force)
}

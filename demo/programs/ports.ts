// Ports on loopback.
import { createServer } from 'node:net'

/** Whether nobody listens there. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const { promise, resolve } = Promise.withResolvers<boolean>()
  server.once('error', () => resolve(false))
  server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  return promise
}

// Below the ports that kernels give to outgoing connections: one of those could take it before the program does.
let range = { first: 12_000, count: 20_000 }

const given = new Set<number>()

/** For one of several processes that choose at the same time: each from ports of its own. */
export function keepToShare({ index, of }: { readonly index: number; readonly of: number }): void {
  const count = Math.floor(range.count / of)
  range = { first: range.first + index * count, count }
}

/** For a program that must be told its port; never the same one twice. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = range.first + Math.floor(Math.random() * range.count)
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    return port
  }
}

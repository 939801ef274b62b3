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

const given = new Set<number>()

/** For a program that must be told its port; never the same one twice. */
export async function freePort(): Promise<number> {
  for (;;) {
    // Below the ports that kernels give to outgoing connections: one of those could take it before the program does.
    const port = 12_000 + Math.floor(Math.random() * 20_000)
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    return port
  }
}

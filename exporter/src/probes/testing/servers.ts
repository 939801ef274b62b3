// Real servers on loopback for tests, each closed with everything it holds when the test ends.
import { createServer as createHttpServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { onTestFinished } from 'vitest'

/** Answers HTTP; the origin of it. */
export async function serveHttp(answer: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(createHttpServer({ keepAlive: true }, answer))}`
}

/** Answers HTTPS on 127.0.0.1; its port. */
export function serveHttps(options: TlsOptions, answer: RequestListener): Promise<number> {
  return listen(createHttpsServer(options, answer))
}

/** Hands each connection to `use`; its port. */
export function serveTcp(use: (socket: Socket) => void): Promise<number> {
  return listen(createServer(use))
}

/** Says `text` to whoever asks anything, then `next`; the origin of it. */
export async function serveText(text: string, next: (socket: Socket) => void = end): Promise<string> {
  const port = await serveTcp((socket) => {
    socket.once('data', () => {
      socket.write(text, 'latin1', () => next(socket))
    })
  })
  return `http://127.0.0.1:${port}`
}

function end(socket: Socket): void {
  socket.end()
}

/** Opens any free port for the length of the test; the port. */
export async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

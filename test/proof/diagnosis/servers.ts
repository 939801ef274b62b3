// Servers that are wrong in one way each, and one that is well.
import { createServer as createHttpServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'

export interface Servers {
  /** Each gives the port. */
  readonly http: (answer: RequestListener) => Promise<number>
  readonly https: (options: TlsOptions, answer: RequestListener) => Promise<number>
  /** Says the text to whoever asks anything, then ends or breaks the connection. */
  readonly text: (text: string, end?: 'end' | 'reset') => Promise<number>
  /** Accepts, and never says a word. */
  readonly silent: () => Promise<number>
  readonly close: () => void
}

export function openServers(): Servers {
  const closers: (() => void)[] = []

  async function listen(server: Server): Promise<number> {
    const sockets = new Set<Socket>()
    server.on('connection', (socket: Socket) => {
      sockets.add(socket)
      // A peer that gives up is what some of these are about.
      socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    })
    server.on('tlsClientError', () => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closers.push(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    return (server.address() as AddressInfo).port
  }

  return {
    http: (answer) => listen(createHttpServer(answer)),
    https: (options, answer) => listen(createHttpsServer(options, answer)),
    text: (text, end = 'end') =>
      listen(
        createServer((socket) => {
          socket.once('data', () => {
            socket.write(text, () => (end === 'end' ? socket.end() : socket.resetAndDestroy()))
          })
        }),
      ),
    silent: () => listen(createServer(() => {})),
    close: () => {
      for (const close of closers) close()
    },
  }
}

export const answer =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)

export const healthy: RequestListener = answer(200, '{"status":"healthy","uptime":60}')

// HTTP/2 servers on loopback for tests: well-behaved ones, and ones that say any frames they like.
import { createSecureServer, createServer } from 'node:http2'
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { listen, serveTcp } from './servers.ts'

type Use = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void

/** HTTP/2 without TLS; the origin of it. */
export async function serveHttp2(use: Use): Promise<string> {
  return `http://127.0.0.1:${await listen(createServer().on('stream', quietly(use)))}`
}

/** HTTP/2 over TLS, HTTP/1.1 for those who do not offer better; its port. */
export function serveHttp2Tls(options: TlsOptions, use: Use): Promise<number> {
  const server = createSecureServer({ ...options, allowHTTP1: true })
  server.on('stream', quietly(use))
  server.on('request', (request, response) => {
    if (request.httpVersionMajor === 1) response.end('HTTP/1.1')
  })
  return listen(server)
}

function quietly(use: Use): Use {
  return (stream, headers) => {
    stream.on('error', () => {})
    use(stream, headers)
  }
}

const frameTypes = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  continuation: 9,
} as const

export function frame(type: keyof typeof frameTypes, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(frameTypes[type], 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

export const settings = frame('settings', 0, 0, Buffer.alloc(0))
/** `:status: 200`, from the static table of HPACK. */
export const status200 = Buffer.from([0x88])

/** Says its settings, and `next` once something was asked; the origin of it. */
export async function serveFrames(next: (socket: Socket) => void, greeting = settings): Promise<string> {
  const port = await serveTcp((socket) => {
    socket.write(greeting)
    // The first packet is the preface with the request, or the request comes soon after.
    let seen = Buffer.alloc(0)
    const read = (bytes: Buffer): void => {
      seen = Buffer.concat([seen, bytes])
      if (!asks(seen)) return
      socket.off('data', read).resume()
      next(socket)
    }
    socket.on('data', read)
  })
  return `http://127.0.0.1:${port}`
}

const prefaceLength = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'.length

function asks(bytes: Buffer): boolean {
  for (let at = prefaceLength; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    if (bytes[at + 3] === frameTypes.headers) return true
  }
  return false
}

export function uint32(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 4)
  for (const [index, number] of numbers.entries()) bytes.writeUInt32BE(number, index * 4)
  return bytes
}

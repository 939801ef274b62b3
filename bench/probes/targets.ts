// A process of its own that plays 1,000 targets on ports of their own, in plain HTTP or TLS, and tells its parent where.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { createSecureServer as createHttp2Server } from 'node:http2'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'

const [count = '0', delay = '0', hung = '0', http2 = '0', cert, key] = process.argv.slice(2)
const delayMilliseconds = Number(delay)
const body = JSON.stringify({
  status: 'healthy',
  uptime: 86_400,
  memory_usage: 41.5,
  cpu_usage: 12.25,
  request_count: 123_456,
  error_count: 12,
  dependencies: [],
  timestamp: '2026-01-01T00:00:00Z',
})

const answer: RequestListener = (_, response) => {
  response.setHeader('content-type', 'application/json')
  if (delayMilliseconds === 0) response.end(body)
  else setTimeout(() => response.end(body), delayMilliseconds)
}
const hang: RequestListener = () => {}

function create(options: { keepAliveTimeout: number }, listener: RequestListener): Server {
  if (cert === undefined || key === undefined) return createServer(options, listener)
  const identity = { cert: readFileSync(cert), key: readFileSync(key) }
  if (http2 === '0') return createSecureServer({ ...options, ...identity }, listener)
  // It gives the listener requests and answers that are used alike.
  return createHttp2Server({ allowHTTP1: true, ...identity }, listener as never)
}

function serve(listener: RequestListener): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  // Longer than the pause between two rounds, so that kept connections are kept.
  const options = { keepAliveTimeout: 300_000 }
  const server = create(options, listener)
  server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  return promise
}

const ports: number[] = []
for (let index = 0; index < Number(count); index += 1) {
  ports.push(await serve(index < Number(hung) ? hang : answer))
}
process.send?.(ports)
process.once('disconnect', () => process.exit())

// A process of its own that plays 1,000 targets on ports of their own, in plain HTTP or TLS, and tells its parent where.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'

const [count = '0', delay = '0', hung = '0', cert, key] = process.argv.slice(2)
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

function serve(listener: RequestListener): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  // Longer than the pause between two rounds, so that kept connections are kept.
  const options = { keepAliveTimeout: 300_000 }
  const server =
    cert === undefined || key === undefined
      ? createServer(options, listener)
      : createSecureServer({ ...options, cert: readFileSync(cert), key: readFileSync(key) }, listener)
  server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  return promise
}

const ports: number[] = []
for (let index = 0; index < Number(count); index += 1) {
  ports.push(await serve(index < Number(hung) ? hang : answer))
}
process.send?.(ports)
process.once('disconnect', () => process.exit())

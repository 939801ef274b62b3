// A peer that is not there at all: no answer to the first packet, and none that says so.
import { expect, test } from 'vitest'
import { probeGrpc } from '../grpc.ts'
import { probeHttp } from './http.ts'
import type { Outcome } from '../outcome.ts'
import { probePostgres } from '../postgres/session.ts'
import { probeRedis } from '../redis.ts'
import { probeTcp } from '../tcp.ts'
import { dropSyns } from '../testing/full-queue.ts'
import { serveHttp } from '../testing/servers.ts'

const seconds = 0.3
const host = '127.0.0.1'
type Probe = (port: number, signal: AbortSignal) => Promise<Outcome>

const probes: Readonly<Record<string, Probe>> = {
  http: (port, signal) => probeHttp({ url: `http://${host}:${port}`, timeoutSeconds: seconds }, signal),
  https: (port, signal) => probeHttp({ url: `https://${host}:${port}`, timeoutSeconds: seconds }, signal),
  tcp: (port, signal) => probeTcp({ host, port, timeoutSeconds: seconds, steps: [] }, signal),
  grpc: (port, signal) => probeGrpc({ host, port, timeoutSeconds: seconds }, signal),
  redis: (port, signal) => probeRedis(`redis://${host}:${port}`, signal),
  postgres: (port, signal) =>
    probePostgres(
      { url: `postgres://me@${host}:${port}/db`, signal, timeoutSeconds: seconds },
      async () => {},
    ),
}

test('a connection attempt that is never answered is a timeout in the connect phase, at the deadline', async () => {
  const port = await dropSyns()
  const healthy = await serveHttp((_, response) => response.end('ok'))
  const found = await Promise.all(
    Object.entries(probes).map(async ([kind, probe]) => {
      const outcome = await probe(port, AbortSignal.timeout(seconds * 1000))
      return { kind, ...outcome }
    }),
  )
  const other = await probeHttp({ url: healthy, timeoutSeconds: 5 }, AbortSignal.timeout(5_000))
  for (const { kind, failure, detail, durationSeconds, phases } of found) {
    expect([kind, failure, detail]).toEqual([kind, 'timeout', 'time was up in the connect phase'])
    expect(durationSeconds).toBeGreaterThan(seconds / 2)
    expect(durationSeconds).toBeLessThan(seconds + 2)
    expect(phases.connect).toBeGreaterThan(seconds / 2)
  }
  expect(other).toMatchObject({ failure: undefined, status: 200 })
})

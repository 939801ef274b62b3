import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { probeHttp } from './http.ts'
import type { HttpOutcome, HttpRequest } from './http.ts'
import { serveHttp } from '../testing/servers.ts'

const never = new AbortController().signal

function probe(url: string, more: Partial<HttpRequest> = {}): Promise<HttpOutcome> {
  return probeHttp({ url, timeoutSeconds: 5, ...more }, never)
}

/** Containers are often without IPv6, even on their own loopback. */
const hasIpv6 = Object.values(networkInterfaces()).some((found) =>
  found?.some(({ address }) => address === '::1'),
)

/** A server of one version of IP alone; its port. */
async function serveOn(host: string): Promise<number> {
  const server = createServer((_request, response) => response.end('ok'))
  await once(server.listen({ port: 0, host, ipv6Only: true }), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

test.runIf(hasIpv6)('an address of IPv6 is asked as it is, and shown as what it is', async () => {
  const port = await serveOn('::1')
  expect(await probe(`http://[::1]:${port}/`)).toMatchObject({
    failure: undefined,
    bodyText: 'ok',
    remoteAddress: '::1',
  })
  expect(await probe(`http://[::1]:${port}/`, { ipFamily: 6 })).toMatchObject({ bodyText: 'ok' })
})

test('an address of the other version than was asked for is not asked', async () => {
  expect(await probe('http://[::1]:1/', { ipFamily: 4 })).toMatchObject({
    failure: 'dns',
    detail: '::1 is no address of IPv4',
  })
  const origin = await serveHttp((_request, response) => response.end('ok'))
  expect(await probe(origin, { ipFamily: 6 })).toMatchObject({ failure: 'dns', status: undefined })
})

test('a name whose server answers one version of IP alone is reached, whichever comes first', async () => {
  const { port } = new URL(await serveHttp((_request, response) => response.end('four')))
  expect(await probe(`http://localhost:${port}/`)).toMatchObject({
    bodyText: 'four',
    remoteAddress: '127.0.0.1',
  })
  expect(await probe(`http://localhost:${port}/`, { ipFamily: 4 })).toMatchObject({ bodyText: 'four' })
})

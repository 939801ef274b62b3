import { once } from 'node:events'
import { createServer } from 'node:http'
import { getDefaultAutoSelectFamilyAttemptTimeout } from 'node:net'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { expect, onTestFinished, test, vi } from 'vitest'
import type * as Resolver from '../connection/resolve.ts'
import { probeHttp } from './http.ts'
import type { HttpOutcome, HttpRequest } from './http.ts'
import { dropSyns } from '../testing/full-queue.ts'
import { serveHttp } from '../testing/servers.ts'

const never = new AbortController().signal

// No name of a test machine has addresses of both versions, so of these two the resolver's answer is given; all that
// comes after it is real.
const four = { address: '127.0.0.1', family: 4 }
const six = { address: '::1', family: 6 }
const bothVersions: Readonly<Record<string, readonly (typeof four)[]>> = {
  'six-first.test': [six, four],
  'four-first.test': [four, six],
}
vi.mock(import('../connection/resolve.ts'), async (original) => {
  const real = await original()
  const resolve: typeof Resolver.resolve = (host, family, answer) => {
    const known = bothVersions[host]
    if (known) answer(null, known)
    else real.resolve(host, family, answer)
  }
  return { ...real, resolve }
})
const stepSeconds = getDefaultAutoSelectFamilyAttemptTimeout() / 1000

function probe(url: string, more: Partial<HttpRequest> = {}): Promise<HttpOutcome> {
  return probeHttp({ url, timeoutSeconds: 5, ...more }, never)
}

/** Containers are often without IPv6, even on their own loopback. */
const hasIpv6 = Object.values(networkInterfaces()).some((found) =>
  found?.some(({ address }) => address === '::1'),
)

/** A server of one version of IP alone; its port. */
async function serveOn(host: string, port = 0): Promise<number> {
  const server = createServer((_request, response) => response.end('ok'))
  await once(server.listen({ port, host, ipv6Only: true }), 'listening')
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

test('a dead address of IPv6 beside a good one of IPv4 costs nothing, whichever comes first', async () => {
  const port = await serveOn('127.0.0.1')
  for (const name in bothVersions) {
    expect(await probe(`http://${name}:${port}/`)).toMatchObject({
      bodyText: 'ok',
      remoteAddress: '127.0.0.1',
    })
  }
})

test.runIf(hasIpv6)('a dead address of IPv4 beside a good one of IPv6 costs nothing either', async () => {
  const port = await serveOn('::1')
  for (const name in bothVersions) {
    expect(await probe(`http://${name}:${port}/`)).toMatchObject({ bodyText: 'ok', remoteAddress: '::1' })
  }
})

test.runIf(hasIpv6)(
  'an address that never answers costs one step, then the other version is asked',
  async () => {
    const port = await dropSyns()
    await serveOn('::1', port)
    const { bodyText, remoteAddress, phases } = await probe(`http://four-first.test:${port}/`)
    expect({ bodyText, remoteAddress }).toEqual({ bodyText: 'ok', remoteAddress: '::1' })
    expect(phases.connect).toBeGreaterThan(stepSeconds * 0.9)
    // Far from the five seconds of the deadline, also on a machine with much else to do.
    expect(phases.connect).toBeLessThan(stepSeconds + 3)
  },
)

test('where both versions lead nowhere, the probe says so', async () => {
  const nobody = 1
  expect(await probe(`http://six-first.test:${nobody}/`)).toMatchObject({ failure: 'connect' })
})

// Echoes by the real ping: Debian's where none is installed.
import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { beforeAll, describe, expect, test } from 'vitest'
import { requireProgram } from '../../demo/programs/find.ts'
import { probeIcmp } from '../../exporter/src/probes/icmp.ts'
import type { IcmpOutcome, IcmpRequest } from '../../exporter/src/probes/icmp.ts'

const never = new AbortController().signal
const hasIpv6 = Object.values(networkInterfaces()).some((found) =>
  found?.some(({ address }) => address === '::1'),
)

/** One that is unpacked and not installed has no capability: it is for root, or for groups that the system admits. */
function mayPing(): boolean {
  const [first = 1, last = 0] = readFileSync('/proc/sys/net/ipv4/ping_group_range', 'utf8')
    .split(/\s+/)
    .map(Number)
  const group = process.getgid?.() ?? -1
  return process.getuid?.() === 0 || (first <= group && group <= last)
}

describe.runIf(mayPing())('the real ping', () => {
  let program: string
  beforeAll(async () => {
    program = (await requireProgram('ping', { log: () => {} })).path
  })

  function probe(host: string, more: Partial<IcmpRequest> = {}): Promise<IcmpOutcome> {
    return probeIcmp({ host, program, timeoutSeconds: 5, ...more }, never)
  }

  test('hears an echo of an address, with its round trip and time to live', async () => {
    const outcome = await probe('127.0.0.1')
    expect(outcome).toMatchObject({ failure: undefined, remoteAddress: '127.0.0.1', timeToLive: 64 })
    expect(outcome.roundTripSeconds).toBeGreaterThan(0)
    expect(outcome.roundTripSeconds).toBeLessThan(outcome.durationSeconds)
    expect(Object.keys(outcome.phases)).toEqual(['processing'])
  })

  test.runIf(hasIpv6)('hears one over IPv6', async () => {
    expect(await probe('::1', { ipFamily: 6 })).toMatchObject({ failure: undefined, remoteAddress: '::1' })
  })

  test('is given the address of a name, of the family that was asked for', async () => {
    const outcome = await probe('localhost', { ipFamily: 4 })
    expect(outcome).toMatchObject({ failure: undefined, remoteAddress: '127.0.0.1' })
    expect(Object.keys(outcome.phases)).toEqual(['dns', 'processing'])
  })

  test('does not reach an address that it may not ask', async () => {
    const outcome = await probe('255.255.255.255')
    expect(outcome).toMatchObject({ failure: expect.stringMatching(/^(?:connect|error)$/) as string })
    expect(outcome).toMatchObject({ roundTripSeconds: undefined, timeToLive: undefined })
  })
})

// What the real ping cannot be made to do on this machine; test/probes/ping.test.ts has the rest.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { probeIcmp } from './icmp.ts'
import type { IcmpOutcome } from './icmp.ts'

const never = new AbortController().signal
/** A program in place of ping. */
function probe(script: string, host = '192.0.2.1'): Promise<IcmpOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-ping-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const program = join(folder, 'ping')
  writeFileSync(program, `#!/bin/sh\n${script}\n`)
  chmodSync(program, 0o755)
  return probeIcmp({ host, program, timeoutSeconds: 0.5 }, never)
}

test('the output of busybox is read as well', async () => {
  const outcome = await probe("echo '64 bytes from 192.0.2.1: seq=0 ttl=64 time=0.045 ms'")
  expect(outcome.roundTripSeconds).toBeCloseTo(0.000_045)
})

test.for<[string, string]>([
  ["echo '1 packets transmitted, 0 received'; exit 1", 'connect'],
  ["echo 'From 192.0.2.9 icmp_seq=1 Destination Host Unreachable'; exit 1", 'connect'],
  ["echo 'ping: socket: Operation not permitted' >&2; exit 2", 'error'],
  ['exec sleep 10', 'timeout'],
])('%o is a failure of its kind', async ([script, failure]) => {
  expect(await probe(script)).toMatchObject({ failure, roundTripSeconds: undefined })
})

test('a name that leads nowhere is a dns failure, and never an option of ping', async () => {
  for (const host of ['nowhere.invalid', '-f']) {
    expect(await probe('echo time=1 ms', host)).toMatchObject({ failure: 'dns', remoteAddress: undefined })
  }
})

test('an address of the other family than was asked for is not asked', async () => {
  const outcome = await probeIcmp({ host: '127.0.0.1', ipFamily: 6, program: '/nowhere/ping' }, never)
  expect(outcome).toMatchObject({ failure: 'dns', detail: '127.0.0.1 is no address of IPv6' })
})

test('without ping it is said that there is none', async () => {
  const outcome = await probeIcmp({ host: '192.0.2.1', program: '/nowhere/ping' }, never)
  expect(outcome).toMatchObject({ failure: 'error', detail: 'ping is not installed' })
})

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { probeIcmp } from './icmp.ts'
import type { IcmpOutcome } from './icmp.ts'

const never = new AbortController().signal

/** A program that plays ping: what machines without one, or without the right to use it, cannot show. */
function probe(script: string, host = '192.0.2.1'): Promise<IcmpOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-ping-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const program = join(folder, 'ping')
  writeFileSync(program, `#!/bin/sh\n${script}\n`)
  chmodSync(program, 0o755)
  return probeIcmp({ host, program, timeoutSeconds: 0.5 }, never)
}

test('the round trip is what ping measured, in seconds', async () => {
  const outcome = await probe("echo '64 bytes from 192.0.2.1: icmp_seq=1 ttl=57 time=12.3 ms'")
  expect(outcome).toMatchObject({ failure: undefined, roundTripSeconds: 0.0123, timeToLive: 57 })
})

test('the output of busybox is read as well', async () => {
  const outcome = await probe("echo '64 bytes from 192.0.2.1: seq=0 ttl=64 time=0.045 ms'")
  expect(outcome.roundTripSeconds).toBeCloseTo(0.000_045)
})

test.for<[string, string]>([
  ["echo '1 packets transmitted, 0 received'; exit 1", 'connect'],
  ["echo 'From 192.0.2.9 icmp_seq=1 Destination Host Unreachable'; exit 1", 'connect'],
  ["echo 'ping: nowhere.invalid: Name or service not known' >&2; exit 2", 'dns'],
  ["echo 'ping: socket: Operation not permitted' >&2; exit 2", 'error'],
  ['exec sleep 10', 'timeout'],
])('%o is a failure of its kind', async ([script, failure]) => {
  expect(await probe(script)).toMatchObject({ failure, roundTripSeconds: undefined })
})

test('a host that looks like an option is no option', async () => {
  const outcome = await probe('for last in "$@"; do :; done; echo "$* last=$last" >&2; exit 2', '-f')
  expect(outcome.failure).toBe('connect')
  const seen = await probe('[ "$5" = -f ] && [ "$4" = -- ] && echo "time=1 ms"', '-f')
  expect(seen.failure).toBeUndefined()
})

test('without ping it is said that there is none', async () => {
  const outcome = await probeIcmp({ host: '192.0.2.1', program: '/nowhere/ping' }, never)
  expect(outcome).toMatchObject({ failure: 'error', detail: 'ping is not installed' })
})

import { expect, test } from 'vitest'
import type { Reason, TargetReading } from '../collectors/target.ts'
import { database, now, service } from './testing.ts'
import { findBreak } from './wire-cause.ts'

const failed = (reason: Reason, detail: string, phases: TargetReading['phases'] = {}) => {
  return { status: 'error', reason, detail, phases } as const
}

test.each([
  ['dns', 'getaddrinfo ENOTFOUND web', 'dns', 'name_not_found'],
  ['dns', 'getaddrinfo EAI_AGAIN web', 'dns', 'resolver_failed'],
  ['connect', 'connect ECONNREFUSED 10.0.0.1:80', 'tcp', 'connection_refused'],
  ['connect', 'connect EHOSTUNREACH 10.0.0.1:80', 'tcp', 'host_unreachable'],
  ['connect', 'connect ENETUNREACH 10.0.0.1:80', 'tcp', 'host_unreachable'],
  ['connect', 'connect ETIMEDOUT 10.0.0.1:80', 'tcp', 'connect_timeout'],
  ['connect', 'read ECONNRESET', 'tcp', 'connection_lost'],
  ['connect', 'the proxy answered 407', 'tcp', 'connection_failed'],
  ['tls', 'the certificate is not trusted: UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls', 'certificate_untrusted'],
  ['tls', 'wrong version number', 'tls', 'tls_handshake'],
  ['status', 'expected HTTP status 200 to 299, got 502', 'http', 'server_error'],
  ['status', 'expected HTTP status 200 to 299, got 404', 'http', 'unexpected_status'],
  ['error', 'socket hang up', 'http', 'broken_answer'],
  ['size', 'larger than 1048576 bytes', 'body', 'oversized_body'],
  ['body', 'the body is not gzip', 'body', 'broken_body'],
] as const)('%s with "%s" breaks at %s: %s', (reason, detail, rung, cause) => {
  expect(findBreak(service('web', failed(reason, detail)), now)).toEqual({ rung, cause })
})

test.each([
  [{ dns: 5 }, 'dns', 'resolver_failed'],
  [{ dns: 0.1, connect: 5 }, 'tcp', 'connect_timeout'],
  [{ connect: 0.1, tls: 5 }, 'tls', 'tls_handshake'],
  [{ connect: 0.1, processing: 5 }, 'http', 'no_answer'],
  [{ connect: 0.1, processing: 0.1, transfer: 5 }, 'body', 'broken_body'],
])('time that was up in %o breaks at %s', (phases, rung, cause) => {
  expect(findBreak(service('web', failed('timeout', 'time was up', phases)), now)).toEqual({ rung, cause })
})

test.each([
  ['auth', 'password authentication failed (28P01)', 'password_rejected'],
  ['quota', 'sorry, too many clients already (53300)', 'connections_exhausted'],
  ['error', 'the database system is starting up (57P03)', 'database_starting'],
  ['error', 'database "x" does not exist (3D000)', 'database_missing'],
  ['error', 'redis refused: LOADING Redis is loading the dataset in memory', 'database_starting'],
  ['error', 'out of shared memory (53200)', 'database_error'],
] as const)('a database with %s, "%s": %s', (reason, detail, cause) => {
  expect(findBreak(database('db', failed(reason, detail)), now)).toEqual({ rung: 'session', cause })
})

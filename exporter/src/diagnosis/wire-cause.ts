// From the verdict of a probe to the rung at which it broke, and to a cause.
import { phases } from '../collectors/target.ts'
import type { Phase, TargetReading } from '../collectors/target.ts'
import type { Cause } from './catalogue/catalogue.ts'
import type { Rung } from './finding.ts'

export type WireRung = Extract<Rung, 'dependency' | 'dns' | 'tcp' | 'tls' | 'http' | 'session' | 'body'>

export interface Break {
  readonly rung: WireRung
  readonly cause: Cause
}

const rungOfPhase: Readonly<Record<Phase, WireRung>> = {
  dns: 'dns',
  connect: 'tcp',
  tls: 'tls',
  processing: 'http',
  transfer: 'body',
}

/** `now` is Unix time in seconds: whether a certificate has expired is a question of it. */
export function findBreak(target: TargetReading, now: number): Break {
  const { kind, reason, detail = '' } = target
  if (kind === 'database') return breakOfDatabase(target, now)
  switch (reason) {
    case 'dns':
      return { rung: 'dns', cause: causeOfName(detail) }
    case 'connect':
      return { rung: 'tcp', cause: causeOfConnection(detail) }
    case 'tls':
      return { rung: 'tls', cause: causeOfCertificate(target, now) }
    case 'timeout':
      return breakOfTimeout(target)
    case 'unreachable_dependency':
      return { rung: 'dependency', cause: 'dependency' }
    case 'json':
    case 'body':
    case 'size':
    case 'assertion':
      return { rung: 'body', cause: causeOfBody(target) }
    default:
      return { rung: 'http', cause: causeOfAnswer(target) }
  }
}

function causeOfName(detail: string): Cause {
  return /ENOTFOUND|ENODATA|does not exist|has no record|not known/.test(detail)
    ? 'name_not_found'
    : 'resolver_failed'
}

function causeOfConnection(detail: string): Cause {
  if (/ECONNREFUSED/.test(detail)) return 'connection_refused'
  if (/EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|unreachable|no echo/i.test(detail)) return 'host_unreachable'
  if (/ETIMEDOUT/.test(detail)) return 'connect_timeout'
  if (/ECONNRESET|EPIPE|terminated|closed/i.test(detail)) return 'connection_lost'
  return 'connection_failed'
}

// Codes of OpenSSL as probes give them, and the sentences that drivers make of them.
const certificateFaults: readonly (readonly [RegExp, Cause])[] = [
  [/CERT_HAS_EXPIRED|certificate has expired/i, 'certificate_expired'],
  [/CERT_NOT_YET_VALID|not yet valid/i, 'certificate_not_yet_valid'],
  [/ALTNAME|altnames/i, 'certificate_name_mismatch'],
  [/SELF_SIGNED|self.signed|UNABLE_TO|unable to|CERT_UNTRUSTED|CERT_SIGNATURE/i, 'certificate_untrusted'],
]

function causeOfCertificate({ detail = '', certificate }: TargetReading, now: number): Cause {
  const known = certificateFaults.find(([pattern]) => pattern.test(detail))
  if (known) return known[1]
  return certificate && certificate.notAfter < now ? 'certificate_expired' : 'tls_handshake'
}

function breakOfTimeout({ phases: known, detail = '' }: TargetReading): Break {
  if (detail.startsWith('no echo')) return { rung: 'tcp', cause: 'connect_timeout' }
  // The phase that was cut is the last that has a time.
  const last = phases.findLast((phase) => known[phase] !== undefined) ?? 'processing'
  const rung = rungOfPhase[last]
  const causes: Partial<Record<WireRung, Cause>> = {
    dns: 'resolver_failed',
    tcp: 'connect_timeout',
    tls: 'tls_handshake',
    body: 'broken_body',
  }
  return { rung, cause: causes[rung] ?? 'no_answer' }
}

function causeOfAnswer({ reason, detail = '' }: TargetReading): Cause {
  if (reason === 'auth') return 'authentication_failed'
  if (reason === 'quota') return 'quota_exhausted'
  if (reason === 'redirect') return 'unexpected_redirect'
  // What a gRPC service says of itself.
  if (detail.startsWith('expected serving')) return 'self_reported'
  if (reason === 'status') return /got 5\d\d/.test(detail) ? 'server_error' : 'unexpected_status'
  return reason === 'error' ? 'broken_answer' : 'unknown_fault'
}

function causeOfBody(target: TargetReading): Cause {
  const { reason, detail = '' } = target
  if (reason === 'size') return 'oversized_body'
  if (reason === 'assertion')
    return 'isStale' in target && target.isStale === true ? 'stale_data' : 'assertion_failed'
  if (reason === 'body')
    return 'health' in target && target.health !== undefined ? 'self_reported' : 'broken_body'
  if (/HTML/.test(detail)) return 'html_instead_of_json'
  return /got nothing/.test(detail) ? 'empty_body' : 'not_json'
}

// Words that servers refuse a session with, before any question is asked.
const refusals: readonly (readonly [RegExp, Cause])[] = [
  [/57P0[1-3]|starting up|shutting down|LOADING/, 'database_starting'],
  [/3D000/, 'database_missing'],
]

function breakOfDatabase(target: TargetReading, now: number): Break {
  const { reason, detail = '' } = target
  switch (reason) {
    case 'dns':
      return { rung: 'dns', cause: causeOfName(detail) }
    case 'connect':
      return { rung: 'tcp', cause: causeOfConnection(detail) }
    case 'tls':
      return { rung: 'tls', cause: causeOfCertificate(target, now) }
    case 'timeout': {
      const found = breakOfTimeout(target)
      return found.rung === 'http' ? { ...found, rung: 'session' } : found
    }
    case 'auth':
      return { rung: 'session', cause: 'password_rejected' }
    case 'quota':
      return { rung: 'session', cause: 'connections_exhausted' }
    default: {
      const refusal = refusals.find(([pattern]) => pattern.test(detail))
      return { rung: 'session', cause: refusal?.[1] ?? 'database_error' }
    }
  }
}

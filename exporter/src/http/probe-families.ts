// One probe in the names of blackbox_exporter, by what was probed.
import { isUp } from '../collectors/target.ts'
import type { TargetReading } from '../collectors/target.ts'
import { family, gauge, noLabels, states } from '../metrics/metric.ts'
import type { Family } from '../metrics/metric.ts'
import type { DnsOutcome } from '../probes/dns/dns.ts'
import { servingStates } from '../probes/grpc.ts'
import type { GrpcOutcome } from '../probes/grpc.ts'
import type { HttpOutcome } from '../probes/http/http.ts'
import type { IcmpOutcome } from '../probes/icmp.ts'
import type { TcpOutcome } from '../probes/tcp.ts'
import type { SingleProbe } from '../scrape.ts'
import { addressFamilies, tlsFamilies } from './probe-connection.ts'

const success = gauge('probe_success', 'Whether the probe found the target usable.')
const duration = gauge('probe_duration_seconds', 'How long the probe took.')
const timeout = gauge('probe_timeout_seconds', 'How long the probe might have taken.')
const lookup = gauge('probe_dns_lookup_time_seconds', 'How long the look-up of the name took.')
const regex = gauge('probe_failed_due_to_regex', 'Whether an assertion on the answer failed.')
const bytes = gauge('probe_failed_due_to_bytes', 'Always 0: what is expected are patterns, not bytes.')

export function probeFamilies({ reading, outcome }: SingleProbe, timeoutSeconds: number): Family[] {
  return [
    family(success, [[noLabels, isUp(reading) ?? false]]),
    family(duration, [[noLabels, reading.durationSeconds]]),
    family(timeout, [[noLabels, timeoutSeconds]]),
    family(lookup, [[noLabels, reading.phases.dns ?? 0]]),
    family(regex, [[noLabels, reading.reason === 'assertion' || isUnmet(outcome)]]),
    ...(outcome && 'remoteAddress' in outcome ? addressFamilies(outcome as HttpOutcome) : []),
    ...kindFamilies(reading, outcome),
    ...(outcome && 'certificate' in outcome ? tlsFamilies(outcome as HttpOutcome) : []),
  ]
}

function isUnmet(outcome: SingleProbe['outcome']): boolean {
  return outcome !== undefined && 'isUnmet' in outcome && (outcome as TcpOutcome).isUnmet
}

function kindFamilies(reading: TargetReading, outcome: SingleProbe['outcome']): Family[] {
  if (!outcome) return []
  if ('httpVersion' in outcome) return httpFamilies(reading, outcome as HttpOutcome)
  if ('isUnmet' in outcome) return [family(bytes, [[noLabels, 0]])]
  if ('serving' in outcome) return grpcFamilies(reading, outcome as GrpcOutcome)
  if ('answers' in outcome) return dnsFamilies(reading, outcome as DnsOutcome)
  return 'roundTripSeconds' in outcome ? icmpFamilies(reading, outcome as IcmpOutcome) : []
}

const ofPhase = 'How long each phase of the probe took.'
const httpPhase = gauge('probe_http_duration_seconds', ofPhase, ['phase'])
const code = gauge('probe_http_status_code', 'The status code of the answer, 0 when there was none.')
const httpVersion = gauge('probe_http_version', 'The version of HTTP of the answer.')
const ssl = gauge('probe_http_ssl', 'Whether the answer came through TLS.')
const redirects = gauge('probe_http_redirects', 'How many redirects were followed.')
const contentLength = gauge('probe_http_content_length', 'The length of the body as it was transferred.')
const bodyLength = gauge('probe_http_uncompressed_body_length', 'The length of the body after decompression.')
const lastModified = gauge(
  'probe_http_last_modified_timestamp_seconds',
  'When the answer was last modified, from its header.',
)

const httpPhases = [
  ['dns', 'resolve'],
  ['connect', 'connect'],
  ['tls', 'tls'],
  ['processing', 'processing'],
  ['transfer', 'transfer'],
] as const

function httpFamilies(reading: TargetReading, outcome: HttpOutcome): Family[] {
  const phases = httpPhases.map(([ours, theirs]) => [{ phase: theirs }, reading.phases[ours] ?? 0] as const)
  const version = outcome.httpVersion === undefined ? undefined : Number(outcome.httpVersion)
  const modified = Date.parse(outcome.headers.get('last-modified')?.[0] ?? '') / 1000
  return [
    family(httpPhase, phases),
    family(code, [[noLabels, outcome.status ?? 0]]),
    family(httpVersion, [[noLabels, version]]),
    family(ssl, [[noLabels, outcome.tlsVersion !== undefined]]),
    family(redirects, [[noLabels, outcome.redirects]]),
    family(contentLength, [[noLabels, outcome.status === undefined ? undefined : outcome.transferredBytes]]),
    family(bodyLength, [[noLabels, outcome.body?.length]]),
    family(lastModified, [[noLabels, modified]]),
  ]
}

const grpcPhase = gauge('probe_grpc_duration_seconds', ofPhase, ['phase'])
const grpcSsl = gauge('probe_grpc_ssl', 'Whether the answer came through TLS.')
const grpcStatus = gauge('probe_grpc_status_code', 'The status of gRPC, 0 when all was well.')
const serving = gauge('probe_grpc_healthcheck_response', 'What the server says of itself.', [
  'serving_status',
])

function grpcFamilies({ phases }: TargetReading, outcome: GrpcOutcome): Family[] {
  const { dns: resolve = 0, connect = 0, tls = 0, processing = 0 } = phases
  const named = servingStates.map((state) => state.toUpperCase())
  return [
    family(grpcPhase, [
      [{ phase: 'resolve' }, resolve],
      [{ phase: 'check' }, connect + tls + processing],
    ]),
    family(grpcSsl, [[noLabels, outcome.tlsVersion !== undefined]]),
    family(grpcStatus, [[noLabels, outcome.grpcStatus]]),
    family(serving, states(noLabels, 'serving_status', named, outcome.serving?.toUpperCase() ?? '')),
  ]
}

const dnsPhase = gauge('probe_dns_duration_seconds', ofPhase, ['phase'])
const answers = gauge('probe_dns_answer_rrs', 'How many records the answer has.')
const authorities = gauge('probe_dns_authority_rrs', 'How many records the authority section has.')
const additional = gauge('probe_dns_additional_rrs', 'How many records the additional section has.')
const serial = gauge('probe_dns_serial', 'The serial number of the zone, from its SOA record.')
const succeeded = gauge('probe_dns_query_succeeded', 'Whether a server answered, whatever it said.')

/** A packet needs no connection. */
function dnsFamilies({ phases }: TargetReading, outcome: DnsOutcome): Family[] {
  const { counts, lookUpSeconds } = outcome
  return [
    family(dnsPhase, [
      [{ phase: 'resolve' }, lookUpSeconds],
      [{ phase: 'connect' }, 0],
      [{ phase: 'request' }, Math.max(0, (phases.dns ?? 0) - lookUpSeconds)],
    ]),
    family(answers, [[noLabels, counts?.answer ?? 0]]),
    family(authorities, [[noLabels, counts?.authority ?? 0]]),
    family(additional, [[noLabels, counts?.additional ?? 0]]),
    family(serial, [[noLabels, outcome.serial]]),
    family(succeeded, [[noLabels, counts !== undefined]]),
  ]
}

const icmpPhase = gauge('probe_icmp_duration_seconds', ofPhase, ['phase'])
const hopLimit = gauge('probe_icmp_reply_hop_limit', 'The time to live that the echo came with.')

/** What is not the echo itself is the start of ping. */
function icmpFamilies({ phases }: TargetReading, { roundTripSeconds, timeToLive }: IcmpOutcome): Family[] {
  const { dns = 0, processing = 0 } = phases
  return [
    family(icmpPhase, [
      [{ phase: 'resolve' }, dns],
      [{ phase: 'setup' }, Math.max(0, processing - (roundTripSeconds ?? 0))],
      [{ phase: 'rtt' }, roundTripSeconds ?? 0],
    ]),
    family(hopLimit, [[noLabels, timeToLive]]),
  ]
}

// GET /probe?target=NAME: one configured target in blackbox_exporter's names, so that what is built on those fits.
import type { RequestHandler } from 'express'
import { isUp } from '../collectors/target.ts'
import type { TargetReading } from '../collectors/target.ts'
import { contentTypes, renderPage } from '../metrics/exposition.ts'
import { family, gauge, noLabels } from '../metrics/metric.ts'
import type { Family } from '../metrics/metric.ts'
import type { HttpOutcome } from '../probes/http.ts'
import type { SingleProbe } from '../scrape.ts'
import type { Served } from './app.ts'
import { roundSeconds } from './metrics.ts'
import { chooseFormat } from './negotiation.ts'
import { describeProbe } from './trace.ts'

export function serveProbe(served: Served): RequestHandler {
  return async (request, response) => {
    const { target } = request.query
    if (typeof target !== 'string' || target === '') {
      response.status(400).type('text').send('expected the name of a target, as in /probe?target=NAME\n')
      return
    }
    const seconds = roundSeconds(request.get('x-prometheus-scrape-timeout-seconds'))
    const probe = await served.scraper().probe(target, seconds)
    if (!probe) {
      // A free URL here would let anybody send requests through us.
      response
        .status(404)
        .type('text')
        .send(`there is no target ${JSON.stringify(target)} in the configuration\n`)
      return
    }
    const format = chooseFormat(request.get('accept'))
    const page = renderPage(probeFamilies(probe, seconds), format)
    response.set('cache-control', 'no-store')
    if (request.query['debug'] === 'true') {
      response
        .type('text')
        .send(`${describeProbe(probe)}\n\nMetrics that would have been returned:\n${page.toString()}`)
    } else response.set('content-type', contentTypes[format]).send(page)
  }
}

const success = gauge('probe_success', 'Whether the probe found the target usable.')
const duration = gauge('probe_duration_seconds', 'How long the probe took.')
const timeout = gauge('probe_timeout_seconds', 'How long the probe might have taken.')
const lookup = gauge('probe_dns_lookup_time_seconds', 'How long the look-up of the name took.')
const protocol = gauge('probe_ip_protocol', 'The version of IP that was used, 4 or 6.')
const phase = gauge('probe_http_duration_seconds', 'How long each phase of the probe took.', ['phase'])
const code = gauge('probe_http_status_code', 'The status code of the answer, 0 when there was none.')
const httpVersion = gauge('probe_http_version', 'The version of HTTP of the answer.')
const ssl = gauge('probe_http_ssl', 'Whether the answer came through TLS.')
const redirects = gauge('probe_http_redirects', 'How many redirects were followed.')
const contentLength = gauge('probe_http_content_length', 'The length of the body as it was transferred.')
const bodyLength = gauge('probe_http_uncompressed_body_length', 'The length of the body after decompression.')
const regex = gauge('probe_failed_due_to_regex', 'Whether an assertion on the answer failed.')
const earliest = gauge(
  'probe_ssl_earliest_cert_expiry',
  'When the first of the certificates that were presented ends.',
)
const lastChain = gauge(
  'probe_ssl_last_chain_expiry_timestamp_seconds',
  'When the verified chain of certificates ends.',
)
const chainInfo = gauge('probe_ssl_last_chain_info', 'What the certificate of the server says; always 1.', [
  'fingerprint_sha256',
  'subject',
  'issuer',
  'subjectalternative',
  'serialnumber',
])
const tlsVersion = gauge('probe_tls_version_info', 'The version of TLS; always 1.', ['version'])
const tlsCipher = gauge('probe_tls_cipher_info', 'The cipher of the TLS connection; always 1.', ['cipher'])

function probeFamilies({ reading, outcome }: SingleProbe, timeoutSeconds: number): Family[] {
  const common = [
    family(success, [[noLabels, isUp(reading) ?? false]]),
    family(duration, [[noLabels, reading.durationSeconds]]),
    family(timeout, [[noLabels, timeoutSeconds]]),
    family(lookup, [[noLabels, reading.phases.dns]]),
    family(regex, [[noLabels, reading.reason === 'assertion']]),
  ]
  return isHttp(outcome) ? [...common, ...httpFamilies(reading, outcome), ...tlsFamilies(outcome)] : common
}

function isHttp(outcome: SingleProbe['outcome']): outcome is HttpOutcome {
  return outcome !== undefined && 'httpVersion' in outcome
}

const phaseNames = {
  dns: 'resolve',
  connect: 'connect',
  tls: 'tls',
  processing: 'processing',
  transfer: 'transfer',
} as const

function httpFamilies(reading: TargetReading, outcome: HttpOutcome): Family[] {
  const { remoteAddress } = outcome
  const phases = Object.entries(phaseNames) as [keyof typeof phaseNames, string][]
  return [
    family(protocol, [
      [noLabels, remoteAddress === undefined ? undefined : remoteAddress.includes(':') ? 6 : 4],
    ]),
    family(
      phase,
      phases.map(([ours, theirs]) => [{ phase: theirs }, reading.phases[ours] ?? 0] as const),
    ),
    family(code, [[noLabels, outcome.status ?? 0]]),
    family(httpVersion, [
      [noLabels, outcome.httpVersion === undefined ? undefined : Number(outcome.httpVersion)],
    ]),
    family(ssl, [[noLabels, outcome.tlsVersion !== undefined]]),
    family(redirects, [[noLabels, outcome.redirects]]),
    family(contentLength, [[noLabels, outcome.status === undefined ? undefined : outcome.transferredBytes]]),
    family(bodyLength, [[noLabels, outcome.body?.length]]),
  ]
}

function tlsFamilies({ certificate, tlsVersion: version, cipher }: HttpOutcome): Family[] {
  if (!certificate) return []
  const info = {
    fingerprint_sha256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    subject: certificate.subject,
    issuer: certificate.issuer,
    subjectalternative: certificate.alternativeNames,
    serialnumber: certificate.serialNumber.toLowerCase(),
  }
  return [
    family(earliest, [[noLabels, certificate.chainNotAfter]]),
    family(lastChain, [[noLabels, certificate.verified ? certificate.chainNotAfter : undefined]]),
    family(chainInfo, [[info, 1]]),
    family(tlsVersion, version === undefined ? [] : [[{ version }, 1]]),
    family(tlsCipher, cipher === undefined ? [] : [[{ cipher }, 1]]),
  ]
}

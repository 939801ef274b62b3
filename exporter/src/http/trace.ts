// The whole course of one probe as text, for /probe?debug=true and `watchpost probe`.
import { phases } from '../collectors/target.ts'
import type { Connection } from '../probes/dial.ts'
import type { DnsOutcome } from '../probes/dns.ts'
import type { GrpcOutcome } from '../probes/grpc.ts'
import type { HttpOutcome } from '../probes/http.ts'
import type { IcmpOutcome } from '../probes/icmp.ts'
import type { Outcome } from '../probes/outcome.ts'
import type { TcpOutcome } from '../probes/tcp.ts'
import type { SingleProbe } from '../scrape.ts'

const excerptLength = 1_000

export function describeProbe({ reading, outcome }: SingleProbe): string {
  const verdict = [reading.status, reading.reason === 'none' ? '' : `(${reading.reason})`]
    .filter(Boolean)
    .join(' ')
  const lines = [
    field('target', `${reading.target}, a ${reading.kind.replace('_', ' ')}`),
    ...Object.entries(reading.info).map(([name, value]) => field(name, value)),
    ...(outcome ? describeMet(outcome) : []),
    ...phases.flatMap((phase) => {
      const seconds = reading.phases[phase]
      return seconds === undefined ? [] : [field(phase, milliseconds(seconds))]
    }),
    field(
      'total',
      reading.durationSeconds === undefined ? 'not probed' : milliseconds(reading.durationSeconds),
    ),
    ...describeCertificate(reading.certificate),
    ...reading.assertions.map(({ name, passed }) => {
      return field(
        'assertion',
        `${name}: ${passed === undefined ? 'not judged' : passed ? 'holds' : 'fails'}`,
      )
    }),
    field('verdict', verdict),
    ...(reading.detail === undefined ? [] : [field('why', reading.detail)]),
  ]
  return lines.join('\n')
}

/** What was met on the wire, by the kind of probe. */
function describeMet(outcome: Outcome): string[] {
  const from =
    'remoteAddress' in outcome && outcome.remoteAddress ? ` from ${String(outcome.remoteAddress)}` : ''
  if ('httpVersion' in outcome) return describeAnswer(outcome as HttpOutcome, from)
  const tls = 'tlsVersion' in outcome ? describeTls(outcome as unknown as Connection) : []
  if ('received' in outcome) {
    const { received } = outcome as TcpOutcome
    const said = received === '' ? 'nothing was said' : `${received.length} bytes\n${excerpt(received)}`
    return [field('answer', `${said}${received === '' ? from : ''}`), ...tls]
  }
  if ('serving' in outcome) {
    const { serving, grpcStatus, httpStatus } = outcome as GrpcOutcome
    const said = `${serving ?? 'none'} (gRPC status ${grpcStatus ?? 'none'}, HTTP status ${httpStatus ?? 'none'})`
    return [field('answer', said + from), ...tls]
  }
  if ('answers' in outcome) {
    const { answers } = outcome as DnsOutcome
    return answers.length === 0 ? [field('answer', 'none')] : answers.map((text) => field('answer', text))
  }
  if (!('roundTripSeconds' in outcome)) return []
  const { roundTripSeconds, timeToLive } = outcome as IcmpOutcome
  const echo = roundTripSeconds === undefined ? 'none' : `an echo after ${milliseconds(roundTripSeconds)}`
  return [field('answer', timeToLive === undefined ? echo : `${echo}, time to live ${timeToLive}`)]
}

function describeTls({ tlsVersion, cipher }: Connection): string[] {
  return tlsVersion === undefined ? [] : [field('tls', [tlsVersion, cipher].filter(Boolean).join(' '))]
}

function describeAnswer(outcome: HttpOutcome, from: string): string[] {
  const answer = [outcome.status ?? 'none', outcome.httpVersion && `HTTP/${outcome.httpVersion}`]
  const body = outcome.bodyText
  return [
    field('answer', answer.filter(Boolean).join(' ') + from),
    ...(outcome.redirects > 0 ? [field('redirects', `${outcome.redirects}, to ${outcome.url}`)] : []),
    ...describeTls(outcome),
    ...[...outcome.headers].map(([name, values]) => field('header', `${name}: ${shownHeader(name, values)}`)),
    ...(body === undefined ? [] : [field('body', `${outcome.body?.length ?? 0} bytes\n${excerpt(body)}`)]),
  ]
}

/** What a server hands us to keep is a secret of ours as much as a password is. */
function shownHeader(name: string, values: readonly string[]): string {
  return /^(?:set-cookie|www-authenticate|authorization)/.test(name) ? '<secret>' : values.join(', ')
}

function describeCertificate(certificate: SingleProbe['reading']['certificate']): string[] {
  if (!certificate) return []
  const [from, to] = [certificate.notBefore, certificate.notAfter].map((time) =>
    new Date(time * 1000).toISOString(),
  )
  return [
    field(
      'certificate',
      `${certificate.verified ? 'verified' : 'NOT verified'}, valid from ${from} to ${to}`,
    ),
  ]
}

function field(name: string, value: string): string {
  return `${name.padEnd(12)} ${value}`
}

function milliseconds(seconds: number): string {
  return `${(seconds * 1000).toFixed(1)} ms`
}

function excerpt(text: string): string {
  const lines = text.slice(0, excerptLength).trimEnd().split(/\r?\n/)
  return lines.map((line) => ' '.repeat(13) + line.replaceAll(/\p{Cc}/gu, '·')).join('\n')
}

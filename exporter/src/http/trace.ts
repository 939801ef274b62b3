// The whole course of one probe as text, for /probe?debug=true and `watchpost probe`.
import { phases } from '../collectors/target.ts'
import type { HttpOutcome } from '../probes/http.ts'
import type { SingleProbe } from '../scrape.ts'

const excerptLength = 1_000

export function describeProbe({ reading, outcome }: SingleProbe): string {
  const verdict = [reading.status, reading.reason === 'none' ? '' : `(${reading.reason})`]
    .filter(Boolean)
    .join(' ')
  const lines = [
    field('target', `${reading.target}, a ${reading.kind.replace('_', ' ')}`),
    ...Object.entries(reading.info).map(([name, value]) => field(name, value)),
    ...(outcome && 'httpVersion' in outcome ? describeAnswer(outcome as HttpOutcome) : []),
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

function describeAnswer(outcome: HttpOutcome): string[] {
  const answer = [
    outcome.status ?? 'none',
    outcome.httpVersion && `HTTP/${outcome.httpVersion}`,
    outcome.remoteAddress && `from ${outcome.remoteAddress}`,
  ]
  const body = outcome.bodyText
  return [
    field('answer', answer.filter(Boolean).join(' ')),
    ...(outcome.redirects > 0 ? [field('redirects', `${outcome.redirects}, to ${outcome.url}`)] : []),
    ...(outcome.tlsVersion === undefined
      ? []
      : [field('tls', [outcome.tlsVersion, outcome.cipher].filter(Boolean).join(' '))]),
    ...[...outcome.headers].map(([name, values]) => field('header', `${name}: ${shownHeader(name, values)}`)),
    ...(body === undefined
      ? []
      : [field('body', `${outcome.body?.length ?? 0} bytes\n${indent(body.slice(0, excerptLength))}`)]),
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

function indent(text: string): string {
  return text.replaceAll(/^/gm, '             ').replaceAll(/[^\P{Cc}\n]/gu, '·')
}

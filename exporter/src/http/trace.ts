// The whole course of one probe as text, for /probe?debug=true and `watchpost probe`.
import { phases } from '../collectors/target.ts'
import type { SingleProbe } from '../scrape.ts'
import { describeMet, field, milliseconds } from './trace-answer.ts'

export function describeProbe({ reading, outcome }: SingleProbe): string {
  const isSaid = reading.reason === 'none' || reading.reason === reading.status
  const verdict = isSaid ? reading.status : `${reading.status} (${reading.reason})`
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

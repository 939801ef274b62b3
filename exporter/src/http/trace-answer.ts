// What a probe met on the wire, as lines of text, by the kind of probe.
import type { DatabaseOutcome } from '../collectors/databases/watch.ts'
import type { Connection } from '../probes/connection/dial.ts'
import type { DnsOutcome } from '../probes/dns/dns.ts'
import type { GrpcOutcome } from '../probes/grpc.ts'
import type { HttpOutcome } from '../probes/http/http.ts'
import type { IcmpOutcome } from '../probes/icmp.ts'
import type { Outcome } from '../probes/outcome.ts'
import type { TcpOutcome } from '../probes/tcp.ts'

const excerptLength = 1_000

export function describeMet(outcome: Outcome): string[] {
  if ('httpVersion' in outcome) return describeHttp(outcome as HttpOutcome)
  if ('received' in outcome) return describeTcp(outcome as TcpOutcome)
  if ('serving' in outcome) return describeGrpc(outcome as GrpcOutcome)
  if ('facts' in outcome) return describeDatabase(outcome as DatabaseOutcome)
  if ('answers' in outcome) return describeDns(outcome as DnsOutcome)
  return 'roundTripSeconds' in outcome ? describeIcmp(outcome as IcmpOutcome) : []
}

function describeHttp(outcome: HttpOutcome): string[] {
  const answer = [outcome.status ?? 'none', outcome.httpVersion && `HTTP/${outcome.httpVersion}`]
  const body = outcome.bodyText
  return [
    field('answer', answer.filter(Boolean).join(' ') + from(outcome)),
    ...(outcome.redirects > 0 ? [field('redirects', `${outcome.redirects}, to ${outcome.url}`)] : []),
    ...describeTls(outcome),
    ...[...outcome.headers].map(([name, values]) => field('header', `${name}: ${shownHeader(name, values)}`)),
    ...(body === undefined ? [] : [field('body', `${outcome.body?.length ?? 0} bytes${excerpt(body)}`)]),
  ]
}

/** What a server hands us to keep is a secret of ours as much as a password is. */
function shownHeader(name: string, values: readonly string[]): string {
  return /^(?:set-cookie|www-authenticate|authorization)/.test(name) ? '<secret>' : values.join(', ')
}

function describeTcp(outcome: TcpOutcome): string[] {
  const { received } = outcome
  const said = received === '' ? 'nothing was said' : `${received.length} bytes`
  const text = excerpt(received)
  return [field('answer', said + from(outcome) + text), ...describeTls(outcome)]
}

function describeGrpc(outcome: GrpcOutcome): string[] {
  const { serving, grpcStatus, httpStatus } = outcome
  const statuses = `gRPC status ${grpcStatus ?? 'none'}, HTTP status ${httpStatus ?? 'none'}`
  return [field('answer', `${serving ?? 'none'} (${statuses})${from(outcome)}`), ...describeTls(outcome)]
}

function describeDatabase(outcome: DatabaseOutcome): string[] {
  const { facts, problems } = outcome
  const said =
    facts.version === undefined ? 'none' : `version ${facts.version}, ${facts.role ?? 'role unknown'}`
  const unanswered = Object.entries(problems).flatMap(([query, problem]) =>
    problem === undefined ? [] : [field('not told', `${query}: ${problem}`)],
  )
  return [field('answer', said + from(outcome)), ...describeTls(outcome), ...unanswered]
}

function describeDns({ answers, remoteAddress, counts }: DnsOutcome): string[] {
  const server = remoteAddress === undefined ? [] : [field('server', remoteAddress)]
  const sections =
    counts && `${counts.answer} answer, ${counts.authority} authority, ${counts.additional} additional`
  return [
    ...server,
    ...(sections === undefined ? [] : [field('records', sections)]),
    ...(answers.length === 0 ? ['none'] : answers).map((text) => field('answer', text)),
  ]
}

function describeIcmp({ roundTripSeconds, timeToLive, remoteAddress }: IcmpOutcome): string[] {
  const asked = remoteAddress === undefined ? [] : [field('address', remoteAddress)]
  const echo = roundTripSeconds === undefined ? 'none' : `an echo after ${milliseconds(roundTripSeconds)}`
  return [...asked, field('answer', timeToLive === undefined ? echo : `${echo}, time to live ${timeToLive}`)]
}

function from({ remoteAddress }: Connection): string {
  return remoteAddress === undefined ? '' : ` from ${remoteAddress}`
}

function describeTls({ tlsVersion, cipher }: Connection): string[] {
  return tlsVersion === undefined ? [] : [field('tls', [tlsVersion, cipher].filter(Boolean).join(' '))]
}

/** On a terminal: what others have written is not to steer it. */
export function field(name: string, value: string): string {
  return `${name.padEnd(12)} ${value.replaceAll(/[^\P{Cc}\n]/gu, '·')}`
}

export function milliseconds(seconds: number): string {
  return `${(seconds * 1000).toFixed(1)} ms`
}

/** The beginning of `text` in lines below the field; nothing where there is none. */
function excerpt(text: string): string {
  if (text.trim() === '') return ''
  const lines = text.slice(0, excerptLength).trimEnd().split(/\r?\n/)
  return lines.map((line) => `\n${' '.repeat(13)}${line}`).join('')
}

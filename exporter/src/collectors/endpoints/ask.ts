// One probe of an endpoint, by its kind, and what its answer means.
import { probeDns } from '../../probes/dns/dns.ts'
import { probeGrpc } from '../../probes/grpc.ts'
import { probeIcmp } from '../../probes/icmp.ts'
import type { Outcome } from '../../probes/outcome.ts'
import { probeTcp } from '../../probes/tcp.ts'
import type { TcpRequest } from '../../probes/tcp.ts'
import type { Verdict } from '../judgement/verdict.ts'
import { well } from '../judgement/verdict.ts'
import type { Certificate } from '../target.ts'
import type { Endpoint } from './section.ts'

export interface Asked {
  readonly outcome: Outcome & {
    readonly certificate?: Certificate | undefined
    readonly tlsVersion?: string | undefined
  }
  readonly verdict: Verdict
}

export type Ask = (signal: AbortSignal) => Promise<Asked>

type Of<Probe extends Endpoint['probe']> = Extract<Endpoint, { probe: Probe }>

/** The request is made once: what lasts between probes is remembered by it. */
export function prepare(endpoint: Endpoint, timeoutSeconds: number): Ask {
  if (endpoint.probe === 'tcp') return prepareTcp(endpoint, timeoutSeconds)
  if (endpoint.probe === 'dns') return prepareDns(endpoint, timeoutSeconds)
  if (endpoint.probe === 'grpc') return prepareGrpc(endpoint, timeoutSeconds)
  const request = { host: endpoint.host, ipFamily: endpoint.ip_family, timeoutSeconds }
  return async (signal) => judge(await probeIcmp(request, signal))
}

/** Where the endpoint is, as it is shown. */
export function locate(endpoint: Endpoint): string {
  if (endpoint.probe === 'icmp') return `icmp://${endpoint.host}`
  if (endpoint.probe === 'dns')
    return `dns://${endpoint.server?.text ?? ''}/${endpoint.query}?type=${endpoint.type}`
  return `${endpoint.probe}://${endpoint.address.text}`
}

function prepareTcp({ address, tls, steps, ip_family }: Of<'tcp'>, timeoutSeconds: number): Ask {
  const options = tls ?? {}
  const isLater = steps.some(({ starttls }) => starttls)
  const request: TcpRequest = {
    host: address.host,
    port: address.port,
    ipFamily: ip_family,
    timeoutSeconds,
    ...(tls && !isLater ? { tls: { options } } : {}),
    steps: steps.map(({ send, expect, starttls }) => ({
      send: send?.reveal(),
      expect,
      startTls: starttls ? options : undefined,
    })),
  }
  return async (signal) => judge(await probeTcp(request, signal))
}

function prepareDns({ query, type, server, expect }: Of<'dns'>, timeoutSeconds: number): Ask {
  const request = { name: query, type, server, timeoutSeconds }
  return async (signal) => {
    const outcome = await probeDns(request, signal)
    const isMet = expect === undefined || outcome.answers.some((answer) => expect.test(answer))
    if (outcome.failure !== undefined || isMet) return judge(outcome)
    const detail = `expected an answer that matches ${expect.source}, got ${outcome.answers.join(', ').slice(0, 200)}`
    return { outcome, verdict: { status: 'error', reason: 'assertion', detail } }
  }
}

function prepareGrpc(endpoint: Of<'grpc'>, timeoutSeconds: number): Ask {
  const { address, tls, service, ip_family: ipFamily, metadata } = endpoint
  const options = tls && { options: tls }
  const headers = Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [key, value.reveal()] as const),
  )
  const { host, port } = address
  const request = { host, port, tls: options, service, ipFamily, headers, timeoutSeconds }
  return async (signal) => {
    const outcome = await probeGrpc(request, signal)
    if (outcome.failure !== undefined || outcome.serving === 'serving') return judge(outcome)
    const got = outcome.serving ?? `gRPC status ${outcome.grpcStatus}, HTTP status ${outcome.httpStatus}`
    return { outcome, verdict: { status: 'error', reason: 'status', detail: `expected serving, got ${got}` } }
  }
}

function judge(outcome: Asked['outcome']): Asked {
  const { failure, detail } = outcome
  return { outcome, verdict: failure === undefined ? well : { status: 'error', reason: failure, detail } }
}

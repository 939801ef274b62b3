// Asks one URL once, and reports all that was learnt on the way. Nothing the network does makes it throw.
import { explain } from '../../log.ts'
import { nothingKnown } from '../connection/dial.ts'
import type { Connection } from '../connection/dial.ts'
import { dropToken } from './auth.ts'
import { decodeBody, decodeText } from './body.ts'
import { exchangeKept } from './kept.ts'
import type { Step } from './kept.ts'
import { noAnswer } from './message.ts'
import { isRedirect, nextHop } from './redirect.ts'
import type { Hop } from './redirect.ts'
import { firstHop, maxBodyBytes, routeHop } from './request.ts'
import type { HttpRequest, Route } from './request.ts'
import { openWire } from './wire.ts'
import { startCourse } from '../outcome.ts'
import type { Course, Fault, Outcome } from '../outcome.ts'

export type { HttpRequest } from './request.ts'

export interface HttpOutcome extends Outcome, Connection {
  /** Known even when the body failed. */
  readonly status: number | undefined
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, readonly string[]>
  /** Decoded; undefined unless it came whole. */
  readonly body: Uint8Array | undefined
  readonly bodyText: string | undefined
  /** Of the body as it was transferred, perhaps compressed, and as far as it was read. */
  readonly transferredBytes: number
  readonly httpVersion: string | undefined
  /** Whether the connection was one kept from an earlier probe. */
  readonly isReused: boolean
  readonly redirects: number
  /** What was asked last, after redirects. */
  readonly url: string
}

export async function probeHttp(request: HttpRequest, signal: AbortSignal): Promise<HttpOutcome> {
  const found = firstHop(request, signal)
  const first = found instanceof Promise ? await found : found
  const course = startCourse({ signal, timeoutSeconds: request.timeoutSeconds })
  if ('fault' in first) {
    const step = { ...noStep, fault: first.fault }
    return conclude(course, { step, redirects: 0, url: String(request.url) }, maxBodyBytes(request))
  }
  let { hop } = first
  for (let redirects = 0; ; redirects += 1) {
    const step = await takeHop(request, hop, course)
    if (step.answer?.status === 401 && hop.isHome) dropToken(request.auth)
    const next = follow(request, { hop, step, redirects })
    if (next === undefined || 'fault' in next) {
      const end = { step: { ...step, fault: step.fault ?? next?.fault }, redirects, url: hop.url.href }
      return conclude(course, end, maxBodyBytes(request))
    }
    hop = next.hop
  }
}

function follow(
  request: HttpRequest,
  { hop, step, redirects }: { readonly hop: Hop; readonly step: Step; readonly redirects: number },
): ReturnType<typeof nextHop> | undefined {
  const allowed = request.redirects ?? 0
  if (allowed === 0 || step.fault || !step.answer || !isRedirect(step.answer.status)) return undefined
  if (redirects < allowed) return nextHop(hop, step.answer)
  return { fault: { failure: 'redirect', detail: `there were more than ${allowed} redirects` } }
}

function takeHop(request: HttpRequest, hop: Hop, course: Course): Promise<Step> {
  const route = tryRoute(request, hop)
  if ('failure' in route) return Promise.resolve({ ...noStep, fault: route })
  const isKept = request.connection === 'keep' && hop.isHome
  return isKept ? exchangeKept(request, route, course) : exchangeOnce(route, course)
}

async function exchangeOnce(route: Route, course: Course): Promise<Step> {
  const { wire, fault, connection } = await openWire(route, course)
  if (!wire) return { answer: undefined, fault, connection, isReused: false }
  course.enter('processing')
  const answer = await wire.exchange(route, course)
  wire.close()
  return { answer, fault: answer.fault, connection, isReused: false }
}

const noStep = { answer: undefined, connection: undefined, isReused: false } as const

function tryRoute(request: HttpRequest, hop: Hop): Route | Fault {
  try {
    return routeHop(request, hop)
  } catch (error) {
    // The password of the proxy is in a file that is gone.
    return { failure: 'auth', detail: explain(error) }
  }
}

interface End {
  readonly step: Step
  readonly redirects: number
  readonly url: string
}

/** The one place where an outcome is made, however the probe went. */
function conclude(course: Course, { step, redirects, url }: End, limit: number): HttpOutcome {
  const durationSeconds = course.end()
  const { status, httpVersion, headers, body: transferred } = step.answer ?? noAnswer
  const decoded = step.fault ?? decodeBody(transferred, headers.get('content-encoding')?.join(), limit)
  const isFault = 'failure' in decoded
  return {
    ...(step.connection ?? nothingKnown),
    status,
    httpVersion,
    headers,
    isReused: step.isReused,
    failure: isFault ? decoded.failure : undefined,
    detail: isFault ? decoded.detail : undefined,
    durationSeconds,
    phases: course.phases,
    body: isFault ? undefined : decoded,
    bodyText: isFault ? undefined : decodeText(decoded, headers.get('content-type')?.[0]),
    transferredBytes: transferred.length,
    redirects,
    url,
  }
}

// Asks a name server one question, over the network and not through the system's own tables.
import { randomInt } from 'node:crypto'
import { getServers } from 'node:dns'
import { isIP } from 'node:net'
import { explain } from '../../log.ts'
import { askInTurn } from './exchange.ts'
import type { NameServer, Told } from './exchange.ts'
import { encodeQuestion } from './message.ts'
import type { DnsCounts } from './message.ts'
import type { DnsType } from './record.ts'
import { concludeCourse, startCourse } from '../outcome.ts'
import type { Course, Outcome } from '../outcome.ts'
import { lookUp } from '../connection/resolve.ts'

export interface DnsRequest {
  readonly name: string
  readonly type: DnsType
  /** Those of the system where it is left out. */
  readonly server?: NameServer | undefined
  readonly timeoutSeconds?: number | undefined
}

export interface DnsOutcome extends Outcome {
  /** Each as text, in a stable order. */
  readonly answers: readonly string[]
  /** Undefined where no server answered at all. */
  readonly counts: DnsCounts | undefined
  readonly serial: number | undefined
  /** Of the server that answered. */
  readonly remoteAddress: string | undefined
  /** How long the name of the server took to look up; 0 for an address. */
  readonly lookUpSeconds: number
}

const nothing = { answers: [], counts: undefined, serial: undefined, remoteAddress: undefined } as const

export async function probeDns(request: DnsRequest, signal: AbortSignal): Promise<DnsOutcome> {
  const course = startCourse({ signal, timeoutSeconds: request.timeoutSeconds })
  course.enter('dns')
  const closing = new AbortController()
  let lookUpSeconds = 0
  try {
    const began = performance.now()
    const servers = await serversFor(request, course)
    if (request.server && isIP(request.server.host) === 0) lookUpSeconds = (performance.now() - began) / 1000
    course.onCut(() => closing.abort())
    const question = encodeQuestion(randomInt(65_536), request.name, request.type)
    const told = await askInTurn(servers, question, closing.signal)
    const { texts, counts, serial, server } = told
    const why = refusalOf(told)
    const detail = why && `${request.type} of ${request.name}: ${why}`
    const outcome = concludeCourse(course, detail === undefined ? undefined : { failure: 'dns', detail })
    return {
      ...outcome,
      answers: texts.toSorted(),
      counts,
      serial,
      remoteAddress: server.host,
      lookUpSeconds,
    }
  } catch (error) {
    const detail = `${request.type} of ${request.name}: ${describe(error)}`
    const fault = course.isCut
      ? ({ failure: 'timeout', detail: 'time was up in the dns phase' } as const)
      : ({ failure: 'dns', detail } as const)
    return { ...concludeCourse(course, fault), ...nothing, lookUpSeconds }
  } finally {
    closing.abort()
  }
}

async function serversFor({ server }: DnsRequest, course: Course): Promise<readonly NameServer[]> {
  if (!server) return getServers().map(parseServer)
  if (isIP(server.host) !== 0) return [server]
  return [{ host: await lookUp(server.host, undefined, course), port: server.port }]
}

/** Of `10.0.0.2`, `10.0.0.2:5353` and `[::1]:5353`, as Node lists them. */
function parseServer(text: string): NameServer {
  if (isIP(text) !== 0) return { host: text, port: 53 }
  const [, host = text, port = '53'] = /^\[?(.+?)\]?:(\d+)$/.exec(text) ?? []
  return { host, port: Number(port) }
}

const meanings: Readonly<Record<number, string>> = {
  1: 'the server did not understand the question',
  2: 'the server failed',
  3: 'the name does not exist',
  4: 'the server does not answer questions of this kind',
  5: 'the server refused to answer',
}

/** Undefined for an answer with what was asked for. */
function refusalOf({ code, texts }: Told): string | undefined {
  if (code !== 0) return meanings[code] ?? `the server answered with code ${code}`
  return texts.length === 0 ? 'the name has no record of this type' : undefined
}

function describe(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ECONNREFUSED' ? 'the server cannot be reached' : explain(error)
}

// Asks a name server one question, over the network and not through the system's own tables.
import { Resolver } from 'node:dns/promises'
import { concludeCourse, startCourse } from './outcome.ts'
import type { Outcome } from './outcome.ts'

export const dnsTypes = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT'] as const
export type DnsType = (typeof dnsTypes)[number]

export interface DnsRequest {
  readonly name: string
  readonly type: DnsType
  /** An address with a port where it is not 53; the servers of the system where it is left out. */
  readonly server?: string | undefined
  readonly timeoutSeconds?: number | undefined
}

export interface DnsOutcome extends Outcome {
  /** Each as text, in a stable order. */
  readonly answers: readonly string[]
}

export async function probeDns(request: DnsRequest, signal: AbortSignal): Promise<DnsOutcome> {
  const course = startCourse({ signal, timeoutSeconds: request.timeoutSeconds })
  course.enter('dns')
  // One try as long as the course: it is cut from outside.
  const resolver = new Resolver({ timeout: 60_000, tries: 1 })
  course.onCut(() => resolver.cancel())
  try {
    if (request.server !== undefined) resolver.setServers([request.server])
    const found: unknown = await resolver.resolve(request.name, request.type)
    const answers = (Array.isArray(found) ? found : [found]).map(describeAnswer).toSorted()
    return { ...concludeCourse(course, undefined), answers }
  } catch (error) {
    const failure = course.isCut ? 'timeout' : 'dns'
    const detail = course.isCut ? 'time was up in the dns phase' : explainAnswer(request, error)
    return { ...concludeCourse(course, { failure, detail }), answers: [] }
  }
}

const meanings: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name does not exist',
  ENODATA: 'the name has no record of this type',
  ESERVFAIL: 'the server failed',
  EREFUSED: 'the server refused to answer',
  EFORMERR: 'the server did not understand the question',
  ECONNREFUSED: 'the server cannot be reached',
  EBADRESP: 'the answer is malformed',
}

function explainAnswer({ name, type }: DnsRequest, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return `${type} of ${name}: ${meanings[code] ?? (code === '' ? String(error) : code)}`
}

function describeAnswer(record: unknown): string {
  if (typeof record === 'string') return record
  // The parts of a long TXT record are one text.
  if (Array.isArray(record)) return record.join('')
  return Object.values(record as object).join(' ')
}

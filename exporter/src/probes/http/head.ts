// The head of an HTTP/1.1 answer (RFC 9112), read strictly: what can be read in two ways is refused.
import type { Fault } from '../outcome.ts'

export type Headers = ReadonlyMap<string, readonly string[]>

export interface Head {
  readonly status: number
  readonly httpVersion: string
  /** Names in lower case, values in the order they came. */
  readonly headers: Headers
}

/** How the end of the body is told. */
export type Framing =
  { readonly by: 'nothing' | 'chunks' | 'close' } | { readonly by: 'length'; readonly bytes: number }

const statusLine = /^HTTP\/(1\.[01]) (\d{3})(?: [\t\x20-\x7e\x80-\xff]*)?$/
const fieldLine = /^[!#$%&'*+.^_`|~\w-]+:[\t\x20-\x7e\x80-\xff]*$/
const closes = /(?:^|[\s,])close(?:$|[\s,])/i

export function parseHead(text: string): Head | Fault {
  const [first = '', ...lines] = text.split('\r\n')
  const [, httpVersion, status] = statusLine.exec(first) ?? []
  if (httpVersion === undefined) return { failure: 'error', detail: 'the answer is not HTTP' }
  const headers = new Map<string, readonly string[]>()
  for (const line of lines) {
    const field = text.length > maxKnownHead ? readField(line) : knownField(line)
    if (!field) return { failure: 'error', detail: 'a header of the answer is malformed' }
    const { name, values } = field
    const before = headers.get(name)
    headers.set(name, before ? [...before, ...values] : values)
  }
  return { status: Number(status), httpVersion, headers }
}

interface Field {
  readonly name: string
  readonly values: readonly string[]
}

/** Answers are many and their lines are few: even the date is the same for all within a second. */
const knownFields = new Map<string, Field>()
const maxKnownFields = 1000
/** A line keeps the whole head that it was found in. */
const maxKnownHead = 2048

function knownField(line: string): Field | undefined {
  const known = knownFields.get(line)
  if (known) return known
  const field = readField(line)
  if (knownFields.size >= maxKnownFields) knownFields.clear()
  if (field) knownFields.set(line, field)
  return field
}

function readField(line: string): Field | undefined {
  if (!isFieldLine(line)) return undefined
  const colon = line.indexOf(':')
  return { name: line.slice(0, colon).toLowerCase(), values: [trimBlanks(line.slice(colon + 1))] }
}

/** Of blanks and tabs only; `trim` would take bytes of other charsets, and a pattern could be made to take for ever. */
function trimBlanks(text: string): string {
  let [start, end] = [0, text.length]
  while (start < end && isBlank(text.charCodeAt(start))) start += 1
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1
  return text.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

/** RFC 9112, section 6.3. */
export function frameBody(method: string, { status, headers }: Head): Framing | Fault {
  const coding = headers.get('transfer-encoding')?.join().toLowerCase()
  // Two lengths make a list, which is no number.
  const length = headers.get('content-length')?.join()
  if (length !== undefined && coding !== undefined) {
    return { failure: 'error', detail: 'the answer has a length and a transfer coding' }
  }
  if (length !== undefined && !/^\d{1,15}$/.test(length)) {
    return { failure: 'error', detail: 'the content-length is not one number' }
  }
  if (isBodiless(method, status)) return { by: 'nothing' }
  if (length !== undefined) return { by: 'length', bytes: Number(length) }
  if (coding === undefined) return { by: 'close' }
  if (coding === 'chunked') return { by: 'chunks' }
  return { failure: 'body', detail: 'the transfer coding is not chunked' }
}

function isBodiless(method: string, status: number): boolean {
  return method === 'HEAD' || (method === 'CONNECT' && status < 300) || status === 204 || status === 304
}

export function isFieldLine(line: string): boolean {
  return fieldLine.test(line)
}

/** Whether the server means to take another request on the same connection. */
export function keepsAlive({ httpVersion, headers }: Head): boolean {
  return httpVersion === '1.1' && !closes.test(headers.get('connection')?.join() ?? '')
}

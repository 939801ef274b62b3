// The head of an HTTP/1.1 answer (RFC 9112), read strictly: what can be read in two ways is refused.
import type { Fault } from './outcome.ts'

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
const headerLine = /^([!#$%&'*+.^_`|~\w-]+):[\t ]*([\t\x20-\x7e\x80-\xff]*)$/
const closes = /(?:^|[\s,])close(?:$|[\s,])/i

export function parseHead(text: string): Head | Fault {
  const [first = '', ...lines] = text.split('\r\n')
  const [, httpVersion, status] = statusLine.exec(first) ?? []
  if (httpVersion === undefined) return { failure: 'error', detail: 'the answer is not HTTP' }
  const headers = new Map<string, string[]>()
  for (const line of lines) {
    const [, name, value = ''] = headerLine.exec(line) ?? []
    if (name === undefined) return { failure: 'error', detail: 'a header of the answer is malformed' }
    const key = name.toLowerCase()
    const known = headers.get(key)
    if (known) known.push(value.trimEnd())
    else headers.set(key, [value.trimEnd()])
  }
  return { status: Number(status), httpVersion, headers }
}

/** RFC 9112, section 6.3. */
export function frameBody(method: string, { status, headers }: Head): Framing | Fault {
  const isTunnel = method === 'CONNECT' && status < 300
  if (method === 'HEAD' || isTunnel || bodiless.has(status)) return { by: 'nothing' }
  const codings = headers.get('transfer-encoding')
  const lengths = headers.get('content-length')
  if (codings && lengths) return { failure: 'error', detail: 'the answer has a length and a transfer coding' }
  if (codings) {
    if (codings.join().toLowerCase() === 'chunked') return { by: 'chunks' }
    return { failure: 'body', detail: 'the transfer coding is not chunked' }
  }
  if (!lengths) return { by: 'close' }
  // Two of them make a list, which is no number.
  const length = lengths.join()
  if (!/^\d{1,15}$/.test(length)) return { failure: 'error', detail: 'the content-length is not one number' }
  return { by: 'length', bytes: Number(length) }
}

const bodiless: ReadonlySet<number> = new Set([204, 304])

/** Whether the server means to take another request on the same connection. */
export function keepsAlive({ httpVersion, headers }: Head): boolean {
  return httpVersion === '1.1' && !closes.test(headers.get('connection')?.join() ?? '')
}

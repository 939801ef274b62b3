// One HTTP/2 request and its answer: a stream of a session that is open.
import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from 'node:http2'
import { maxInterim, noAnswer, noHead, refuseHeaders } from './message.ts'
import type { Answer, Exchange, Message } from './message.ts'
import { faultOf } from '../outcome.ts'
import type { Course, Fault } from '../outcome.ts'

type Settle = (fault: Fault | undefined) => void

interface Receiver {
  readonly message: Message
  readonly settle: Settle
  readonly lose: (error: unknown) => void
}

/** Whoever owns the session closes it or keeps it. */
export function exchangeHttp2(
  session: ClientHttp2Session,
  { message, maxBodyBytes }: Exchange,
  course: Course,
): Promise<Answer> {
  const refused = refuseHeaders(message.headers)
  if (refused) return Promise.resolve({ ...noAnswer, fault: refused })
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const received = createReceived(maxBodyBytes, course)
  const settle: Settle = (fault) => {
    session.off('error', lose).off('close', end)
    const isReusable = !fault && !session.closed && !session.destroyed
    resolve({ ...received.head, body: Buffer.concat(received.chunks), fault, isReusable })
  }
  const lose = (error: unknown): void => settle(faultOf(course, error))
  const end = (): void => lose(new Error('the connection was closed before the answer was whole'))
  session.on('error', lose).on('close', end)
  course.onCut(() => lose(undefined))
  try {
    receive(ask(session, message), received, { message, settle, lose })
  } catch (error) {
    // A session that has already ended.
    lose(error)
  }
  return promise
}

/** What HTTP/2 says in frames of its own; a header of this name makes the request malformed (RFC 9113, 8.2.2). */
const ofConnection: ReadonlySet<string> = new Set([
  'connection',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
])

function ask(session: ClientHttp2Session, { method, path, headers, body }: Message): ClientHttp2Stream {
  const fields: OutgoingHttpHeaders = {
    ':method': method,
    ':scheme': session.encrypted ? 'https' : 'http',
    ':authority': headers['host'],
    ':path': path,
  }
  for (const name in headers) {
    // Node writes one byte for each character; HTTP/1.1 sends the same bytes.
    if (!ofConnection.has(name)) fields[name] = Buffer.from(headers[name] ?? '').toString('latin1')
  }
  const stream = session.request(fields, { endStream: body === undefined })
  if (body !== undefined) stream.end(body)
  return stream
}

interface Received {
  head: Pick<Answer, 'status' | 'httpVersion' | 'headers'>
  readonly chunks: Buffer[]
  /** Takes what came; a fault when it is too much. */
  readonly addHead: (status: number | undefined, raw: readonly string[]) => void
  readonly addInterim: () => Fault | undefined
  readonly addBody: (chunk: Buffer) => Fault | undefined
  /** Whether less came than the answer had promised. */
  readonly isShort: (method: string) => boolean
}

function createReceived(maxBodyBytes: number, course: Course): Received {
  let [bodyBytes, interim] = [0, 0]
  const received: Received = {
    head: noHead,
    chunks: [],
    addHead(status, raw) {
      received.head = { status, httpVersion: '2', headers: readHeaders(raw) }
      course.enter('transfer')
    },
    addInterim() {
      interim += 1
      if (interim <= maxInterim) return undefined
      return { failure: 'size', detail: `there were more than ${maxInterim} interim answers` }
    },
    addBody(chunk) {
      bodyBytes += chunk.length
      if (bodyBytes > maxBodyBytes) {
        return { failure: 'size', detail: `the body is larger than ${maxBodyBytes} bytes` }
      }
      received.chunks.push(chunk)
      return undefined
    },
    isShort(method) {
      const [promised] = received.head.headers.get('content-length') ?? []
      return method !== 'HEAD' && promised !== undefined && bodyBytes < Number(promised)
    },
  }
  return received
}

function receive(stream: ClientHttp2Stream, received: Received, { message, settle, lose }: Receiver): void {
  const leave = (fault: Fault | undefined): void => {
    if (!fault) return
    settle(fault)
    stream.destroy()
  }
  stream.on('headers', () => leave(received.addInterim()))
  stream.on('response', (headers, _flags, raw) => received.addHead(headers[':status'], raw))
  stream.on('data', (chunk: Buffer) => leave(received.addBody(chunk)))
  stream.on('error', lose)
  stream.on('end', () => {
    // A stream that is reset ends, too; how that is told depends on the code and on what was still to be sent.
    const isWhole = !stream.aborted && !stream.rstCode && !received.isShort(message.method)
    if (isWhole && received.head.status !== undefined) settle(undefined)
  })
  stream.on('close', () => lose(new Error(`the server gave the request up (code ${stream.rstCode})`)))
}

/** From names and values in turn, as they came. */
function readHeaders(raw: readonly string[]): Answer['headers'] {
  const headers = new Map<string, string[]>()
  for (let index = 0; index < raw.length; index += 2) {
    const [name = '', value = ''] = raw.slice(index, index + 2)
    if (name.startsWith(':')) continue
    const known = headers.get(name)
    if (known) known.push(value)
    else headers.set(name, [value])
  }
  return headers
}

// One HTTP/1.1 request and its answer over a connection that is there or is dialled on demand.
import { request } from 'node:http'
import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { faultOf } from './outcome.ts'
import type { Course, Fault } from './outcome.ts'

export interface Message {
  readonly method: string
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

export interface Answer {
  readonly status: number | undefined
  readonly httpVersion: string | undefined
  /** Names in lower case, values in the order they came. */
  readonly headers: ReadonlyMap<string, readonly string[]>
  /** As transferred, which may be compressed. */
  readonly body: Buffer
  readonly fault: Fault | undefined
  readonly isReused: boolean
}

export const noAnswer: Answer = Object.freeze({
  status: undefined,
  httpVersion: undefined,
  headers: new Map(),
  body: Buffer.alloc(0),
  fault: undefined,
  isReused: false,
})

export interface Exchange {
  readonly message: Message
  readonly via: Pick<RequestOptions, 'createConnection'> | { readonly agent: Agent }
  readonly maxBodyBytes: number
}

/** Servers may send any number of interim answers before the real one; nobody sends a hundred in earnest. */
const maxInterim = 100
const maxHeaderBytes = 32 * 1024

export function exchange(exchanged: Exchange, course: Course): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const chunks: Buffer[] = []
  let response: IncomingMessage | undefined
  let asked: ClientRequest | undefined
  let isSettled = false
  const settle = (fault?: Fault): void => {
    if (isSettled) return
    isSettled = true
    resolve({
      status: response?.statusCode,
      httpVersion: response?.httpVersion,
      headers: readHeaders(response?.rawHeaders ?? []),
      body: Buffer.concat(chunks),
      fault,
      isReused: asked?.reusedSocket ?? false,
    })
  }
  const fail = (fault: Fault): void => {
    settle(fault)
    asked?.destroy()
  }
  const failWith = (error: unknown): void => fail(faultOf(course, error))
  try {
    asked = send(exchanged, {
      failWith,
      fail,
      answered: (incoming) => {
        response = incoming
        course.enter('transfer')
        receive(incoming, { chunks, maxBodyBytes: exchanged.maxBodyBytes, settle, fail, failWith })
      },
    })
    course.onCut(() => failWith(undefined))
  } catch (error) {
    // A header value that cannot be sent.
    failWith(error)
  }
  return promise
}

interface Handlers {
  readonly failWith: (error: unknown) => void
  readonly fail: (fault: Fault) => void
  readonly answered: (incoming: IncomingMessage) => void
}

function send({ message, via }: Exchange, { failWith, fail, answered }: Handlers): ClientRequest {
  const { method, path, headers, body } = message
  const asked = request({ ...via, method, path, headers, setHost: false, maxHeaderSize: maxHeaderBytes })
  let interim = 0
  asked.on('error', failWith)
  asked.on('response', answered)
  asked.on('information', () => {
    interim += 1
    if (interim > maxInterim) fail({ failure: 'size', detail: `more than ${maxInterim} interim answers` })
  })
  // After an answer this changes nothing; without one it says that there will be none (101 for instance).
  asked.on('close', () => failWith(new Error('the connection was closed before the answer was complete')))
  asked.end(body)
  return asked
}

interface Receiver {
  readonly chunks: Buffer[]
  readonly maxBodyBytes: number
  readonly settle: () => void
  readonly fail: (fault: Fault) => void
  readonly failWith: (error: unknown) => void
}

function receive(incoming: IncomingMessage, { chunks, maxBodyBytes, ...then }: Receiver): void {
  let sizeBytes = 0
  incoming.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length
    if (sizeBytes > maxBodyBytes) {
      then.fail({ failure: 'size', detail: `the body is larger than ${maxBodyBytes} bytes` })
    } else {
      chunks.push(chunk)
    }
  })
  incoming.on('end', then.settle)
  incoming.on('error', then.failWith)
}

function readHeaders(raw: readonly string[]): Map<string, string[]> {
  const headers = new Map<string, string[]>()
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase()
    const value = raw[index + 1] ?? ''
    const known = headers.get(name)
    if (known) known.push(value)
    else headers.set(name, [value])
  }
  return headers
}

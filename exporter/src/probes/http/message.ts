// A request and its answer, in whatever version of HTTP they travel.
import type { Headers } from './head.ts'
import type { Course, Fault } from '../outcome.ts'

export interface Message {
  readonly method: string
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

export interface Exchange {
  readonly message: Message
  /** Of the answer, as it is transferred. */
  readonly maxBodyBytes: number
}

export interface Answer {
  /** Known even when the body failed. */
  readonly status: number | undefined
  readonly httpVersion: string | undefined
  /** Names in lower case, values in the order they came. */
  readonly headers: Headers
  /** As transferred, which may be compressed, and as far as it came. */
  readonly body: Buffer
  readonly fault: Fault | undefined
  /** Whether the connection may be used again. */
  readonly isReusable: boolean
}

/** An open connection as something that takes requests, one after another. */
export interface Wire {
  exchange(exchange: Exchange, course: Course): Promise<Answer>
  isOpen(): boolean
  close(): void
  /** Nothing is asked for now: closed by what nobody asked for, and after `seconds`; holds up no process. */
  rest(seconds: number): void
  /** Ends the rest. */
  wake(): void
}

export const noHead = {
  status: undefined,
  httpVersion: undefined,
  headers: new Map() as Headers,
} as const

export const noAnswer: Answer = Object.freeze({
  ...noHead,
  body: Buffer.alloc(0),
  fault: undefined,
  isReusable: false,
})

/** Of the head of an answer; the same for both versions. */
export const maxHeadBytes = 32 * 1024
/** Servers may send any number of interim answers before the real one; nobody sends a hundred in earnest. */
export const maxInterim = 100

const token = /^[!#$%&'*+.^_`|~\w-]+$/
/** Anything else would end the header, and begin one that nobody wrote. */
const fieldValue = /^[\t\x20-\x7e\x80-\u{10ffff}]*$/u

/** Why the headers of a request cannot be sent, if they cannot. */
export function refuseHeaders(headers: Message['headers']): Fault | undefined {
  for (const name in headers) {
    if (!token.test(name)) return { failure: 'error', detail: 'the name of a header cannot be sent' }
    // The value may be a secret.
    if (!fieldValue.test(headers[name] ?? ''))
      return { failure: 'error', detail: `the value of header ${name} cannot be sent` }
  }
  return undefined
}

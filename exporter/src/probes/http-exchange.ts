// One HTTP/1.1 request and its answer over a connection that is open.
import type { Socket } from 'node:net'
import type { Headers } from './http-head.ts'
import { AnswerParser } from './http-parser.ts'
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

const noHead = { status: undefined, httpVersion: undefined, headers: new Map() as Headers } as const

export const noAnswer: Answer = Object.freeze({
  ...noHead,
  body: Buffer.alloc(0),
  fault: undefined,
  isReusable: false,
})

/** Leaves the socket without listeners: whoever owns it destroys it or keeps it. */
export function exchange(
  socket: Socket,
  { message, maxBodyBytes }: { readonly message: Message; readonly maxBodyBytes: number },
  course: Course,
): Promise<Answer> {
  const text = renderHead(message)
  if (typeof text !== 'string') return Promise.resolve({ ...noAnswer, fault: text })
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const parser = new AnswerParser({ method: message.method, maxBodyBytes })
  const settle = (fault = parser.fault): void => {
    socket.off('data', read).off('end', finish).off('error', lose).off('close', finish)
    const { head, body, isReusable } = parser
    resolve({ ...(head ?? noHead), body, fault, isReusable: isReusable && !fault })
  }
  const lose = (error: unknown): void => settle(faultOf(course, error))
  const read = (bytes: Buffer): void => {
    parser.push(bytes)
    if (course.phase === 'processing' && parser.head) course.enter('transfer')
    if (parser.isDone) settle()
  }
  const finish = (): void => {
    parser.end()
    settle()
  }
  socket.on('data', read).on('end', finish).on('error', lose).on('close', finish)
  course.onCut(() => lose(undefined))
  socket.write(text + (message.body ?? ''))
  return promise
}

const token = /^[!#$%&'*+.^_`|~\w-]+$/
/** Anything else would end the header, and begin one that nobody wrote. */
const fieldValue = /^[\t\x20-\x7e\x80-\u{10ffff}]*$/u

function renderHead({ method, path, headers }: Message): string | Fault {
  let head = `${method} ${path} HTTP/1.1\r\n`
  for (const name in headers) {
    const value = headers[name] ?? ''
    // The value may be a secret.
    if (!token.test(name)) return { failure: 'error', detail: 'the name of a header cannot be sent' }
    if (!fieldValue.test(value))
      return { failure: 'error', detail: `the value of header ${name} cannot be sent` }
    head += `${name}: ${value}\r\n`
  }
  return `${head}\r\n`
}

// HTTP/1.1 over a connection that is open: a request and its answer, and rest between them.
import type { Socket } from 'node:net'
import { noAnswer, noHead, refuseHeaders } from './message.ts'
import type { Answer, Exchange, Message, Wire } from './message.ts'
import { AnswerParser } from './parser.ts'
import { faultOf } from '../outcome.ts'
import type { Course, Fault } from '../outcome.ts'

interface Asked {
  readonly parser: AnswerParser
  readonly course: Course
  readonly resolve: (answer: Answer) => void
}

/** Listens as long as the socket lives, for setting up listeners costs as much as reading a small answer. */
export class Http1Wire implements Wire {
  readonly #socket: Socket
  /** Undefined when nothing is asked for. */
  #asked: Asked | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', this.#read).on('end', this.#finish).on('error', this.#lose).on('close', this.#finish)
  }

  exchange({ message, maxBodyBytes }: Exchange, course: Course): Promise<Answer> {
    const head = renderHead(message)
    if (typeof head !== 'string') return Promise.resolve({ ...noAnswer, fault: head })
    const { promise, resolve } = Promise.withResolvers<Answer>()
    const parser = new AnswerParser({ method: message.method, maxBodyBytes })
    this.#asked = { parser, course, resolve }
    course.onCut(this.#lose)
    this.#socket.write(message.body === undefined ? head : head + message.body)
    return promise
  }

  isOpen(): boolean {
    return !this.#socket.destroyed
  }

  close(): void {
    this.#socket.destroy()
  }

  /** Gives the socket back as it was, for another protocol. */
  release(): void {
    const socket = this.#socket
    socket
      .off('data', this.#read)
      .off('end', this.#finish)
      .off('error', this.#lose)
      .off('close', this.#finish)
  }

  rest(seconds: number): void {
    const socket = this.#socket.unref()
    // The socket's own timer, which each byte sets back, is set up only once.
    if (socket.timeout === seconds * 1000) return
    socket.setTimeout(seconds * 1000).on('timeout', () => {
      if (!this.#asked) this.close()
    })
  }

  wake(): void {
    this.#socket.ref()
  }

  readonly #read = (bytes: Buffer): void => {
    // Bytes that nobody asked for end the connection.
    if (!this.#asked) return this.close()
    const { parser, course } = this.#asked
    parser.push(bytes)
    if (course.phase === 'processing' && parser.head) course.enter('transfer')
    if (parser.isDone) this.#settle(this.#asked, parser.fault)
  }

  readonly #finish = (): void => {
    if (!this.#asked) return this.close()
    const { parser } = this.#asked
    parser.end()
    this.#settle(this.#asked, parser.fault)
  }

  readonly #lose = (error?: unknown): void => {
    if (this.#asked) this.#settle(this.#asked, faultOf(this.#asked.course, error))
  }

  #settle({ parser, resolve }: Asked, fault: Fault | undefined): void {
    this.#asked = undefined
    const { status, httpVersion, headers } = parser.head ?? noHead
    const isReusable = parser.isReusable && fault === undefined
    resolve({ status, httpVersion, headers, body: parser.body, fault, isReusable })
  }
}

const heads = new WeakMap<Message, string>()

/** As it is sent, put together once for a message that is sent again and again; or why it cannot be sent. */
function renderHead(message: Message): string | Fault {
  const known = heads.get(message)
  if (known !== undefined) return known
  const { method, path, headers } = message
  const refused = refuseHeaders(headers)
  if (refused) return refused
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = [`${method} ${path} HTTP/1.1\r\n`, ...lines, '\r\n'].join('')
  heads.set(message, head)
  return head
}

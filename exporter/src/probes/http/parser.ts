// Reads one HTTP/1.1 answer from the bytes of a connection. Own, because it costs a fifth of what Node's
// client adds to a socket, and probing a thousand targets is most of what the exporter does.
import { frameBody, isFieldLine, keepsAlive, parseHead } from './head.ts'
import type { Framing, Head } from './head.ts'
import { maxHeadBytes, maxInterim } from './message.ts'
import type { Failure, Fault } from '../outcome.ts'

interface ParserLimits {
  /** Of the request: it decides whether there is a body. */
  readonly method: string
  /** Of the body as it is transferred. */
  readonly maxBodyBytes: number
}

type State = 'head' | 'length' | 'close' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailers' | 'complete'

const maxChunkLineBytes = 1024
const magic = 'HTTP/'
const nothing = Buffer.alloc(0)
/** A size and extensions (RFC 9112, 7.1.1), their values tokens or quoted. */
const chunkLine =
  /^([\da-f]{1,8})(?:;[!#$%&'*+.^_`|~\w-]+(?:=(?:[!#$%&'*+.^_`|~\w-]+|"(?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"))?)*$/i
const stateAfterHead = {
  nothing: 'complete',
  chunks: 'chunk-size',
  close: 'close',
  length: 'length',
} as const

export class AnswerParser {
  head: Head | undefined
  fault: Fault | undefined
  /** Whether the server would take another request on the same connection. */
  isReusable = false
  readonly #limits: ParserLimits
  #state: State = 'head'
  /** What has come and how far it was read: a view for each step would be most of what a probe allocates. */
  #bytes: Buffer = nothing
  #at = 0
  readonly #body: Buffer[] = []
  #bodyBytes = 0
  #remaining = 0
  #interim = 0
  #trailerBytes = 0

  constructor(limits: ParserLimits) {
    this.#limits = limits
  }

  get isDone(): boolean {
    return this.fault !== undefined || this.#state === 'complete'
  }

  /** As far as it came. */
  get body(): Buffer {
    const [only] = this.#body
    return only && this.#body.length === 1 ? only : Buffer.concat(this.#body)
  }

  push(bytes: Buffer): void {
    const rest = this.#bytes.length - this.#at
    this.#bytes = rest === 0 ? bytes : Buffer.concat([this.#bytes.subarray(this.#at), bytes])
    this.#at = 0
    while (!this.isDone && this.#step());
    // Bytes beyond the answer belong to nothing that was asked.
    if (this.#at < this.#bytes.length) this.isReusable = false
  }

  /** The peer has ended the connection. */
  end(): void {
    if (this.isDone) return
    if (this.#state === 'close') this.#become('complete')
    else if (this.head) this.#fail('body', 'the connection was closed within the body')
    else this.#fail('error', 'the connection was closed before the answer')
  }

  /** Does what the bytes that are there allow; false when more are needed, or none. */
  #step(): boolean {
    switch (this.#state) {
      case 'head':
        return this.#readHead()
      case 'length':
      case 'chunk':
      case 'close':
        return this.#readBody()
      case 'chunk-size':
        return this.#readChunkSize()
      case 'chunk-end':
        return this.#readChunkEnd()
      case 'trailers':
        return this.#readTrailer()
      default:
        return false
    }
  }

  #readHead(): boolean {
    const end = this.#bytes.indexOf('\r\n\r\n', this.#at, 'latin1')
    if ((end === -1 ? this.#bytes.length : end) - this.#at > maxHeadBytes) {
      return this.#fail('size', `the header is larger than ${maxHeadBytes} bytes`)
    }
    // Something else than HTTP may never end as HTTP does.
    const start = this.#bytes.toString('latin1', this.#at, this.#at + magic.length)
    if (!magic.startsWith(start)) return this.#fail('error', describeStranger(this.#bytes.subarray(this.#at)))
    if (end === -1) return false
    const head = parseHead(this.#bytes.toString('latin1', this.#at, end))
    this.#at = end + 4
    if ('failure' in head) return this.#fail(head.failure, head.detail)
    if (head.status >= 100 && head.status < 200) return this.#skipInterim(head)
    this.head = head
    return this.#frame(head, frameBody(this.#limits.method, head))
  }

  #skipInterim({ status, httpVersion }: Head): boolean {
    this.#interim += 1
    if (status === 101) return this.#fail('error', 'the server switched protocols unasked')
    if (httpVersion === '1.0') return this.#fail('error', 'HTTP/1.0 has no interim answers')
    if (this.#interim <= maxInterim) return true
    return this.#fail('size', `there were more than ${maxInterim} interim answers`)
  }

  #frame(head: Head, framing: Framing | Fault): boolean {
    if ('failure' in framing) return this.#fail(framing.failure, framing.detail)
    this.isReusable = framing.by !== 'close' && keepsAlive(head)
    if (framing.by === 'length') this.#remaining = framing.bytes
    const isEmpty = framing.by === 'length' && framing.bytes === 0
    return this.#become(isEmpty ? 'complete' : stateAfterHead[framing.by])
  }

  #readBody(): boolean {
    const isOpenEnded = this.#state === 'close'
    const there = this.#bytes.length - this.#at
    const length = isOpenEnded ? there : Math.min(there, this.#remaining)
    if (length === 0) return false
    const part = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += length
    this.#bodyBytes += length
    if (this.#bodyBytes > this.#limits.maxBodyBytes) {
      return this.#fail('size', `the body is larger than ${this.#limits.maxBodyBytes} bytes`)
    }
    this.#body.push(part)
    if (isOpenEnded) return false
    this.#remaining -= length
    if (this.#remaining > 0) return false
    return this.#become(this.#state === 'chunk' ? 'chunk-end' : 'complete')
  }

  #readChunkSize(): boolean {
    const line = this.#readLine()
    if (line === undefined) return false
    const [, size] = chunkLine.exec(line) ?? []
    if (size === undefined) return this.#fail('body', 'the size of a chunk is malformed')
    this.#remaining = Number.parseInt(size, 16)
    return this.#become(this.#remaining === 0 ? 'trailers' : 'chunk')
  }

  #readChunkEnd(): boolean {
    if (this.#bytes.length - this.#at < 2) return false
    if (this.#bytes[this.#at] !== 13 || this.#bytes[this.#at + 1] !== 10) {
      return this.#fail('body', 'a chunk is longer than its size')
    }
    this.#at += 2
    return this.#become('chunk-size')
  }

  #readTrailer(): boolean {
    const line = this.#readLine()
    if (line === undefined) return false
    this.#trailerBytes += line.length + 2
    if (this.#trailerBytes > maxHeadBytes) return this.#fail('size', 'the trailers are too large')
    if (line === '') return this.#become('complete')
    return isFieldLine(line) || this.#fail('body', 'a trailer of the answer is malformed')
  }

  #readLine(): string | undefined {
    const end = this.#bytes.indexOf('\r\n', this.#at, 'latin1')
    if ((end === -1 ? this.#bytes.length : end) - this.#at > maxChunkLineBytes) {
      this.#fail('body', 'a line between chunks is too long')
      return undefined
    }
    if (end === -1) return undefined
    const line = this.#bytes.toString('latin1', this.#at, end)
    this.#at = end + 2
    return line
  }

  #become(state: State): true {
    this.#state = state
    return true
  }

  #fail(failure: Failure, detail: string): false {
    this.fault = { failure, detail }
    this.isReusable = false
    return false
  }
}

/** What answers in place of HTTP/1.1: HTTP/2 begins with its settings, a frame of type 4 on stream 0. */
function describeStranger(bytes: Buffer): string {
  const isHttp2 = bytes.length >= 9 && bytes[0] === 0 && bytes[3] === 4 && bytes.readUInt32BE(5) === 0
  return isHttp2 ? 'the answer is HTTP/2 (http_version: 2)' : 'the answer is not HTTP'
}

// The standard gRPC health check (grpc.health.v1.Health/Check) over HTTP/2; its two messages are small
// enough to be written and read by hand.
import { connect } from 'node:http2'
import type {
  ClientHttp2Session,
  ClientHttp2Stream,
  IncomingHttpHeaders,
  IncomingHttpStatusHeader,
} from 'node:http2'
import type { Socket } from 'node:net'
import { dial } from './connection/dial.ts'
import type { Address, Connection } from './connection/dial.ts'
import { concludeCourse, faultOf, startCourse } from './outcome.ts'
import type { Course, Fault, Outcome } from './outcome.ts'

export interface GrpcRequest extends Address {
  /** The service asked about; the server as a whole where it is left out. */
  readonly service?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly timeoutSeconds?: number | undefined
}

export const servingStates = ['unknown', 'serving', 'not_serving', 'service_unknown'] as const
type ServingState = (typeof servingStates)[number]

export interface GrpcOutcome extends Outcome, Connection {
  /** 0 is OK; undefined when the answer was none of gRPC. */
  readonly grpcStatus: number | undefined
  readonly httpStatus: number | undefined
  readonly serving: ServingState | undefined
}

type Reply = Pick<GrpcOutcome, 'grpcStatus' | 'httpStatus' | 'serving'>

const noReply: Reply = { grpcStatus: undefined, httpStatus: undefined, serving: undefined }
const maxReplyBytes = 4096

export async function probeGrpc(request: GrpcRequest, signal: AbortSignal): Promise<GrpcOutcome> {
  const course = startCourse({ signal, timeoutSeconds: request.timeoutSeconds })
  const tls = request.tls && { ...request.tls, protocols: ['h2'] }
  const { socket, fault, connection } = await dial({ ...request, tls }, course)
  if (!socket) return { ...concludeCourse(course, fault), ...connection, ...noReply }
  course.enter('processing')
  const checked = await check(socket, request, course)
  const outcome = concludeCourse(course, checked.fault)
  socket.destroy()
  return { ...outcome, ...connection, ...checked.reply }
}

interface Checked {
  readonly reply: Reply
  readonly fault: Fault | undefined
}

function check(socket: Socket, request: GrpcRequest, course: Course): Promise<Checked> {
  const { promise, resolve } = Promise.withResolvers<Checked>()
  const scheme = request.tls ? 'https' : 'http'
  const session = connect(`${scheme}://${authority(request)}`, { createConnection: () => socket })
  const settle = (reply: Reply, fault?: Fault): void => {
    resolve({ reply, fault })
    session.destroy()
  }
  const fail = (error: unknown): void => settle(noReply, faultOf(course, error))
  session.on('error', fail)
  session.on('close', () => fail(new Error('the connection was closed before the answer')))
  course.onCut(() => fail(undefined))
  try {
    receive(ask(session, request, scheme), { settle, fail })
  } catch (error) {
    // A header that cannot be sent, or a session that has already ended.
    fail(error)
  }
  return promise
}

function authority({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

function ask(session: ClientHttp2Session, request: GrpcRequest, scheme: string): ClientHttp2Stream {
  const stream = session.request({
    ':method': 'POST',
    ':scheme': scheme,
    ':path': '/grpc.health.v1.Health/Check',
    ...request.headers,
    'content-type': 'application/grpc',
    te: 'trailers',
  })
  stream.end(frame(encodeService(request.service ?? '')))
  return stream
}

interface Receiver {
  readonly settle: (reply: Reply, fault?: Fault) => void
  readonly fail: (error: unknown) => void
}

function receive(stream: ClientHttp2Stream, { settle, fail }: Receiver): void {
  const chunks: Buffer[] = []
  let headers: IncomingHttpHeaders & IncomingHttpStatusHeader = {}
  let trailers: IncomingHttpHeaders = {}
  let sizeBytes = 0
  stream.on('response', (received) => (headers = received))
  stream.on('trailers', (received) => (trailers = received))
  stream.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length
    if (sizeBytes <= maxReplyBytes) chunks.push(chunk)
    else settle(noReply, { failure: 'size', detail: `the answer is larger than ${maxReplyBytes} bytes` })
  })
  stream.on('error', fail)
  stream.on('close', () => fail(new Error('the stream was closed before the answer')))
  stream.on('end', () => {
    // An answer without a message has its status in the headers.
    const status = trailers['grpc-status'] ?? headers['grpc-status']
    const httpStatus = headers[':status']
    if (status === undefined) {
      const told = httpStatus === undefined ? '' : `, its HTTP status is ${httpStatus}`
      const detail = `the answer is none of gRPC${told}`
      settle({ ...noReply, httpStatus }, { failure: 'error', detail })
      return
    }
    const serving = decodeServing(Buffer.concat(chunks))
    settle({ grpcStatus: Number(status), httpStatus, serving: Number(status) === 0 ? serving : undefined })
  })
}

/** A flag for compression and the length come before each message. */
function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(message.length, 1)
  return Buffer.concat([head, message])
}

/** HealthCheckRequest { string service = 1; } */
function encodeService(service: string): Buffer {
  const text = Buffer.from(service)
  if (text.length === 0) return text
  const length = text.length < 128 ? [text.length] : [(text.length & 0x7f) | 0x80, text.length >> 7]
  return Buffer.concat([Buffer.from([0x0a, ...length]), text])
}

/** HealthCheckResponse { ServingStatus status = 1; }, where a status of 0 is left out. */
function decodeServing(framed: Buffer): ServingState | undefined {
  if (framed.length < 5 || framed[0] !== 0) return undefined
  const message = framed.subarray(5, 5 + framed.readUInt32BE(1))
  if (message.length === 0) return 'unknown'
  return message[0] === 0x08 ? servingStates[message[1] ?? -1] : undefined
}

// Connects to a port, and if so configured says something and waits for what should come back.
import type { Socket } from 'node:net'
import { dial, secureSocket } from './connection/dial.ts'
import type { Address, Connection } from './connection/dial.ts'
import { concludeCourse, faultOf, startCourse } from './outcome.ts'
import type { Course, Fault, Outcome } from './outcome.ts'
import type { TlsOptions } from './connection/tls.ts'

export interface TcpRequest extends Address {
  readonly timeoutSeconds?: number | undefined
  /** Taken in order: each sends, then waits, then goes over to TLS, as far as it says so. */
  readonly steps?: readonly TcpStep[] | undefined
}

interface TcpStep {
  readonly send?: string | undefined
  /** Waits until what came since the last wait matches. */
  readonly expect?: { readonly source: string; test(text: string): boolean } | undefined
  readonly startTls?: TlsOptions | undefined
}

export interface TcpOutcome extends Outcome, Connection {
  /** What the last expectation was met by, or what came in place of it. */
  readonly received: string
  /** Whether the conversation ended because something else came than was expected. */
  readonly isUnmet: boolean
}

const maxReceivedBytes = 64 * 1024

export async function probeTcp(request: TcpRequest, signal: AbortSignal): Promise<TcpOutcome> {
  const course = startCourse({ signal, timeoutSeconds: request.timeoutSeconds })
  const dialled = await dial(request, course)
  let { socket, fault, connection } = dialled
  let received = ''
  let isUnmet = false
  if (socket && request.steps) course.enter('processing')
  for (const step of request.steps ?? []) {
    if (!socket || fault) break
    const met = await converse(socket, step, course)
    fault = met.fault
    received = met.received
    isUnmet = step.expect !== undefined && fault !== undefined && fault.failure !== 'timeout'
    if (step.startTls && !fault) {
      const { host, port } = request
      const secured = await secureSocket(socket, { host, port, options: step.startTls }, course)
      socket = secured.socket
      fault = secured.fault
      connection = secured.connection
      course.enter('processing')
    }
  }
  const outcome = concludeCourse(course, fault)
  socket?.destroy()
  return { ...outcome, ...connection, received, isUnmet }
}

interface Met {
  readonly received: string
  readonly fault: Fault | undefined
}

function converse(socket: Socket, { send, expect }: TcpStep, course: Course): Promise<Met> {
  const { promise, resolve } = Promise.withResolvers<Met>()
  let bytes = Buffer.alloc(0)
  const settle = (fault?: Fault): void => {
    socket.off('data', read).off('close', finish).off('end', finish).off('error', lose).pause()
    resolve({ received: bytes.toString(), fault })
  }
  const lose = (error: unknown): void => settle(faultOf(course, error))
  const finish = (): void => lose(new Error(`the connection was closed before ${describe(expect)}`))
  const read = (chunk: Buffer): void => {
    bytes = Buffer.concat([bytes, chunk])
    // As text in any script, and byte for byte, for what is none.
    if (expect?.test(bytes.toString()) || expect?.test(bytes.toString('latin1'))) settle()
    else if (bytes.length > maxReceivedBytes) {
      settle({ failure: 'size', detail: `${maxReceivedBytes} bytes came without ${describe(expect)}` })
    }
  }
  course.onCut(() => lose(undefined))
  if (expect) socket.on('data', read).on('close', finish).on('end', finish).on('error', lose).resume()
  if (send === undefined) {
    if (!expect) settle()
  } else if (expect) socket.write(send)
  else socket.write(send, (error) => settle(error ? faultOf(course, error) : undefined))
  return promise
}

function describe(expect: TcpStep['expect']): string {
  return expect ? `anything that matches ${expect.source}` : 'all was sent'
}

// One HTTP/1.1 request and its answer over a connection that is open.
import type { Socket } from 'node:net'
import { noAnswer, noHead, refuseHeaders } from './http-message.ts'
import type { Answer, Exchange, Message } from './http-message.ts'
import { AnswerParser } from './http-parser.ts'
import { faultOf } from './outcome.ts'
import type { Course } from './outcome.ts'

/** Leaves the socket without listeners: whoever owns it destroys it or keeps it. */
export function exchange(
  socket: Socket,
  { message, maxBodyBytes }: Exchange,
  course: Course,
): Promise<Answer> {
  const refused = refuseHeaders(message.headers)
  if (refused) return Promise.resolve({ ...noAnswer, fault: refused })
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
  socket.write(renderHead(message) + (message.body ?? ''))
  return promise
}

function renderHead({ method, path, headers }: Message): string {
  let head = `${method} ${path} HTTP/1.1\r\n`
  for (const name in headers) head += `${name}: ${headers[name] ?? ''}\r\n`
  return `${head}\r\n`
}

// A name server that gives everybody the same answer, or none; by UDP, and by TCP on the same port.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { onTestFinished } from 'vitest'
import { listen } from './servers.ts'

export interface Reply {
  readonly code?: number
  readonly type?: number
  readonly records?: readonly Buffer[]
  readonly authorities?: readonly Buffer[]
  /** By UDP it says only that the answer is too long for it. */
  readonly isLong?: boolean
}

export async function serveDns(
  reply: Reply | ((question: Buffer) => Buffer) | undefined,
): Promise<{ host: string; port: number }> {
  const answerTo = typeof reply === 'function' ? reply : (question: Buffer) => answer(question, reply ?? {})
  const tcp = createServer((socket) => {
    socket.on('data', (bytes) => {
      const whole = answerTo(bytes.subarray(2))
      const length = Buffer.alloc(2)
      length.writeUInt16BE(whole.length)
      // In two pieces, as a network may cut it.
      socket.write(length)
      socket.write(whole)
    })
  })
  const port = await listen(tcp)
  const udp = createSocket('udp4')
  udp.on('message', (question, from) => {
    if (!reply) return
    const whole = answerTo(question)
    udp.send('isLong' in reply && reply.isLong ? truncate(whole) : whole, from.port, from.address)
  })
  udp.bind(port, '127.0.0.1')
  await once(udp, 'listening')
  onTestFinished(() => void udp.close())
  return { host: '127.0.0.1', port }
}

/** RFC 1035, section 4.1: header, the question again, records that point back to its name. */
export function answer(
  question: Buffer,
  { code = 0, type = 1, records = [], authorities = [] }: Reply,
): Buffer {
  const endOfName = question.indexOf(0, 12) + 1
  const head = Buffer.from(question.subarray(0, 12))
  head.writeUInt16BE(0x8180 | code, 2)
  head.writeUInt16BE(records.length, 6)
  head.writeUInt16BE(authorities.length, 8)
  head.writeUInt16BE(0, 10)
  const all = [...records.map((data) => record(type, data)), ...authorities.map((data) => record(2, data))]
  return Buffer.concat([head, question.subarray(12, endOfName + 4), ...all])
}

function record(type: number, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length]), data])
}

function truncate(whole: Buffer): Buffer {
  const cut = Buffer.from(whole.subarray(0, whole.indexOf(0, 12) + 5))
  cut.writeUInt16BE(cut.readUInt16BE(2) | 0x0200, 2)
  return cut
}

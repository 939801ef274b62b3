// Messages of DNS as they are on the wire (RFC 1035, section 4): one question out, one answer in.
import { domainToASCII } from 'node:url'
import { readName, readRecords, typeCodes } from './record.ts'
import type { DnsType, Reader } from './record.ts'

export interface DnsAnswer {
  /** 0 is well, 3 that the name does not exist. */
  readonly code: number
  readonly isTruncated: boolean
  /** Of the type that was asked for, as text. */
  readonly texts: readonly string[]
  /** Of the first SOA record. */
  readonly serial: number | undefined
  /** How many records each section has, of any type. */
  readonly counts: DnsCounts
}

export interface DnsCounts {
  readonly answer: number
  readonly authority: number
  readonly additional: number
}

const headBytes = 12
/** A message cannot be longer than its length field over TCP can say. */
export const maxMessageBytes = 65_535

export function encodeQuestion(id: number, name: string, type: DnsType): Buffer {
  const head = Buffer.alloc(headBytes)
  head.writeUInt16BE(id, 0)
  // Recursion is desired; one question.
  head.writeUInt16BE(0x0100, 2)
  head.writeUInt16BE(1, 4)
  const labels = (domainToASCII(name) || name).split('.').filter((label) => label !== '')
  const encoded = labels.map((label) => {
    const bytes = Buffer.from(label)
    if (bytes.length > 63)
      throw new Error(`expected parts of a name of at most 63 bytes, got ${bytes.length}`)
    return Buffer.concat([Buffer.from([bytes.length]), bytes])
  })
  return Buffer.concat([head, ...encoded, Buffer.from([0, 0, typeCodes[type], 0, 1])])
}

/** Undefined for what does not answer this question. Throws where an answer is cut off or points in circles. */
export function decodeAnswer(message: Buffer, question: Buffer): DnsAnswer | undefined {
  const isAnswer = message.length >= headBytes && (message.readUInt8(2) & 0x80) !== 0
  if (!isAnswer || message.readUInt16BE(0) !== question.readUInt16BE(0)) return undefined
  const reader: Reader = { message, at: headBytes }
  if (!repeats(question, reader)) return undefined
  const flags = message.readUInt16BE(2)
  const counts = {
    answer: message.readUInt16BE(6),
    authority: message.readUInt16BE(8),
    additional: message.readUInt16BE(10),
  }
  const told = { code: flags & 0x000f, isTruncated: (flags & 0x0200) !== 0, counts }
  if (told.isTruncated) return { ...told, texts: [], serial: undefined }
  const found = readRecords(reader, counts.answer, question.readUInt16BE(question.length - 4))
  readRecords(reader, counts.authority + counts.additional, undefined)
  const serial = found.find((content) => content.serial !== undefined)?.serial
  return { ...told, texts: found.map(({ text }) => text), serial }
}

/** A server that did not understand the question may leave it out. */
function repeats(question: Buffer, reader: Reader): boolean {
  const { message } = reader
  const asked = question.subarray(headBytes).toString('latin1').toLowerCase()
  for (let left = message.readUInt16BE(4); left > 0; left -= 1) {
    const start = reader.at
    readName(reader)
    reader.at += 4
    if (message.subarray(start, reader.at).toString('latin1').toLowerCase() !== asked) return false
  }
  return true
}

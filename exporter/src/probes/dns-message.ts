// Messages of DNS as they are on the wire (RFC 1035, section 4): one question out, one answer in.
import { domainToASCII } from 'node:url'

export const dnsTypes = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT'] as const
export type DnsType = (typeof dnsTypes)[number]

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

const codes: Readonly<Record<DnsType, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
}
const headBytes = 12
const maxNameBytes = 255
// Servers need one or two.
const maxJumps = 32

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
  return Buffer.concat([head, ...encoded, Buffer.from([0, 0, codes[type], 0, 1])])
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

interface Reader {
  readonly message: Buffer
  at: number
}

interface Content {
  readonly text: string
  readonly serial?: number
}

/** Steps over `count` records and gives those of `type`. */
function readRecords(reader: Reader, count: number, type: number | undefined): Content[] {
  const found: Content[] = []
  for (let index = 0; index < count; index += 1) {
    readName(reader)
    const { message, at } = reader
    const length = message.readUInt16BE(at + 8)
    const end = at + 10 + length
    if (end > message.length) throw new RangeError('the answer ends within a record')
    if (message.readUInt16BE(at) === type) found.push(readContent(type, { message, at: at + 10 }, end))
    reader.at = end
  }
  return found
}

function readContent(type: number, reader: Reader, end: number): Content {
  const { message, at } = reader
  const next16 = (): number => {
    reader.at += 2
    return message.readUInt16BE(reader.at - 2)
  }
  if (type === codes.A) return { text: message.subarray(at, end).join('.') }
  if (type === codes.AAAA) return { text: readIpv6(message.subarray(at, end)) }
  if (type === codes.TXT) return { text: readTexts(message.subarray(at, end)) }
  if (type === codes.MX) {
    const priority = next16()
    return { text: `${readName(reader)} ${priority}` }
  }
  if (type === codes.SRV) {
    const [priority, weight, port] = [next16(), next16(), next16()]
    return { text: `${readName(reader)} ${port} ${priority} ${weight}` }
  }
  if (type !== codes.SOA) return { text: readName(reader) }
  const names = [readName(reader), readName(reader)]
  const numbers = [0, 4, 8, 12, 16].map((offset) => message.readUInt32BE(reader.at + offset))
  return { text: [...names, ...numbers].join(' '), serial: numbers[0] ?? 0 }
}

/** A name may end in a pointer to where its rest stands already; only ever further to the front. */
function readName(reader: Reader): string {
  const { message } = reader
  const labels: string[] = []
  let { at } = reader
  let limit = at
  let end: number | undefined
  let [sizeBytes, jumps] = [0, 0]
  for (;;) {
    const length = message.readUInt8(at)
    if (length === 0) {
      reader.at = end ?? at + 1
      return labels.join('.') || '.'
    }
    if ((length & 0xc0) === 0xc0) {
      const target = message.readUInt16BE(at) & 0x3fff
      jumps += 1
      if (target >= limit || jumps > maxJumps) throw new RangeError('a name points in circles')
      end ??= at + 2
      limit = target
      at = target
      continue
    }
    sizeBytes += length + 1
    const next = at + 1 + length
    if (length > 63 || sizeBytes > maxNameBytes || next > message.length)
      throw new RangeError('a name is longer than there is room for')
    labels.push(escapeLabel(message.subarray(at + 1, next)))
    at = next
  }
}

function escapeLabel(bytes: Buffer): string {
  const escape = (sign: string): string => `\\${String(sign.charCodeAt(0)).padStart(3, '0')}`
  return bytes.toString('latin1').replaceAll(/[^!-~]|[.\\]/g, escape)
}

function readIpv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16))
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1)
}

/** The parts of a long text are one text. */
function readTexts(bytes: Buffer): string {
  const parts: string[] = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + bytes.readUInt8(at)
    parts.push(bytes.toString('utf8', at + 1, end))
    at = end
  }
  return parts.join('')
}

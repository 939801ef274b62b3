// Records of DNS (RFC 1035, section 3.3), each read as one text, and the names in them.

export const dnsTypes = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT'] as const
export type DnsType = (typeof dnsTypes)[number]

export const typeCodes: Readonly<Record<DnsType, number>> = {
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
const maxNameBytes = 255
// Servers need one or two.
const maxJumps = 32

export interface Reader {
  readonly message: Buffer
  at: number
}

interface Content {
  readonly text: string
  readonly serial?: number
}

/** Steps over `count` records and gives those of `type`. */
export function readRecords(reader: Reader, count: number, type: number | undefined): Content[] {
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
  if (type === typeCodes.A) return { text: message.subarray(at, end).join('.') }
  if (type === typeCodes.AAAA) return { text: readIpv6(message.subarray(at, end)) }
  if (type === typeCodes.TXT) return { text: readTexts(message.subarray(at, end)) }
  if (type === typeCodes.MX) {
    const priority = next16()
    return { text: `${readName(reader)} ${priority}` }
  }
  if (type === typeCodes.SRV) {
    const [priority, weight, port] = [next16(), next16(), next16()]
    return { text: `${readName(reader)} ${port} ${priority} ${weight}` }
  }
  if (type !== typeCodes.SOA) return { text: readName(reader) }
  const names = [readName(reader), readName(reader)]
  const numbers = [0, 4, 8, 12, 16].map((offset) => message.readUInt32BE(reader.at + offset))
  return { text: [...names, ...numbers].join(' '), serial: numbers[0] ?? 0 }
}

/** A name may end in a pointer to where its rest stands already; only ever further to the front. */
export function readName(reader: Reader): string {
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

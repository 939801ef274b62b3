import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeAnswer, encodeQuestion } from './message.ts'
import type { DnsType } from './record.ts'
import { probeDns } from './dns.ts'
import type { DnsOutcome, DnsRequest } from './dns.ts'
import { answer, serveDns } from '../testing/name-server.ts'
import type { Reply } from '../testing/name-server.ts'

const never = new AbortController().signal

function ask(server: DnsRequest['server'], more: Partial<DnsRequest> = {}): Promise<DnsOutcome> {
  return probeDns({ name: 'a.example', type: 'A', server, timeoutSeconds: 3, ...more }, never)
}

const name = (text: string): number[] => [
  ...text.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]),
  0,
]
// `a` and a pointer to the end of the question's name, which is `example`.
const pointed = [1, 0x61, 0xc0, 14]

test('the answers of one server come in a stable order', async () => {
  const records = [Buffer.from([10, 0, 0, 2]), Buffer.from([10, 0, 0, 1])]
  const outcome = await ask(await serveDns({ records }))
  expect(outcome).toMatchObject({ failure: undefined, answers: ['10.0.0.1', '10.0.0.2'] })
  expect(outcome).toMatchObject({ remoteAddress: '127.0.0.1', lookUpSeconds: 0 })
  expect(Object.keys(outcome.phases)).toEqual(['dns'])
})

test.for<[DnsType, number, number[], string]>([
  ['AAAA', 28, [0x20, 1, 0x0d, 0xb8, ...Array<number>(11).fill(0), 1], '2001:db8::1'],
  ['CNAME', 5, name('web.example'), 'web.example'],
  ['NS', 2, pointed, 'a.example'],
  ['MX', 15, [0, 10, ...pointed], 'a.example 10'],
  ['SRV', 33, [0, 1, 0, 2, 0x1f, 0x90, ...name('app.example')], 'app.example 8080 1 2'],
  ['TXT', 16, [3, ...Buffer.from('v=1'), 2, ...Buffer.from(';x')], 'v=1;x'],
  ['PTR', 12, [2, 0x2e, 7, 0], '\\046\\007'],
])('a record of type %s is one text', async ([type, code, data, text]) => {
  const server = await serveDns({ type: code, records: [Buffer.from(data)] })
  expect(await ask(server, { type })).toMatchObject({ failure: undefined, answers: [text] })
})

test('the serial number of a zone and the size of each section are known', async () => {
  const numbers = Buffer.alloc(20)
  for (const [index, value] of [2_026_112_701, 7200, 3600, 1_209_600, 300].entries())
    numbers.writeUInt32BE(value, index * 4)
  const soa = Buffer.concat([Buffer.from([...name('ns.example'), ...name('root.example')]), numbers])
  const authorities = [Buffer.from(pointed), Buffer.from(pointed)]
  const outcome = await ask(await serveDns({ type: 6, records: [soa], authorities }), { type: 'SOA' })
  expect(outcome).toMatchObject({
    serial: 2_026_112_701,
    counts: { answer: 1, authority: 2, additional: 0 },
    answers: ['ns.example root.example 2026112701 7200 3600 1209600 300'],
  })
})

test('an answer that is too long for a packet is asked for by TCP', async () => {
  const records = Array.from({ length: 200 }, (_, index) => Buffer.from([10, 0, 0, index]))
  const outcome = await ask(await serveDns({ records, isLong: true }))
  expect(outcome.failure).toBeUndefined()
  expect(outcome.answers).toHaveLength(200)
})

test.for<[number, string]>([
  [3, 'A of a.example: the name does not exist'],
  [2, 'A of a.example: the server failed'],
  [5, 'A of a.example: the server refused to answer'],
  [9, 'A of a.example: the server answered with code 9'],
  [0, 'A of a.example: the name has no record of this type'],
])('an answer with code %d is a dns failure', async ([code, detail]) => {
  const outcome = await ask(await serveDns({ code }))
  expect(outcome).toMatchObject({ failure: 'dns', detail, answers: [], counts: { answer: 0 } })
})

test('a server that says nothing is cut by the deadline', async () => {
  const outcome = await ask(await serveDns(undefined), { timeoutSeconds: 0.2 })
  expect(outcome).toMatchObject({ failure: 'timeout', answers: [], counts: undefined })
  expect(outcome.durationSeconds).toBeLessThan(2)
})

test('a server that is not there or has no such name fails without throwing', async () => {
  expect(await ask({ host: '127.0.0.1', port: 1 })).toMatchObject({
    failure: 'dns',
    detail: 'A of a.example: the server cannot be reached',
  })
  expect(await ask({ host: 'ns.invalid', port: 53 })).toMatchObject({ failure: 'dns' })
})

test('a name server may be known by its name, and the look-up is told apart', async () => {
  const { port } = await serveDns({ records: [Buffer.from([10, 0, 0, 1])] })
  const outcome = await ask({ host: 'localhost', port })
  expect(outcome.lookUpSeconds).toBeGreaterThan(0)
  expect(outcome.lookUpSeconds).toBeLessThanOrEqual(outcome.durationSeconds)
})

test.for<[string, (question: Buffer) => Buffer]>([
  ['ends within a record', (question) => answer(question, { records: [Buffer.alloc(4)] }).subarray(0, -2)],
  ['counts more than it holds', (question) => answer(question, {}).fill(9, 7, 8)],
  [
    'has a name that points to itself',
    (question) => {
      const whole = answer(question, { records: [Buffer.alloc(4)] })
      return whole.fill(whole.length - 16, whole.length - 15, whole.length - 14)
    },
  ],
])('an answer that %s is malformed', async ([, reply]) => {
  expect(await ask(await serveDns(reply))).toMatchObject({
    failure: 'dns',
    detail: 'A of a.example: the answer is malformed',
  })
})

test('a packet that answers another question is not taken for the answer', async () => {
  const reply: Reply = { records: [Buffer.from([10, 0, 0, 1])] }
  const server = await serveDns((question) => {
    const whole = answer(question, reply)
    return whole.fill((question.readUInt8(0) + 1) % 256, 0, 1)
  })
  expect(await ask(server, { timeoutSeconds: 0.2 })).toMatchObject({ failure: 'timeout' })
  const other = await serveDns((question) =>
    answer(encodeQuestion(question.readUInt16BE(0), 'b.example', 'A'), reply),
  )
  expect(await ask(other, { timeoutSeconds: 0.2 })).toMatchObject({ failure: 'timeout' })
})

test('whatever comes, reading it ends, and throws nothing but a RangeError', () => {
  const question = encodeQuestion(7, 'a.example', 'SOA')
  const head = Buffer.from([0, 7, 0x81, 0x80])
  const bytes = fc.uint8Array({ maxLength: 200 })
  const isRead = (rest: Uint8Array): boolean => {
    try {
      decodeAnswer(Buffer.concat([head, rest]), question)
      return true
    } catch (error) {
      return error instanceof RangeError
    }
  }
  const { failed, counterexample } = fc.check(fc.property(bytes, isRead), { numRuns: 5_000 })
  expect([failed, counterexample]).toEqual([false, null])
})

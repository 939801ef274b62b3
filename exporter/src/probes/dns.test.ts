import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { probeDns } from './dns.ts'

const never = new AbortController().signal

interface Reply {
  readonly code?: number
  readonly type?: number
  readonly records?: readonly Buffer[]
}

/** A name server that gives everybody the same answer, or none. */
async function serveDns(reply: Reply | undefined): Promise<string> {
  const server = createSocket('udp4')
  server.on('message', (question, from) => {
    if (reply) server.send(answer(question, reply), from.port, from.address)
  })
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `127.0.0.1:${server.address().port}`
}

/** RFC 1035, section 4.1: header, the question again, records that point back to its name. */
function answer(question: Buffer, { code = 0, type = 1, records = [] }: Reply): Buffer {
  const endOfName = question.indexOf(0, 12) + 1
  const head = Buffer.from(question.subarray(0, 12))
  head.writeUInt16BE(0x8180 | code, 2)
  head.writeUInt16BE(records.length, 6)
  head.writeUInt32BE(0, 8)
  const answers = records.map((data) => {
    const record = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length])
    return Buffer.concat([record, data])
  })
  return Buffer.concat([head, question.subarray(12, endOfName + 4), ...answers])
}

test('the answers of one server come in a stable order', async () => {
  const records = [Buffer.from([10, 0, 0, 2]), Buffer.from([10, 0, 0, 1])]
  const outcome = await probeDns({ name: 'a.example', type: 'A', server: await serveDns({ records }) }, never)
  expect(outcome).toMatchObject({ failure: undefined, answers: ['10.0.0.1', '10.0.0.2'] })
  expect(Object.keys(outcome.phases)).toEqual(['dns'])
})

test('records with several parts are one text each', async () => {
  const text = Buffer.from([3, ...Buffer.from('v=1'), 2, ...Buffer.from(';x')])
  const server = await serveDns({ type: 16, records: [text] })
  expect(await probeDns({ name: 'a.example', type: 'TXT', server }, never)).toMatchObject({
    answers: ['v=1;x'],
  })
})

test.for<[number, string]>([
  [3, 'A of a.example: the name does not exist'],
  [2, 'A of a.example: the server failed'],
  [5, 'A of a.example: the server refused to answer'],
  [0, 'A of a.example: the name has no record of this type'],
])('an answer with code %d is a dns failure', async ([code, detail]) => {
  const server = await serveDns({ code })
  const outcome = await probeDns({ name: 'a.example', type: 'A', server, timeoutSeconds: 3 }, never)
  expect(outcome).toMatchObject({ failure: 'dns', detail, answers: [] })
})

test('a server that says nothing is cut by the deadline', async () => {
  const server = await serveDns(undefined)
  const outcome = await probeDns({ name: 'a.example', type: 'A', server, timeoutSeconds: 0.2 }, never)
  expect(outcome).toMatchObject({ failure: 'timeout', answers: [] })
  expect(outcome.durationSeconds).toBeLessThan(0.5)
})

test('a server that is no address fails without throwing', async () => {
  expect(await probeDns({ name: 'a.example', type: 'A', server: 'ns.example' }, never)).toMatchObject({
    failure: 'dns',
  })
})

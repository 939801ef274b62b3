import { expect, test } from 'vitest'
import { readLogLines } from './log.ts'

function frame(stream: number, text: string): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt8(stream, 0)
  header.writeUInt32BE(Buffer.byteLength(text), 4)
  return Buffer.concat([header, Buffer.from(text)])
}

test('frames of both streams are one log, in the order in which they came', () => {
  const body = Buffer.concat([
    frame(1, 'one\n'),
    frame(2, 'two, '),
    frame(2, 'still two\n'),
    frame(1, 'three'),
  ])
  expect(readLogLines(body)).toEqual(['one', 'two, still two', 'three'])
})

test('a terminal has no frames', () => {
  expect(readLogLines(Buffer.from('one\r\ntwo\r\n\r\n'))).toEqual(['one', 'two'])
})

test.each([0, 3, 8, 10])(
  'a body that ends after %i bytes of the last frame gives what there is',
  (length) => {
    const body = Buffer.concat([frame(1, 'one\n'), frame(1, 'two').subarray(0, length)])
    expect(readLogLines(body)).toEqual(length > 8 ? ['one', 'tw'] : ['one'])
  },
)

test('nothing, and what is no text, are no lines and no error', () => {
  expect(readLogLines(Buffer.alloc(0))).toEqual([])
  expect(readLogLines(Buffer.from([0xff, 0xfe, 0x0a, 0x01]))).toHaveLength(2)
})

import { expect, test } from 'vitest'
import { resolve } from './resolve.ts'

test('the same question asked twice at once is asked once, and both are told', async () => {
  const { promise, resolve: settle } = Promise.withResolvers<void>()
  const turns: number[] = []
  let turn = 0
  const note = (): void => {
    turns.push(turn)
    // Two questions would be answered in two turns of the event loop.
    setImmediate(() => (turn += 1))
    if (turns.length === 3) settle()
  }
  resolve('localhost', 4, note)
  resolve('localhost', 4, note)
  resolve('localhost', 4, note)
  await promise
  expect(turns).toEqual([0, 0, 0])
})

test('addresses are of the family that was asked for', async () => {
  const { promise, resolve: settle } = Promise.withResolvers<readonly number[]>()
  resolve('localhost', 4, (_, addresses) => settle(addresses.map(({ family }) => family)))
  expect(new Set(await promise)).toEqual(new Set([4]))
})

test('a name that does not exist is an error, and the next question is a new one', async () => {
  for (const time of [1, 2]) {
    const { promise, resolve: settle } = Promise.withResolvers<unknown>()
    resolve('nowhere.invalid', undefined, (error, addresses) => settle([time, error, addresses]))
    expect(await promise).toMatchObject([time, { code: 'ENOTFOUND' }, []])
  }
})

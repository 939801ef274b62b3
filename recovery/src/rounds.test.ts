import { expect, onTestFinished, test } from 'vitest'
import type { Engine } from './engine.ts'
import { createRounds } from './rounds.ts'

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

test('a healer that hangs says so, and begins no second round beside the first', async () => {
  let [now, begun] = [1_800_000_000, 0]
  const { promise, resolve } = Promise.withResolvers<void>()
  const engine: Engine = {
    begin: () => {},
    followClock: () => {},
    round: () => {
      begun += 1
      return promise
    },
    idle: () => Promise.resolve(),
  }
  const rounds = createRounds({ engine, log, clock: () => now, intervalSeconds: 5 })
  onTestFinished(() => rounds.stop())
  rounds.wake()
  rounds.wake()
  expect(rounds.ailment()).toBeUndefined()
  now += 300
  rounds.wake()
  expect(rounds.ailment()).toBe('the last round was 300 s ago')
  expect(begun).toBe(1)
  resolve()
})

test('a round that fails is told until one succeeds', async () => {
  let isBroken = true
  const engine: Engine = {
    begin: () => {},
    followClock: () => {},
    round: () => (isBroken ? Promise.reject(new Error('the disk is full')) : Promise.resolve()),
    idle: () => Promise.resolve(),
  }
  const rounds = createRounds({ engine, log, clock: () => 0, intervalSeconds: 5 })
  onTestFinished(() => rounds.stop())
  rounds.wake()
  await expect.poll(() => rounds.ailment()).toBe('the disk is full')
  isBroken = false
  rounds.wake()
  await expect.poll(() => rounds.ailment()).toBeUndefined()
})

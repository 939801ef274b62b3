import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { runPaced, startRate } from './pace.ts'

const never = new AbortController().signal

test('starts are spread evenly and results keep the order of the items', async () => {
  const began = performance.now()
  const starts: number[] = []
  const results = await runPaced(
    [5, 4, 3, 2, 1],
    async (item) => {
      starts.push(performance.now() - began)
      await sleep(item)
      return item
    },
    { signal: never, startsPerSecond: 50 },
  )
  expect(results).toEqual([5, 4, 3, 2, 1])
  for (const [index, start] of starts.entries()) {
    expect(start).toBeGreaterThanOrEqual(index * 20 - 1)
    expect(start).toBeLessThan(index * 20 + 500)
  }
})

test('a probe that hangs delays no other start', async () => {
  const round = new AbortController()
  const starts: number[] = []
  const probe = (item: number): Promise<void> => {
    starts.push(item)
    if (starts.length === 100) round.abort()
    return new Promise((resolve) => {
      if (item % 2 === 1) resolve()
      else round.signal.addEventListener('abort', () => resolve())
    })
  }
  const items = Array.from({ length: 100 }, (_, index) => index)
  await runPaced(items, probe, { signal: round.signal, startsPerSecond: 2000 })
  expect(starts).toEqual(items)
})

test('after a stall the starts that are overdue do not come all at once', async () => {
  const turns: number[] = []
  let turn = 0
  const probe = (item: number): Promise<void> => {
    turns.push(turn)
    setImmediate(() => (turn += 1))
    const until = performance.now() + (item === 5 ? 50 : 0)
    while (performance.now() < until);
    return Promise.resolve()
  }
  const items = Array.from({ length: 60 }, (_, index) => index)
  await runPaced(items, probe, { signal: never, startsPerSecond: 1000 })
  const perTurn = Map.groupBy(turns, (each) => each)
  expect(Math.max(...Array.from(perTurn.values(), (all) => all.length))).toBeLessThanOrEqual(4)
})

test('after an abort the rest start at once, so that each can say that time is up', async () => {
  const round = new AbortController()
  const began = performance.now()
  const probe = (item: number): Promise<number> => {
    if (item === 1) round.abort()
    return Promise.resolve(item)
  }
  const pace = { signal: round.signal, startsPerSecond: 1 }
  expect(await runPaced([0, 1, 2, 3, 4, 5, 6, 7], probe, pace)).toHaveLength(8)
  expect(performance.now() - began).toBeLessThan(2_000)
})

test('a probe that throws fails the whole only after all were started', async () => {
  let started = 0
  const probe = (): Promise<void> => {
    started += 1
    return Promise.reject(new Error(`probe ${started}`))
  }
  const run = runPaced([1, 2, 3], probe, { signal: never, startsPerSecond: 100 })
  await expect(run).rejects.toThrow('probe 1')
  expect(started).toBe(3)
})

test('a thousand targets start within a second, and more within half of the time there is', () => {
  expect(1000 / startRate(1000, 9.5)).toBe(1)
  expect(10_000 / startRate(10_000, 9.5)).toBeLessThan(4)
})

import { expect, test } from 'vitest'
import { createFaults } from './fault.ts'
import type { Breakable } from './fault.ts'

function recorder(events: string[], delays: Readonly<Record<string, Promise<void>>> = {}): Breakable {
  return {
    name: 'api',
    kind: 'service',
    faults: ['down', 'slow'],
    async break(fault) {
      await delays[fault]
      events.push(fault)
    },
    async heal() {
      events.push('heal')
    },
  }
}

test('a second fault takes the place of the first', async () => {
  const events: string[] = []
  const faults = createFaults([recorder(events)])
  await faults.break('api', 'down')
  await faults.break('api', 'slow')
  expect(events).toEqual(['down', 'heal', 'slow'])
  expect(faults.list()).toEqual([{ name: 'api', kind: 'service', fault: 'slow', faults: ['down', 'slow'] }])
})

test('what is whole is not healed', async () => {
  const events: string[] = []
  await createFaults([recorder(events)]).heal('api')
  expect(events).toEqual([])
})

test('a heal does not overtake the fault before it', async () => {
  const events: string[] = []
  const gate = Promise.withResolvers<void>()
  const faults = createFaults([recorder(events, { down: gate.promise })])
  const orders = [faults.break('api', 'down'), faults.heal('api')]
  gate.resolve()
  await Promise.all(orders)
  expect(events).toEqual(['down', 'heal'])
  expect(faults.list()[0]?.fault).toBeNull()
})

test('a fault that fails half-way can be healed, and does not stop the next', async () => {
  const events: string[] = []
  const failing = Promise.reject(new Error('no'))
  const faults = createFaults([recorder(events, { down: failing })])
  await expect(faults.break('api', 'down')).rejects.toThrow('no')
  await faults.heal('api')
  await faults.break('api', 'slow')
  expect(events).toEqual(['heal', 'slow'])
})

test('unknown names and faults are answered with those that there are', async () => {
  const faults = createFaults([recorder([])])
  await expect(faults.break('ap', 'down')).rejects.toThrow('nothing is called "ap": expected one of api')
  await expect(faults.heal('ap')).rejects.toThrow('nothing is called "ap": expected one of api')
  await expect(faults.break('api', 'melt')).rejects.toThrow(
    'api has no fault "melt": expected one of down, slow',
  )
})

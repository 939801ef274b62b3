// Schedules judged slot by slot, over clock changes and absences.
import { array, assert, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { beginSlots, isOverdue, judgeSlots, nextSlot } from './slots.ts'
import type { Schedule, SlotState } from './slots.ts'

const at = (text: string): number => Date.parse(text) / 1000

const hourly: Schedule = { task: 'a', cron: '5 * * * *', timezone: 'UTC', grace: 600 }

interface Day {
  readonly from: string
  readonly until: string
  readonly everySeconds?: number
}

/** Walks through a time, giving each start when its time has come. */
function live(schedule: Schedule, day: Day, starts: readonly string[]): SlotState {
  const from = at(day.from)
  const state = beginSlots(schedule, undefined, from)
  const times = starts.map(at)
  const step = day.everySeconds ?? 60
  for (let now = from; now <= at(day.until); now += step) {
    const fresh = times.filter((start) => start > now - step && start <= now)
    judgeSlots(state, schedule, { starts: fresh, now, knownUntil: now })
  }
  return state
}

test('a run within the grace answers its slot, a later one does not', () => {
  const day = { from: '2026-01-10T00:00:00Z', until: '2026-01-10T03:59:00Z' }
  const state = live(hourly, day, ['2026-01-10T00:05:01Z', '2026-01-10T01:14:59Z', '2026-01-10T02:15:01Z'])
  expect(state.missed).toBe(2)
  expect(state.due).toBe(at('2026-01-10T03:05:00Z'))
})

test('a slot that no run answered is overdue until a run begins', () => {
  const day = { from: '2026-01-10T00:00:00Z', until: '2026-01-10T00:20:00Z' }
  const state = live(hourly, day, [])
  expect(isOverdue(state, at('2026-01-09T23:05:00Z'))).toBe(true)
  expect(isOverdue(state, undefined)).toBe(true)
  expect(isOverdue(state, at('2026-01-10T00:18:00Z'))).toBe(false)
})

test('of a task that is due each minute, the run before does not count for the slot that was missed', () => {
  const often = { ...hourly, cron: '* * * * *', grace: 20 }
  const day = { from: '2026-01-10T00:00:30Z', until: '2026-01-10T00:02:30Z', everySeconds: 5 }
  const state = live(often, day, ['2026-01-10T00:01:02Z'])
  expect(isOverdue(state, at('2026-01-10T00:01:02Z'))).toBe(true)
  expect(isOverdue(state, at('2026-01-10T00:02:02Z'))).toBe(false)
})

test('a clock that is a little ahead starts before the slot and answers it', () => {
  const day = { from: '2026-01-10T00:00:00Z', until: '2026-01-10T00:59:00Z' }
  expect(live(hourly, day, ['2026-01-10T00:04:10Z']).missed).toBe(0)
})

test('of a task that is due each minute, a second run does not answer the slot to come', () => {
  const often = { ...hourly, cron: '* * * * *', grace: 20 }
  const day = { from: '2026-01-10T00:00:30Z', until: '2026-01-10T00:02:30Z', everySeconds: 5 }
  expect(live(often, day, ['2026-01-10T00:01:02Z', '2026-01-10T00:01:40Z']).missed).toBe(1)
})

test('one run answers one slot', () => {
  const often = { ...hourly, cron: '*/5 * * * *' }
  const day = { from: '2026-01-10T00:01:00Z', until: '2026-01-10T00:30:00Z' }
  // Slots at 5, 10 and 15 are over by 30; two runs came, both within the grace of all three.
  expect(live(often, day, ['2026-01-10T00:15:10Z', '2026-01-10T00:15:20Z']).missed).toBe(1)
})

test('nothing is missed while it is not known what ran', () => {
  const state = beginSlots(hourly, undefined, at('2026-01-10T00:00:00Z'))
  const now = at('2026-01-10T09:00:00Z')
  judgeSlots(state, hourly, { starts: [], now, knownUntil: undefined })
  expect(state.missed).toBe(0)
  const starts = Array.from({ length: 9 }, (_, hour) => at(`2026-01-10T0${hour}:05:10Z`))
  judgeSlots(state, hourly, { starts, now, knownUntil: now })
  expect(state.missed).toBe(0)
})

test('after an absence each slot without a run is missed, and at most a thousand of them', () => {
  const state = beginSlots(hourly, undefined, at('2026-01-10T00:00:00Z'))
  const now = at('2026-01-10T06:00:00Z')
  judgeSlots(state, hourly, { starts: [at('2026-01-10T03:06:00Z')], now, knownUntil: now })
  expect(state.missed).toBe(5)
  const later = at('2027-01-10T06:00:00Z')
  judgeSlots(state, hourly, { starts: [], now: later, knownUntil: later })
  expect(state.missed).toBe(1005)
  expect(nextSlot(state, hourly, later)).toBe(at('2027-01-10T06:05:00Z'))
})

// Slots and what a scheduler did: hours that are missing or come twice must not be held against it.
test.each([
  {
    change: 'New York, forward',
    schedule: { timezone: 'America/New_York', cron: '30 2 * * *' },
    day: { from: '2026-03-07T12:00:00Z', until: '2026-03-09T12:00:00Z' },
    starts: ['2026-03-08T07:00:05Z', '2026-03-09T06:30:05Z'],
  },
  {
    change: 'New York, forward, by a scheduler that runs an hour later',
    schedule: { timezone: 'America/New_York', cron: '30 2 * * *' },
    day: { from: '2026-03-07T12:00:00Z', until: '2026-03-09T12:00:00Z' },
    starts: ['2026-03-08T07:30:05Z', '2026-03-09T06:30:05Z'],
  },
  {
    change: 'New York, back, in the second pass',
    schedule: { timezone: 'America/New_York', cron: '30 1 * * *' },
    day: { from: '2026-10-31T12:00:00Z', until: '2026-11-02T12:00:00Z' },
    starts: ['2026-11-01T06:30:05Z', '2026-11-02T06:30:05Z'],
  },
  {
    change: 'Berlin, back, in the first pass',
    schedule: { timezone: 'Europe/Berlin', cron: '30 2 * * *' },
    day: { from: '2026-10-24T12:00:00Z', until: '2026-10-26T12:00:00Z' },
    starts: ['2026-10-25T00:30:05Z', '2026-10-26T01:30:05Z'],
  },
  {
    change: 'Lord Howe, by half an hour',
    schedule: { timezone: 'Australia/Lord_Howe', cron: '45 1 * * *' },
    day: { from: '2026-04-03T20:00:00Z', until: '2026-04-05T20:00:00Z' },
    starts: ['2026-04-04T14:45:05Z', '2026-04-05T15:15:05Z'],
  },
])('$change: nothing is missed', ({ schedule, day, starts }) => {
  expect(live({ task: 'a', grace: 300, ...schedule }, day, starts).missed).toBe(0)
})

test('a run that never came is missed on the day of a clock change too', () => {
  const schedule = { task: 'a', cron: '30 2 * * *', timezone: 'America/New_York', grace: 300 }
  const day = { from: '2026-03-07T12:00:00Z', until: '2026-03-09T12:00:00Z' }
  expect(live(schedule, day, ['2026-03-09T06:30:05Z']).missed).toBe(1)
})

test('Taipei has days of 24 hours, and a daily slot at midnight there is 16:00 in UTC', () => {
  const schedule = { task: 'a', cron: '0 0 * * *', timezone: 'Asia/Taipei', grace: 300 }
  const state = beginSlots(schedule, undefined, at('2026-03-08T00:00:00Z'))
  expect(nextSlot(state, schedule, at('2026-03-08T00:00:00Z'))).toBe(at('2026-03-08T16:00:00Z'))
})

test('it does not matter when and how often is looked', () => {
  const often = { ...hourly, cron: '*/10 * * * *', grace: 180 }
  const from = at('2026-01-10T00:01:00Z')
  const end = from + 3 * 3600
  const seconds = integer({ min: 0, max: 3 * 3600 })
  const judge = (starts: readonly number[], looks: readonly number[]): number => {
    const state = beginSlots(often, undefined, from)
    let before = -Infinity
    for (const now of looks.toSorted((a, b) => a - b)) {
      const fresh = starts.filter((start) => start > before && start <= now)
      judgeSlots(state, often, { starts: fresh, now, knownUntil: now })
      before = now
    }
    return state.missed
  }
  const check = (starts: readonly number[], looks: readonly number[]): void => {
    const begun = starts.map((start) => from + start)
    const piecemeal = judge(begun, [...looks.map((look) => from + look), end])
    expect(piecemeal).toBe(judge(begun, [end]))
  }
  assert(property(array(seconds, { maxLength: 25 }), array(seconds, { maxLength: 30 }), check), {
    numRuns: 100,
  })
})

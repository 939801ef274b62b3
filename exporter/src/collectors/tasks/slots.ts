// Which runs came as the schedule says. Pure: given the slots, the starts and the time, judged slot by slot.
import { isNearClockChange, openSlots } from '../../schema/cron.ts'
import type { Slots } from '../../schema/cron.ts'

export interface Schedule {
  readonly task: string
  readonly type?: string | undefined
  readonly cron: string
  readonly timezone: string
  /** How late a start may be, in seconds. */
  readonly grace: number
  readonly max_runtime?: number | undefined
  readonly min_runtime?: number | undefined
}

/** What is kept of a schedule between rounds. */
export interface SlotState {
  /** The schedule it was made for; another one begins afresh. */
  key: string
  /** The latest slot that has come. */
  due: number | undefined
  /** The first slot that has not come yet. */
  upcoming: number | undefined
  /** Slots that have come and that no run has answered yet. */
  waiting: readonly number[]
  /** Starts that answered no slot: the next one may find that they were early. */
  spare: readonly number[]
  /** The last slot that no run answered in time. */
  lastMissed: number | undefined
  missed: number
}

export interface SlotRound {
  /** Starts seen for the first time, in any order. */
  readonly starts: readonly number[]
  readonly now: number
  /** Every start before this time has been seen; undefined while that cannot be said. */
  readonly knownUntil: number | undefined
}

// A scheduler's clock may be ahead of ours.
const earlySeconds = 60
// Schedulers differ on what they do with the hour that is missing or comes twice.
const clockChangeSeconds = 2 * 3600
const clockChangeToleranceSeconds = 3600
// After a long absence of ours the slots before are not walked one by one.
const listedAtOnce = 1_000
const keptStarts = 100

export function slotKey({ cron, timezone }: Schedule): string {
  return `${cron} ${timezone}`
}

/** Judging begins after the last start that is known, or now: what came before was not ours to see. */
export function beginSlots(schedule: Schedule, lastStart: number | undefined, now: number): SlotState {
  const slots = openOnce(schedule)
  const from = lastStart === undefined ? now : Math.min(lastStart + earlySeconds, now)
  return {
    key: slotKey(schedule),
    due: slots.previous(from),
    upcoming: slots.next(from),
    waiting: [],
    spare: [],
    lastMissed: undefined,
    missed: 0,
  }
}

export function judgeSlots(state: SlotState, schedule: Schedule, round: SlotRound): void {
  listSlots(state, schedule, round.now)
  const spare: number[] = []
  for (const start of [...state.spare, ...round.starts].toSorted((a, b) => a - b)) {
    const answered = state.waiting.find((slot) => answers(schedule, slot, start))
    if (answered === undefined) spare.push(start)
    else state.waiting = state.waiting.filter((slot) => slot !== answered)
  }
  const oldest = round.now - earlySeconds - clockChangeToleranceSeconds
  state.spare = spare.filter((start) => start > oldest).slice(-keptStarts)
  const { knownUntil } = round
  if (knownUntil !== undefined) countMissed(state, schedule, knownUntil)
}

function countMissed(state: SlotState, schedule: Schedule, knownUntil: number): void {
  const isOver = (slot: number): boolean => slot + tolerance(schedule, slot).late < knownUntil
  const over = state.waiting.filter(isOver)
  if (over.length === 0) return
  state.missed += over.length
  state.lastMissed = over.at(-1)
  state.waiting = state.waiting.filter((slot) => !over.includes(slot))
}

/** Whether a slot was missed and no run has begun since. */
export function isOverdue(state: SlotState, lastStart: number | undefined): boolean {
  if (state.lastMissed === undefined) return false
  return lastStart === undefined || lastStart < state.lastMissed - earlySeconds
}

/** The first slot after `now`. */
export function nextSlot(state: SlotState, schedule: Schedule, now: number): number | undefined {
  const isCurrent = state.upcoming === undefined || state.upcoming > now
  return isCurrent ? state.upcoming : openOnce(schedule).next(now)
}

function listSlots(state: SlotState, schedule: Schedule, now: number): void {
  if (state.upcoming === undefined || state.upcoming > now) return
  const slots = openOnce(schedule)
  const listed: number[] = []
  let slot: number | undefined = state.upcoming
  while (slot !== undefined && slot <= now && listed.length < listedAtOnce) {
    listed.push(slot)
    slot = slots.next(slot)
  }
  state.waiting = [...state.waiting, ...listed].slice(-listedAtOnce)
  state.due = slots.previous(now)
  state.upcoming = slot !== undefined && slot <= now ? slots.next(now) : slot
}

function answers(schedule: Schedule, slot: number, start: number): boolean {
  const { early, late } = tolerance(schedule, slot)
  return start >= slot - early && start <= slot + late
}

function tolerance({ timezone, grace }: Schedule, slot: number): { early: number; late: number } {
  const isUncertain = isNearClockChange(timezone, slot, clockChangeSeconds)
  const extra = isUncertain ? clockChangeToleranceSeconds : 0
  return { early: earlySeconds + extra, late: grace + extra }
}

const opened = new WeakMap<Schedule, Slots>()

function openOnce(schedule: Schedule): Slots {
  const slots = opened.get(schedule) ?? openSlots(schedule.cron, schedule.timezone)
  opened.set(schedule, slots)
  return slots
}

// Which runs came as the schedule says. Pure: given the slots, the starts and the time, judged slot by slot.
import { isNearClockChange, openSlots } from '../../../schema/cron.ts'
import type { Slots } from '../../../schema/cron.ts'

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
  /** From when on a run would have answered the last slot that was missed. */
  missedSince: number | undefined
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
const keptStartSeconds = 3600 + 60

export function slotKey({ cron, timezone }: Schedule): string {
  return `${cron} ${timezone}`
}

/** Judging begins after the last start that is known, or now: what came before was not ours to see. */
export function beginSlots(schedule: Schedule, lastStart: number | undefined, now: number): SlotState {
  const slots = openOnce(schedule)
  // What began up to so long before a slot was the run of that slot.
  const from = lastStart === undefined ? now : Math.min(lastStart + earlyOf(slots, lastStart), now)
  return {
    key: slotKey(schedule),
    due: slots.previous(from),
    upcoming: slots.next(from),
    waiting: [],
    spare: [],
    missedSince: undefined,
    missed: 0,
  }
}

export function judgeSlots(state: SlotState, schedule: Schedule, round: SlotRound): void {
  listSlots(state, schedule, round.now)
  const spare: number[] = []
  let windows = state.waiting.map((slot) => windowOf(schedule, slot))
  for (const start of [...state.spare, ...round.starts].toSorted((a, b) => a - b)) {
    const answered = windows.find(({ from, until }) => start >= from && start <= until)
    if (answered) windows = windows.filter((window) => window !== answered)
    else spare.push(start)
  }
  state.spare = spare.filter((start) => start > round.now - keptStartSeconds).slice(-keptStarts)
  const over = windows.filter(({ until }) => until < (round.knownUntil ?? -Infinity))
  state.missed += over.length
  state.missedSince = over.at(-1)?.from ?? state.missedSince
  state.waiting = windows.filter((window) => !over.includes(window)).map(({ slot }) => slot)
}

/** Whether a slot was missed and no run has begun since. */
export function isOverdue(state: SlotState, lastStart: number | undefined): boolean {
  if (state.missedSince === undefined) return false
  return lastStart === undefined || lastStart < state.missedSince
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

/** When a run may begin to be the one of this slot. */
interface Window {
  readonly slot: number
  readonly from: number
  readonly until: number
}

const windowsKept = new WeakMap<Schedule, Map<number, Window>>()

/** Remembered, for a slot that waits is looked at on every scrape, and asking for clock changes is dear. */
function windowOf(schedule: Schedule, slot: number): Window {
  const kept = windowsKept.get(schedule) ?? new Map<number, Window>()
  const window = kept.get(slot) ?? openWindow(schedule, slot)
  if (kept.size > listedAtOnce) kept.clear()
  windowsKept.set(schedule, kept.set(slot, window))
  return window
}

function openWindow(schedule: Schedule, slot: number): Window {
  const { timezone, grace } = schedule
  const slots = openOnce(schedule)
  const interval = (slots.next(slot) ?? Infinity) - slot
  const isUncertain = isNearClockChange(timezone, slot, clockChangeSeconds)
  const extra = isUncertain ? Math.min(clockChangeToleranceSeconds, interval / 2) : 0
  return { slot, from: slot - earlyOf(slots, slot) - extra, until: slot + grace + extra }
}

/** How much too early a run may begin. Of a task that is often due, what begins so is the late run of the slot before. */
function earlyOf(slots: Slots, at: number): number {
  const first = slots.next(at)
  const second = first === undefined ? undefined : slots.next(first)
  return first === undefined || second === undefined
    ? earlySeconds
    : Math.min(earlySeconds, (second - first) / 10)
}

const opened = new WeakMap<Schedule, Slots>()

function openOnce(schedule: Schedule): Slots {
  const slots = opened.get(schedule) ?? openSlots(schedule.cron, schedule.timezone)
  opened.set(schedule, slots)
  return slots
}

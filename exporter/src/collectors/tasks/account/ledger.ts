// What is known of each task: totals that only grow, the latest of everything, and the slots of its schedule.
import { forgetFuture } from './clock.ts'
import type { ErrorRules } from './error-class.ts'
import { countError, showErrors } from './error-tally.ts'
import type { ErrorTally } from './error-tally.ts'
import type { Outcome, RunRecord } from '../follow/run.ts'
import { beginSlots, judgeSlots, slotKey } from './slots.ts'
import type { Schedule, SlotState } from './slots.ts'

export const durationBounds: readonly number[] = Object.freeze([1, 5, 15, 60, 300, 900, 1800, 3600, 14_400])

/** Kept for people, in the API alone: a message never becomes a label. */
export interface FailureNote {
  readonly at: number
  readonly class: string
  readonly message: string
}

export interface TaskAccount extends ErrorTally {
  readonly task: string
  type: string
  runs: number
  failures: number
  canceled: number
  retries: number
  retrySuccesses: number
  /** Successes up to now that were all retries; one at the first try sets it back. */
  retriedInRow: number
  /** Successes that were over sooner than their work can be done. */
  tooShort: number
  /** Cumulative counts for `durationBounds`, and a last one for all. */
  readonly durationCounts: number[]
  durationSum: number
  lastStart: number | undefined
  lastSuccess: number | undefined
  lastFailure: number | undefined
  lastFinish: number | undefined
  lastDuration: number | undefined
  lastRunSucceeded: boolean | undefined
  consecutiveFailures: number
  notes: readonly FailureNote[]
  slots: SlotState | undefined
  /** Slots that the scheduler itself says were not run. */
  skipped: number
}

export interface Ledger {
  readonly accounts: Map<string, TaskAccount>
  /** Runs of tasks beyond the limit of names. */
  overflowed: number
}

export interface LedgerRules {
  readonly schedules: ReadonlyMap<string, Schedule>
  readonly errors: ErrorRules
  readonly maxTasks: number
}

export const overflowTask = '__other__'
const keptNotes = 5
const keptMessageLength = 500

export function createLedger(): Ledger {
  return { accounts: new Map(), overflowed: 0 }
}

/** The account of a task, opened at first mention; beyond the limit all share one. */
export function accountOf(
  ledger: Ledger,
  rules: LedgerRules,
  { task, type }: Pick<RunRecord, 'task' | 'type'>,
): TaskAccount {
  const known = ledger.accounts.get(task)
  if (known) return known
  const schedule = rules.schedules.get(task)
  if (!schedule && ledger.accounts.size >= rules.maxTasks) {
    const other = ledger.accounts.get(overflowTask) ?? openAccount(overflowTask, 'other')
    ledger.accounts.set(overflowTask, other)
    return other
  }
  const opened = openAccount(task, schedule?.type ?? type ?? 'other')
  ledger.accounts.set(task, opened)
  return opened
}

function openAccount(task: string, type: string): TaskAccount {
  return {
    task,
    type,
    runs: 0,
    failures: 0,
    canceled: 0,
    retries: 0,
    retrySuccesses: 0,
    retriedInRow: 0,
    tooShort: 0,
    errors: {},
    unseenErrors: {},
    durationCounts: Array.from({ length: durationBounds.length + 1 }, () => 0),
    durationSum: 0,
    lastStart: undefined,
    lastSuccess: undefined,
    lastFailure: undefined,
    lastFinish: undefined,
    lastDuration: undefined,
    lastRunSucceeded: undefined,
    consecutiveFailures: 0,
    notes: [],
    slots: undefined,
    skipped: 0,
  }
}

/** Notes that a run has begun. */
export function recordStart(account: TaskAccount, startedAt: number): void {
  account.lastStart = latest(account.lastStart, startedAt)
}

export interface Ending {
  readonly record: RunRecord
  readonly outcome: Exclude<Outcome, 'open' | 'ignored'>
  /** When the run was seen, for records that carry no end. */
  readonly seenAt: number
  /** False where the source keeps its own totals of runs and failures. */
  readonly isCounted: boolean
}

function recordRetried(account: TaskAccount, wasRetry: boolean): void {
  account.retrySuccesses += Number(wasRetry)
  account.retriedInRow = wasRetry ? account.retriedInRow + 1 : 0
}

/** Counts a run that has ended. To be called once for each. */
export function recordEnd(account: TaskAccount, rules: LedgerRules, ending: Ending): void {
  const { record, outcome } = ending
  if (outcome === 'canceled') {
    account.canceled += 1
    return
  }
  // A stamp from the future would hide all that follows it.
  const finishedAt = Math.min(record.finishedAt ?? ending.seenAt, ending.seenAt)
  const isSuccess = outcome === 'success'
  account.runs += Number(ending.isCounted)
  account.retries += record.retries + Number(record.isRetry)
  if (isSuccess) recordRetried(account, record.isRetry || record.retries > 0)
  const seconds = recordDuration(account, record)
  const least = rules.schedules.get(account.task)?.min_runtime
  if (isSuccess && least !== undefined && seconds !== undefined && seconds < least) account.tooShort += 1
  recordOutcome(account, isSuccess, finishedAt)
  if (!isSuccess) recordFailure(account, rules, { ...ending, finishedAt })
}

function recordDuration(account: TaskAccount, record: RunRecord): number | undefined {
  if (record.startedAt === undefined || record.finishedAt === undefined) return undefined
  const seconds = record.finishedAt - record.startedAt
  // Two clocks that disagree: no duration is better than a false one.
  if (seconds < 0) return undefined
  account.lastDuration = seconds
  account.durationSum += seconds
  const first = durationBounds.findIndex((bound) => seconds <= bound)
  const counts = account.durationCounts
  for (let index = first === -1 ? durationBounds.length : first; index < counts.length; index += 1) {
    counts[index] = (counts[index] ?? 0) + 1
  }
  return seconds
}

/** Runs may be seen out of order: an older one does not change what the latest said. */
function recordOutcome(account: TaskAccount, isSuccess: boolean, finishedAt: number): void {
  if (account.lastFinish === undefined || finishedAt >= account.lastFinish) {
    account.lastFinish = finishedAt
    account.lastRunSucceeded = isSuccess
    if (isSuccess) account.consecutiveFailures = 0
  }
  if (isSuccess) account.lastSuccess = latest(account.lastSuccess, finishedAt)
  else if (finishedAt >= (account.lastSuccess ?? -Infinity)) account.consecutiveFailures += 1
}

function recordFailure(
  account: TaskAccount,
  rules: LedgerRules,
  { record, outcome, finishedAt, isCounted }: Ending & { readonly finishedAt: number },
): void {
  account.failures += Number(isCounted)
  account.lastFailure = latest(account.lastFailure, finishedAt)
  const { classify, expected } = rules.errors
  const errorClass = countError(account, expected, classify(record.error, outcome))
  const told =
    outcome === 'unknown' ? `status ${JSON.stringify(record.status ?? null)} is not mapped` : record.error
  if (told === undefined) return
  noteFailure(account, { at: finishedAt, class: errorClass, message: told })
}

/** Keeps the last few texts. */
export function noteFailure(account: TaskAccount, { message, ...rest }: FailureNote): void {
  const note = { ...rest, message: message.slice(0, keptMessageLength) }
  account.notes = [...account.notes, note].toSorted((a, b) => a.at - b.at).slice(-keptNotes)
}

/** To be called once for each page. `isHistory` where nothing was on a page before. */
export function showTotals(ledger: Ledger, isHistory: boolean): void {
  for (const account of ledger.accounts.values()) showErrors(account, isHistory)
}

export interface ScheduleRound {
  /** Starts by task that were seen for the first time. */
  readonly starts: ReadonlyMap<string, readonly number[]>
  readonly now: number
  readonly knownUntil: number | undefined
}

/** Judges the slots of every scheduled task. Only after a reading that succeeded: what was not seen is not missed. */
export function judgeSchedules(ledger: Ledger, rules: LedgerRules, round: ScheduleRound): void {
  forgetFuture(ledger.accounts.values(), round.now)
  for (const schedule of rules.schedules.values()) {
    const account = accountOf(ledger, rules, { task: schedule.task, type: schedule.type })
    account.type = schedule.type ?? account.type
    const starts = round.starts.get(schedule.task) ?? []
    if (account.slots?.key !== slotKey(schedule)) {
      const missed = account.slots?.missed ?? 0
      account.slots = { ...beginSlots(schedule, account.lastStart, round.now), missed }
    }
    judgeSlots(account.slots, schedule, { starts, now: round.now, knownUntil: round.knownUntil })
  }
}

function latest(known: number | undefined, found: number): number {
  return known === undefined ? found : Math.max(known, found)
}

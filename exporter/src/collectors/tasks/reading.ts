// What a round found of tasks: facts for metrics, API and commands, copied out of the running state.
import type { Labels } from '../../metrics/metric.ts'
import type { Reading } from '../collector.ts'
import type { Dependency } from '../target.ts'
import type { FailureNote, TaskAccount } from './account/ledger.ts'
import { isOverdue, nextSlot } from './account/slots.ts'
import type { Schedule } from './account/slots.ts'
import type { ToldSlots } from './kinds/adapter.ts'
import type { SourceState } from './account/state.ts'

export const verdicts = ['ok', 'failing', 'overdue', 'running_too_long', 'unknown'] as const
export type Verdict = (typeof verdicts)[number]

export interface TaskReading {
  readonly task: string
  readonly type: string
  readonly source: string
  /** `{task, task_type}`, one object while they stay the same. */
  readonly labels: Labels
  readonly schedule: Schedule | undefined
  readonly verdict: Verdict
  readonly totals: Readonly<Omit<TaskAccount, 'slots' | 'skipped' | 'notes' | 'unseenErrors'>>
  readonly missed: number | undefined
  readonly due: number | undefined
  readonly nextRun: number | undefined
  readonly isOverdue: boolean | undefined
  /** While it is overdue: from when on a run would have answered the slot that was missed last. */
  readonly missedSince: number | undefined
  /** Undefined while the source cannot be read: what runs then is not known. */
  readonly running: number | undefined
  readonly oldestStart: number | undefined
  readonly isRunningTooLong: boolean | undefined
  /** What it cannot do without, through any number of steps. */
  readonly dependencies: readonly Dependency[]
  /** The last failures, for people. */
  readonly notes: readonly FailureNote[]
}

export const sourceReasons = ['dns', 'connect', 'tls', 'timeout', 'auth', 'quota', 'schema', 'error'] as const
export type SourceReason = (typeof sourceReasons)[number]

export interface SourceReading {
  readonly source: string
  readonly kind: string
  readonly labels: Labels
  /** Undefined when the source was read. */
  readonly reason: SourceReason | undefined
  /** For people; never a label. */
  readonly detail: string | undefined
  readonly isPersisted: boolean
  readonly isCatchingUp: boolean
  readonly lagSeconds: number | undefined
  readonly clockSkewSeconds: number | undefined
  /** Undefined where there is no table to scan. */
  readonly scansFully: boolean | undefined
  readonly rowsRead: number | undefined
  readonly forced: number | undefined
  readonly vanished: number
  readonly resets: number
  readonly futureStamps: number | undefined
  readonly overflowed: number | undefined
  readonly tasks: readonly TaskReading[]
}

export interface TasksReading extends Reading {
  readonly sources: readonly SourceReading[]
  readonly tasks: readonly TaskReading[]
}

export interface TaskRoom {
  readonly source: string
  readonly schedules: ReadonlyMap<string, Schedule>
  /** Classes of errors that every task shows. */
  readonly errorClasses: readonly string[]
  readonly dependenciesOf: (task: string) => readonly Dependency[]
  /** Of tasks whose schedule is known to their scheduler alone. */
  readonly slots: readonly ToldSlots[]
  readonly now: number
  /** Whether what is running now is known. */
  readonly isCurrent: boolean
}

/** Nothing before all that was there at first has been read: totals that leap are read as events. */
export function readTasks(state: SourceState, room: TaskRoom): TaskReading[] {
  if (!state.isPrimed) return []
  const running = countRunning(state)
  return [...state.ledger.accounts.values()].map((account) =>
    readTask(account, room, running.get(account.task) ?? { count: 0, oldest: undefined }),
  )
}

interface Running {
  readonly count: number
  readonly oldest: number | undefined
}

function countRunning({ open }: SourceState): Map<string, Running> {
  const running = new Map<string, Running>()
  for (const { task, startedAt, hasEnded } of open.values()) {
    if (startedAt === undefined || hasEnded) continue
    const known = running.get(task)
    running.set(task, {
      count: (known?.count ?? 0) + 1,
      oldest: Math.min(known?.oldest ?? startedAt, startedAt),
    })
  }
  return running
}

function readTask(account: TaskAccount, room: TaskRoom, running: Running): TaskReading {
  const schedule = room.schedules.get(account.task)
  const { slots: _slots, skipped: _skipped, notes, unseenErrors: _unseen, ...totals } = account
  const errors = { ...Object.fromEntries(room.errorClasses.map((name) => [name, 0])), ...totals.errors }
  const slots = readSlots(account, room)
  const longest = schedule?.max_runtime
  const age = running.oldest === undefined ? 0 : room.now - running.oldest
  const tooLong = longest === undefined || !room.isCurrent ? undefined : age > longest
  return {
    task: account.task,
    type: account.type,
    source: room.source,
    labels: labelsOf(account),
    schedule,
    verdict: judge(account, { overdue: slots.isOverdue, tooLong }),
    totals: { ...totals, errors, durationCounts: [...totals.durationCounts] },
    ...slots,
    running: room.isCurrent ? running.count : undefined,
    oldestStart: room.isCurrent ? running.oldest : undefined,
    isRunningTooLong: tooLong,
    dependencies: room.dependenciesOf(account.task),
    notes,
  }
}

type SlotFacts = Pick<TaskReading, 'missed' | 'due' | 'nextRun' | 'isOverdue' | 'missedSince'>

const unscheduled: SlotFacts = Object.freeze({
  missed: undefined,
  due: undefined,
  nextRun: undefined,
  isOverdue: undefined,
  missedSince: undefined,
})

/** As judged by the schedule, where it is known; else as its scheduler tells. */
function readSlots({ task, slots, skipped, lastStart }: TaskAccount, room: TaskRoom): SlotFacts {
  const schedule = room.schedules.get(task)
  if (schedule && slots) {
    const nextRun = nextSlot(slots, schedule, room.now)
    const overdue = isOverdue(slots, lastStart)
    const missedSince = overdue ? slots.missedSince : undefined
    return { missed: slots.missed, due: slots.due, nextRun, isOverdue: overdue, missedSince }
  }
  const told = room.slots.find((found) => found.task === task)
  return told ? { ...told, missed: skipped } : unscheduled
}

interface Judged {
  readonly overdue: boolean | undefined
  readonly tooLong: boolean | undefined
}

function judge({ lastRunSucceeded }: TaskAccount, { overdue, tooLong }: Judged): Verdict {
  // A run that hangs keeps others from beginning: it is the cause, and overdue slots follow from it.
  if (tooLong) return 'running_too_long'
  if (overdue) return 'overdue'
  if (lastRunSucceeded === undefined) return 'unknown'
  return lastRunSucceeded ? 'ok' : 'failing'
}

const labelsByAccount = new WeakMap<TaskAccount, Labels>()

function labelsOf(account: TaskAccount): Labels {
  const known = labelsByAccount.get(account)
  if (known?.['task_type'] === account.type) return known
  const made = Object.freeze({ task: account.task, task_type: account.type })
  labelsByAccount.set(account, made)
  return made
}

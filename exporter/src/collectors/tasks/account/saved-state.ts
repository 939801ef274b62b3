// The text of a state file: what a source must not forget, and nothing that can be found out again.
import { z } from 'zod'
import type { SourceState } from './state.ts'
import { createState } from './state.ts'
import { durationBounds } from './ledger.ts'

const version = 1
const keptSteps = 50
const time = z.number()
const total = z.number().min(0)

const slots = z.object({
  key: z.string(),
  due: time.optional(),
  upcoming: time.optional(),
  waiting: z.array(time),
  spare: z.array(time),
  missedSince: time.optional(),
  missed: total,
})

const account = z.object({
  task: z.string(),
  type: z.string(),
  runs: total,
  failures: total,
  canceled: total,
  retries: total,
  retrySuccesses: total,
  retriedInRow: total.default(0),
  tooShort: total,
  errors: z.record(z.string(), total),
  unseenErrors: z.record(z.string(), total).default({}),
  durationCounts: z.array(total).length(durationBounds.length + 1),
  durationSum: total,
  lastStart: time.optional(),
  lastSuccess: time.optional(),
  lastFailure: time.optional(),
  lastFinish: time.optional(),
  lastDuration: time.optional(),
  lastRunSucceeded: z.boolean().optional(),
  consecutiveFailures: total,
  notes: z.array(z.object({ at: time, class: z.string(), message: z.string() })),
  slots: slots.optional(),
  skipped: total.default(0),
})

const id = z.string().regex(/^-?\d+$/)

const file = z.object({
  version: z.literal(version),
  /** What the file is about: another configuration of the source begins afresh. */
  subject: z.string(),
  identity: z.object({ database: z.string(), relation: z.string(), filenode: z.string() }).optional(),
  xmax: id,
  readAt: time.optional(),
  horizonAt: time.optional(),
  steps: z.array(z.tuple([time, id, id])),
  byId: z.object({ cursor: id, gaps: z.array(z.tuple([id, id, time])) }).optional(),
  byFinished: z.object({ finished: z.string(), id: z.string().optional() }).optional(),
  open: z.array(z.tuple([z.string(), z.string(), time.nullable()])),
  endedIds: z.array(z.string()),
  pingIds: z.array(z.string()).default([]),
  countAfter: time.optional(),
  isPrimed: z.boolean(),
  vanished: total,
  forced: total,
  resets: total,
  futureStamps: total,
  overflowed: total,
  baselines: z.record(z.string(), total),
  accounts: z.array(account),
})

export function writeState(state: SourceState, subject: string): string {
  const { byId, open, ledger, ladder, ...rest } = state
  const saved = {
    version,
    subject,
    ...rest,
    xmax: String(state.xmax),
    // Without its steps a reader that is restarted again and again would never get to a horizon.
    steps: ladder.steps.slice(-keptSteps).map(({ at, xmin, xmax }) => [at, String(xmin), String(xmax)]),
    byId: byId && {
      cursor: String(byId.cursor),
      gaps: byId.gaps.map(({ low, high, since }) => [String(low), String(high), since]),
    },
    open: [...open].map(([key, run]) => [key, run.task, run.startedAt ?? null]),
    overflowed: ledger.overflowed,
    baselines: Object.fromEntries(state.baselines),
    accounts: [...ledger.accounts.values()],
  }
  return `${JSON.stringify(saved)}\n`
}

/** Undefined for another subject; throws for what is no state file. */
export function parseState(text: string, subject: string): SourceState | undefined {
  const saved = file.parse(JSON.parse(text))
  if (saved.subject !== subject) return undefined
  const { byId, open, accounts, overflowed, steps, version: _version, subject: _subject, ...rest } = saved
  const state = createState()
  for (const item of accounts) {
    const whole = { ...blank, ...item, slots: item.slots && { ...blankSlots, ...item.slots } }
    state.ledger.accounts.set(item.task, whole)
  }
  state.ledger.overflowed = overflowed
  state.ladder.steps = steps.map(([at, xmin, xmax]) => ({ at, xmin: BigInt(xmin), xmax: BigInt(xmax) }))
  for (const [key, task, startedAt] of open) {
    state.open.set(key, { task, startedAt: startedAt ?? undefined, hasEnded: false })
  }
  return Object.assign(state, rest, {
    xmax: BigInt(saved.xmax),
    baselines: new Map(Object.entries(saved.baselines)),
    byId: byId && {
      cursor: BigInt(byId.cursor),
      gaps: byId.gaps.map(([low, high, since]) => ({ low: BigInt(low), high: BigInt(high), since })),
    },
  })
}

// What JSON leaves out is undefined.
const blank = {
  lastStart: undefined,
  lastSuccess: undefined,
  lastFailure: undefined,
  lastFinish: undefined,
  lastDuration: undefined,
  lastRunSucceeded: undefined,
}
const blankSlots = { due: undefined, upcoming: undefined, missedSince: undefined }

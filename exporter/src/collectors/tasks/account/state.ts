// Where a source stands: its place in the table, its open runs and its ledger. Saved as a whole, so that place
// and totals can never disagree.
import type { IdPosition } from '../follow/id-position.ts'
import type { Ladder } from '../follow/ladder.ts'
import { accountOf, createLedger, overflowTask, recordEnd, recordStart } from './ledger.ts'
import type { Ending, Ledger, LedgerRules, TaskAccount } from './ledger.ts'
import { judgeOutcome } from '../follow/run.ts'
import type { RunRecord, StatusMap } from '../follow/run.ts'

/** Which table it is, not only what it is called: a restored or emptied one is another. */
export interface Identity {
  readonly database: string
  readonly relation: string
  readonly filenode: string
}

/** Everything up to this end, and of equal ends up to this id, has been read. */
export interface FinishedPosition {
  finished: string
  id: string | undefined
}

export interface OpenRun {
  readonly task: string
  readonly startedAt: number | undefined
  /** Known to have ended, and not counted yet. */
  readonly hasEnded: boolean
}

export interface SourceState {
  identity: Identity | undefined
  /** The transaction counter at the last reading: a restored server counts from further back. */
  xmax: bigint
  /** Clock of the server at the last reading. */
  readAt: number | undefined
  /** Every transaction that had begun by then has ended and been seen. */
  horizonAt: number | undefined
  byId: IdPosition | undefined
  byFinished: FinishedPosition | undefined
  readonly open: Map<string, OpenRun>
  /** Runs with a name of their own and slots that have ended lately, where nothing else tells that they were counted. */
  endedIds: readonly string[]
  /** Pings that came lately, where exporters hand them to each other: one that comes again is not counted again. */
  pingIds: readonly string[]
  /** While what was there before is read, runs that ended earlier are not counted. */
  countAfter: number | undefined
  /** Whether all that was there at the beginning has been read. */
  isPrimed: boolean
  readonly ledger: Ledger
  readonly ladder: Ladder
  /** Totals that a source keeps itself, as they stood at the last reading. */
  readonly baselines: Map<string, number>
  /** Open runs whose record was deleted, or given up because there were too many. */
  vanished: number
  /** Times something was given up because a transaction stayed open too long. */
  forced: number
  /** Times the table was found to be another one. */
  resets: number
  /** Records with a time that had not come yet. */
  futureStamps: number
}

export function createState(): SourceState {
  return {
    identity: undefined,
    xmax: 0n,
    readAt: undefined,
    horizonAt: undefined,
    byId: undefined,
    byFinished: undefined,
    open: new Map(),
    endedIds: [],
    pingIds: [],
    countAfter: undefined,
    isPrimed: false,
    ledger: createLedger(),
    ladder: { steps: [] },
    baselines: new Map(),
    vanished: 0,
    forced: 0,
    resets: 0,
    futureStamps: 0,
  }
}

export interface SightRules extends LedgerRules {
  readonly statuses: StatusMap
  /** Whether the totals come from these records, and not from a count that the source keeps itself. */
  readonly countsRuns: boolean
  readonly historySeconds: number
}

/** What one round has shown. */
export interface Sighting {
  readonly state: SourceState
  readonly rules: SightRules
  readonly at: number
  /** Starts seen for the first time, by task. */
  readonly starts: Map<string, number[]>
}

const skewSeconds = 5
// Records that were left open for good would otherwise be asked for on every scrape; the oldest are given up.
const keptOpen = 5_000

/** Takes in a record that is new, or that was open when last seen. */
export function see(sighting: Sighting, record: RunRecord): void {
  const { state, rules } = sighting
  const outcome = judgeOutcome(record, rules.statuses)
  if (outcome === 'ignored') {
    state.open.delete(record.id)
    return
  }
  const account = accountOf(state.ledger, rules, record)
  const before = state.open.get(record.id)
  if (!before && account.task === overflowTask) state.ledger.overflowed += 1
  if (before?.startedAt === undefined) seeStart(sighting, account, record)
  if (outcome === 'open') {
    state.open.set(record.id, { task: account.task, startedAt: record.startedAt, hasEnded: false })
    if (state.open.size > keptOpen) forget(state, state.open.keys().take(1))
    return
  }
  state.open.delete(record.id)
  seeEnd(sighting, account, { record, outcome })
}

function seeStart({ starts, at }: Sighting, account: TaskAccount, record: RunRecord): void {
  if (record.startedAt === undefined) return
  const startedAt = Math.min(record.startedAt, at)
  recordStart(account, startedAt)
  // A repetition comes when the last try has failed, and not because a slot was due.
  if (record.isRetry) return
  const known = starts.get(account.task)
  if (known) known.push(startedAt)
  else starts.set(account.task, [startedAt])
}

function seeEnd(
  { state, rules, at }: Sighting,
  account: TaskAccount,
  { record, outcome }: Pick<Ending, 'record' | 'outcome'>,
): void {
  const endedAt = record.finishedAt ?? record.startedAt ?? at
  if (endedAt > at + skewSeconds) state.futureStamps += 1
  if (state.countAfter !== undefined && endedAt < state.countAfter) return
  recordEnd(account, rules, { record, outcome, seenAt: at, isCounted: rules.countsRuns })
}

/** Takes open runs out whose records are no more. */
export function forget(state: SourceState, ids: Iterable<string>): void {
  for (const id of ids) if (state.open.delete(id)) state.vanished += 1
}

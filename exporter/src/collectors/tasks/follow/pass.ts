// One pass over a source: read in one snapshot, then taken in as a whole. A pass that fails leaves no trace.
import type { ClientBase } from 'pg'
import { applyByFinished, readByFinished, stuckSeconds } from './by-finished.ts'
import type { FinishedBatch } from './by-finished.ts'
import { applyById, readById } from './by-id.ts'
import type { IdBatch } from './by-id.ts'
import type { Budget } from './budget.ts'
import { readHead } from './head.ts'
import type { Head } from './head.ts'
import { judgeSchedules, showTotals } from '../account/ledger.ts'
import type { Plan } from './plan.ts'
import type { Sighting, SightRules, SourceState } from '../account/state.ts'

type Batch = { readonly byId: IdBatch } | { readonly byFinished: FinishedBatch }

export interface Pass {
  readonly head: Head
  readonly isRestart: boolean
  readonly batch: Batch
  readonly rows: number
  readonly isComplete: boolean
}

export async function readPass(
  client: ClientBase,
  plan: Plan,
  { state, budget }: { readonly state: SourceState; readonly budget: Budget },
): Promise<Pass> {
  const head = await readHead(client, plan)
  const isRestart = !state.identity || isOtherwise(state, plan) || isAnother(state, head)
  if (isRestart) state.ladder.steps = []
  const context = { state, head, isRestart, budget }
  if (plan.cursor === 'id') {
    const byId = await readById(client, plan, context)
    const rows = byId.records.length + byId.late.length + byId.tracked.length
    return { head, isRestart, batch: { byId }, rows, isComplete: byId.isComplete }
  }
  const byFinished = await readByFinished(client, plan, context)
  const rows = byFinished.records.length + byFinished.running.length + byFinished.tracked.length
  return { head, isRestart, batch: { byFinished }, rows, isComplete: byFinished.isComplete }
}

/** Followed by its ends until now and by its ids from now on, since it was given a sequence, or the other way round. */
function isOtherwise(state: SourceState, { cursor }: Plan): boolean {
  return (cursor === 'id' ? state.byId : state.byFinished) === undefined
}

/** Dropped and made again, emptied with its ids begun afresh, or a server set back to an earlier day. */
function isAnother(state: SourceState, head: Head): boolean {
  const known = state.identity
  if (known?.database !== head.identity.database || known.relation !== head.identity.relation) return true
  if (head.xmax < state.xmax) return true
  const isRewritten = known.filenode !== head.identity.filenode
  return isRewritten && state.byId !== undefined && (head.maxId ?? 0n) < state.byId.cursor
}

export function applyPass(state: SourceState, rules: SightRules, pass: Pass): void {
  const { head, batch } = pass
  if (pass.isRestart) beginAfresh(state, rules, head)
  const sighting: Sighting = { state, rules, at: head.at, starts: new Map() }
  if ('byId' in batch) applyById(sighting, batch.byId)
  else applyByFinished(sighting, batch.byFinished)
  const horizon = state.ladder.steps.findLast(({ xmax }) => xmax <= head.xmin)
  Object.assign(state, { identity: head.identity, xmax: head.xmax, readAt: head.at })
  if (horizon) state.horizonAt = horizon.at
  showTotals(state.ledger, !state.isPrimed)
  if (pass.isComplete) Object.assign(state, { countAfter: undefined, isPrimed: true })
  const horizonAt = Math.max(state.horizonAt ?? -Infinity, head.at - stuckSeconds)
  const knownUntil = pass.isComplete ? horizonAt : undefined
  judgeSchedules(state.ledger, rules, { starts: sighting.starts, now: head.at, knownUntil })
}

/** Of another table only what ended since the last reading is new: what it held before was counted then. */
function beginAfresh(state: SourceState, rules: SightRules, head: Head): void {
  state.countAfter = state.readAt ?? head.at - rules.historySeconds
  if (state.identity) state.resets += 1
  Object.assign(state, { horizonAt: undefined, byId: undefined, byFinished: undefined })
}

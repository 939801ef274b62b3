// A pass over a table in the order in which runs ended, for ids that have no order and for records that are used
// again. It stays behind the horizon, so that no transaction can still add an earlier end.
import type { ClientBase } from 'pg'
import type { Head } from './head.ts'
import { climb } from './ladder.ts'
import type { Budget } from './budget.ts'
import { isNaive, quoteText } from './plan.ts'
import type { Plan } from './plan.ts'
import { toRecord } from './record-row.ts'
import type { RecordRow } from './record-row.ts'
import type { RunRecord } from './run.ts'
import { forget, see } from '../account/state.ts'
import type { FinishedPosition, Sighting, SourceState } from '../account/state.ts'

interface TrackedRecord {
  readonly record: RunRecord
  /** Whether the position has moved past it without having seen its end. */
  readonly isBehind: boolean
}

export interface FinishedBatch {
  readonly isRestart: boolean
  readonly position: FinishedPosition
  readonly records: readonly RunRecord[]
  readonly running: readonly RunRecord[]
  readonly trackedIds: readonly string[]
  readonly tracked: readonly TrackedRecord[]
  readonly isComplete: boolean
  /** Whether the horizon was passed by because it stood still too long. */
  readonly isForced: boolean
}

// A transaction that stays open longer than this no longer holds up the reading.
export const stuckSeconds = 900
const keptRunning = 1_000

export interface FinishedContext {
  readonly state: SourceState
  readonly head: Head
  readonly isRestart: boolean
  readonly budget: Budget
}

export async function readByFinished(
  client: ClientBase,
  plan: Plan,
  context: FinishedContext,
): Promise<FinishedBatch> {
  const { state, head, isRestart, budget } = context
  const horizonAt = climb(state.ladder, head)?.at ?? state.horizonAt ?? -Infinity
  const isForced = !isRestart && head.at - horizonAt > stuckSeconds
  const known = Math.max(horizonAt, isRestart ? head.at - stuckSeconds : -Infinity)
  const bound = (isForced ? head.at - stuckSeconds : known) - budget.marginSeconds
  const start = isRestart || !state.byFinished ? await beginning(client, plan, context) : state.byFinished
  const page = await readEnded(client, plan, { start, bound, budget })
  const running = await readRunning(client, plan)
  const seen = new Set(running.map(({ id }) => id))
  const trackedIds = isRestart ? [] : [...state.open.keys()].filter((id) => !seen.has(id))
  const tracked = await readTracked(client, plan, { ids: trackedIds, position: start })
  return { isRestart, ...page, running, trackedIds, tracked, isForced }
}

/** The place in the order of ends at which a new table, or another one, is begun. */
async function beginning(
  client: ClientBase,
  plan: Plan,
  context: FinishedContext,
): Promise<FinishedPosition> {
  const { state, head, budget } = context
  const from = state.readAt ?? head.at - budget.historySeconds
  const { rows } = await client.query<{ finished: string }>(
    `SELECT (${timeParameter(plan, 1)})::text AS finished`,
    [isoText(from)],
  )
  return { finished: rows[0]?.finished ?? isoText(from), id: undefined }
}

function timeParameter(plan: Plan, index: number): string {
  const instant = `$${index}::timestamptz`
  return isNaive(plan.finished) ? `(${instant} AT TIME ZONE ${quoteText(plan.timezone)})` : instant
}

function isoText(seconds: number): string {
  return new Date(Math.floor(seconds * 1000)).toISOString()
}

interface EndedQuery {
  readonly start: FinishedPosition
  readonly bound: number
  readonly budget: Budget
}

async function readEnded(
  client: ClientBase,
  plan: Plan,
  { start, bound, budget }: EndedQuery,
): Promise<Pick<FinishedBatch, 'records' | 'position' | 'isComplete'>> {
  const records: RunRecord[] = []
  let position = start
  if (!Number.isFinite(bound)) return { records, position, isComplete: false }
  for (;;) {
    const after = [position.finished, ...(position.id === undefined ? [] : [position.id])]
    const { rows } = await client.query<
      RecordRow & { readonly wp_position: string; readonly wp_order: string }
    >(endedSql(plan, position, budget), [isoText(bound), ...after])
    records.push(...rows.map(toRecord))
    const last = rows.at(-1)
    if (last) position = { finished: last.wp_position, id: last.wp_order }
    if (rows.length < budget.pageRows) return { records, position, isComplete: true }
    if (budget.isSpent(records.length)) return { records, position, isComplete: false }
  }
}

export function endedSql(
  plan: Plan,
  position: FinishedPosition,
  { pageRows }: Pick<Budget, 'pageRows'>,
): string {
  const { finished, id, each } = plan
  const ended = `SELECT ${plan.select}, ${finished.sql} AS wp_finished, ${id.sql} AS wp_order, ${finished.sql}::text AS wp_position
    FROM ${plan.from}
    WHERE ${each ? `${each.on} AND ` : ''}${isAheadSql(plan, position, 2)} AND ${finished.sql} IS NOT NULL
      AND ${finished.sql} <= ${timeParameter(plan, 1)}
    ORDER BY ${finished.sql}, ${id.sql} LIMIT ${pageRows}`
  if (!each) return ended
  return `SELECT ended.* FROM ${each.from} CROSS JOIN LATERAL (${ended}) AS ended ORDER BY wp_finished, wp_order LIMIT ${pageRows}`
}

function isAheadSql({ finished, id }: Plan, position: FinishedPosition, first: number): string {
  return position.id === undefined
    ? `${finished.sql} > $${first}::${finished.type}`
    : `(${finished.sql}, ${id.sql}) > ($${first}::${finished.type}, $${first + 1}::${id.type})`
}

function isBehindSql({ finished, id }: Plan, position: FinishedPosition, first: number): string {
  return position.id === undefined
    ? `${finished.sql} <= $${first}::${finished.type}`
    : `(${finished.sql}, ${id.sql}) <= ($${first}::${finished.type}, $${first + 1}::${id.type})`
}

async function readRunning(client: ClientBase, plan: Plan): Promise<RunRecord[]> {
  const { rows } = await client.query<RecordRow>(runningSql(plan))
  return rows.map(toRecord)
}

export function runningSql(plan: Plan): string {
  const open = plan.open ?? `${plan.finished.sql} IS NULL`
  const { each } = plan
  if (!each) return `SELECT ${plan.select} FROM ${plan.from} WHERE ${open} LIMIT ${keptRunning}`
  return `SELECT open.* FROM ${each.from} CROSS JOIN LATERAL (
    SELECT ${plan.select} FROM ${plan.from} WHERE ${each.on} AND ${open} LIMIT ${keptRunning}) AS open LIMIT ${keptRunning}`
}

async function readTracked(
  client: ClientBase,
  plan: Plan,
  { ids, position }: { readonly ids: readonly string[]; readonly position: FinishedPosition },
): Promise<TrackedRecord[]> {
  if (ids.length === 0) return []
  const after = [position.finished, ...(position.id === undefined ? [] : [position.id])]
  const { rows } = await client.query<RecordRow & { readonly wp_is_behind: boolean }>(
    trackedSql(plan, position),
    [ids, ...after],
  )
  return rows.map((row) => ({ record: toRecord(row), isBehind: row.wp_is_behind }))
}

function trackedSql(plan: Plan, position: FinishedPosition): string {
  const selected = `${plan.select}, coalesce(${isBehindSql(plan, position, 2)}, false) AS wp_is_behind`
  if (!plan.matchKey) {
    return `SELECT ${selected} FROM ${plan.from} WHERE ${plan.id.sql} = ANY($1::${plan.id.type}[])`
  }
  return `SELECT found.* FROM unnest($1::text[]) AS wanted (key) CROSS JOIN LATERAL (
    SELECT ${selected} FROM ${plan.from} WHERE ${plan.matchKey('wanted.key')}) AS found`
}

export function applyByFinished(sighting: Sighting, batch: FinishedBatch): void {
  const { state } = sighting
  if (batch.isRestart) state.open.clear()
  for (const record of batch.records) see(sighting, record)
  // Without an end it has no place in the order yet, whatever its status says.
  for (const record of batch.running) see(sighting, { ...record, status: undefined })
  for (const { record, isBehind } of batch.tracked) {
    if (isBehind) see(sighting, record)
    else if (record.finishedAt === undefined) see(sighting, { ...record, status: undefined })
    else markEnded(state, record.id)
  }
  const found = new Set(batch.tracked.map(({ record }) => record.id))
  forget(
    state,
    batch.trackedIds.filter((id) => !found.has(id)),
  )
  state.forced += Number(batch.isForced)
  state.byFinished = batch.position
}

function markEnded(state: SourceState, id: string): void {
  const run = state.open.get(id)
  if (run) state.open.set(id, { ...run, hasEnded: true })
}

// A pass over a table in the order of its ids.
import type { ClientBase } from 'pg'
import { advanceIds } from './id-position.ts'
import type { Gap, IdPage } from './id-position.ts'
import type { Head } from './head.ts'
import { climb } from './ladder.ts'
import type { Budget } from './budget.ts'
import type { Plan } from './plan.ts'
import { toRecord } from './record-row.ts'
import type { RecordRow } from './record-row.ts'
import type { RunRecord } from './run.ts'
import { forget, see } from '../account/state.ts'
import type { Sighting, SourceState } from '../account/state.ts'

export interface IdBatch extends IdPage {
  readonly from: bigint
  /** Whether the position begins afresh here. */
  readonly isRestart: boolean
  /** Open runs as they stand now. */
  readonly tracked: readonly RunRecord[]
  readonly trackedIds: readonly string[]
  readonly isComplete: boolean
}

// Of a table seen for the first time the newest records tell the last runs; older ones are left alone.
const firstRecords = 20_000n
// Of those, ids this close to the end may still belong to transactions under way.
const firstGapIds = 1_000n
const gapRows = 5_000

export interface IdContext {
  readonly state: SourceState
  readonly head: Head
  readonly isRestart: boolean
  readonly budget: Budget
}

export async function readById(client: ClientBase, plan: Plan, context: IdContext): Promise<IdBatch> {
  const { state, head, budget } = context
  const isRestart = context.isRestart || state.byId === undefined
  const maxId = head.maxId ?? 0n
  const from = isRestart || !state.byId ? lower(maxId - firstRecords) : state.byId.cursor
  const gaps = isRestart ? [] : (state.byId?.gaps ?? [])
  const trackedIds = isRestart ? [] : [...state.open.keys()]
  const page = await readNew(client, plan, { from, maxId, budget })
  const horizon = climb(state.ladder, head)
  const late = await readGaps(client, plan, gaps)
  // A page of late records that is full may not be all of them.
  const isSettling = horizon !== undefined && late.length < gapRows
  return {
    ...page,
    from,
    isRestart,
    late,
    trackedIds,
    tracked: await readTracked(client, plan, trackedIds),
    at: head.at,
    settledAt: isSettling ? horizon.at - budget.marginSeconds : undefined,
  }
}

function lower(id: bigint): bigint {
  return id < -1n ? -1n : id
}

interface NewRecords {
  readonly records: readonly RunRecord[]
  readonly upTo: bigint
  readonly isComplete: boolean
}

async function readNew(
  client: ClientBase,
  plan: Plan,
  { from, maxId, budget }: { readonly from: bigint; readonly maxId: bigint; readonly budget: Budget },
): Promise<NewRecords> {
  const records: RunRecord[] = []
  let upTo = from
  const sql = `SELECT ${plan.select} FROM ${plan.from} WHERE ${plan.id.sql} > $1 AND ${plan.id.sql} <= $2 ORDER BY ${plan.id.sql} LIMIT ${budget.pageRows}`
  while (upTo < maxId) {
    const { rows } = await client.query<RecordRow>(sql, [String(upTo), String(maxId)])
    records.push(...rows.map(toRecord))
    const last = rows.at(-1)
    upTo = rows.length < budget.pageRows || !last ? maxId : BigInt(last.wp_id)
    if (budget.isSpent(records.length)) break
  }
  return { records, upTo, isComplete: upTo >= maxId }
}

async function readGaps(client: ClientBase, plan: Plan, gaps: readonly Gap[]): Promise<RunRecord[]> {
  if (gaps.length === 0) return []
  const { rows } = await client.query<RecordRow>(
    `SELECT found.* FROM unnest($1::bigint[], $2::bigint[]) AS gap (low, high)
    CROSS JOIN LATERAL (
      SELECT ${plan.select} FROM ${plan.from}
      WHERE ${plan.id.sql} >= gap.low AND ${plan.id.sql} <= gap.high ORDER BY ${plan.id.sql} LIMIT ${gapRows}
    ) AS found`,
    [gaps.map(({ low }) => String(low)), gaps.map(({ high }) => String(high))],
  )
  return rows.map(toRecord)
}

async function readTracked(client: ClientBase, plan: Plan, ids: readonly string[]): Promise<RunRecord[]> {
  if (ids.length === 0) return []
  const { rows } = await client.query<RecordRow>(
    `SELECT ${plan.select} FROM ${plan.from} WHERE ${plan.id.sql} = ANY($1::bigint[])`,
    [ids],
  )
  return rows.map(toRecord)
}

export function applyById(sighting: Sighting, batch: IdBatch): void {
  const { state } = sighting
  if (batch.isRestart || !state.byId) {
    state.open.clear()
    state.byId = { cursor: batch.from, gaps: [] }
  }
  for (const record of [...batch.tracked, ...batch.late, ...batch.records]) see(sighting, record)
  const found = new Set(batch.tracked.map(({ id }) => id))
  forget(
    state,
    batch.trackedIds.filter((id) => !found.has(id)),
  )
  state.forced += advanceIds(state.byId, batch)
  if (batch.isRestart) {
    const { cursor, gaps } = state.byId
    state.byId.gaps = gaps.filter(({ high }) => high > cursor - firstGapIds)
  }
}

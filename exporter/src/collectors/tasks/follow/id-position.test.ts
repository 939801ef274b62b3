// Following ids as a pure function: whatever order transactions commit in, each record is seen exactly once.
import { assert, constantFrom, integer, array, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import { advanceIds } from './id-position.ts'
import type { IdPosition } from './id-position.ts'
import { climb } from './ladder.ts'
import type { Ladder } from './ladder.ts'
import type { RunRecord } from './run.ts'

const blank: Omit<RunRecord, 'id'> = {
  task: 'a',
  type: undefined,
  status: 'success',
  startedAt: undefined,
  finishedAt: undefined,
  error: undefined,
  isRetry: false,
  retries: 0,
}

interface Writer {
  /** When it takes its ids, and begins; when it commits, or gives up. */
  readonly begin: number
  readonly length: number
  readonly ids: number
  readonly ending: 'commit' | 'rollback'
}

/** A database of transactions: ids and transaction numbers are given out in order, and become visible at commit. */
function simulate(
  writers: readonly Writer[],
  polls: readonly number[],
): { seen: string[]; written: string[] } {
  let nextId = 1n
  const transactions = writers
    .toSorted((a, b) => a.begin - b.begin)
    .map((writer, index) => {
      const ids = Array.from({ length: writer.ids }, () => nextId++)
      return { ...writer, ids, xid: BigInt(index + 100), end: writer.begin + writer.length }
    })
  const position: IdPosition = { cursor: 0n, gaps: [] }
  const ladder: Ladder = { steps: [] }
  const seen: string[] = []
  const last = Math.max(...transactions.map(({ end }) => end), 0) + 1
  for (const at of [
    ...polls.filter((poll) => poll < last).toSorted((a, b) => a - b),
    last,
    last + 1,
    last + 2,
  ]) {
    const visible = transactions
      .filter(({ end, ending }) => end < at && ending === 'commit')
      .flatMap(({ ids }) => ids)
    const open = transactions.filter(({ begin, end }) => begin < at && end >= at).map(({ xid }) => xid)
    const xmax = BigInt(100 + transactions.filter(({ begin }) => begin < at).length)
    const xmin = open.reduce((least, xid) => (xid < least ? xid : least), xmax)
    const horizon = climb(ladder, { at, xmin, xmax })
    const upTo = visible.reduce((most, id) => (id > most ? id : most), position.cursor)
    const toRecords = (ids: readonly bigint[]): RunRecord[] =>
      ids.toSorted((a, b) => (a < b ? -1 : 1)).map((id) => ({ ...blank, id: String(id) }))
    const records = toRecords(visible.filter((id) => id > position.cursor))
    const late = toRecords(
      visible.filter((id) => position.gaps.some(({ low, high }) => id >= low && id <= high)),
    )
    seen.push(...[...records, ...late].map(({ id }) => id))
    advanceIds(position, { records, upTo, late, at, settledAt: horizon?.at })
  }
  expect(position.gaps, 'nothing is waited for when everybody has ended').toEqual([])
  const written = transactions
    .filter(({ ending }) => ending === 'commit')
    .flatMap(({ ids }) => ids.map(String))
  return { seen, written }
}

const writer = record({
  begin: integer({ min: 0, max: 60 }),
  length: integer({ min: 0, max: 40 }),
  ids: integer({ min: 1, max: 4 }),
  ending: constantFrom<Writer['ending']>('commit', 'commit', 'commit', 'rollback'),
})

test('over every interleaving each committed record is seen once and no other', () => {
  assert(
    property(
      array(writer, { maxLength: 30 }),
      array(integer({ min: 0, max: 110 }), { maxLength: 25 }),
      (writers, polls) => {
        const { seen, written } = simulate(writers, polls)
        expect(seen.toSorted()).toEqual(written.toSorted())
      },
    ),
    { numRuns: 2_000 },
  )
})

test('a transaction that stays open holds up nobody else', () => {
  const position: IdPosition = { cursor: 0n, gaps: [] }
  const records = ['1', '3'].map((id) => ({ ...blank, id }))
  advanceIds(position, { records, upTo: 3n, late: [], at: 10, settledAt: undefined })
  expect(position).toEqual({ cursor: 3n, gaps: [{ low: 2n, high: 2n, since: 10 }] })
})

test('ids beyond 2^53 keep their last digit', () => {
  const position: IdPosition = { cursor: 9_007_199_254_740_992n, gaps: [] }
  const records = ['9007199254740995'].map((id) => ({ ...blank, id }))
  advanceIds(position, { records, upTo: 9_007_199_254_740_995n, late: [], at: 1, settledAt: undefined })
  expect(position.gaps).toEqual([{ low: 9_007_199_254_740_993n, high: 9_007_199_254_740_994n, since: 1 }])
})

test('a sequence that leaps does not fill the memory, and what is given up is told', () => {
  const position: IdPosition = { cursor: 0n, gaps: [] }
  const records = Array.from({ length: 6_000 }, (_, index) => ({ ...blank, id: String(index * 2 + 2) }))
  expect(advanceIds(position, { records, upTo: 12_000n, late: [], at: 1, settledAt: undefined })).toBe(1_000)
  expect(position.gaps).toHaveLength(5_000)
})

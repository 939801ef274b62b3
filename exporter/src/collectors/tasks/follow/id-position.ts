// Following a table by its id: every record once, whatever its clock says. Ids are given out in order but become
// visible at commit, so the ids missing between those that were seen are remembered until they can no longer come.
import type { RunRecord } from './run.ts'

/** Ids from `low` to `high` that were missing when looked for at `since`. */
export interface Gap {
  readonly low: bigint
  readonly high: bigint
  readonly since: number
}

export interface IdPosition {
  /** Every id up to this one was looked for. */
  cursor: bigint
  gaps: readonly Gap[]
}

// More than this many is no longer a race of writers but a sequence that leaps; the oldest are given up.
const keptGaps = 5_000

export interface IdPage {
  /** New records, by id. */
  readonly records: readonly RunRecord[]
  /** Up to where this page has looked. */
  readonly upTo: bigint
  /** Records found in gaps. */
  readonly late: readonly RunRecord[]
  /** Clock of the server. */
  readonly at: number
  /** Gaps that were open before this time and are empty still stay empty; undefined when none is sure to. */
  readonly settledAt: number | undefined
}

/** Moves on over a page. Gives the number of ids given up before they were sure to stay missing. */
export function advanceIds(position: IdPosition, page: IdPage): number {
  const late = page.late.map(({ id }) => BigInt(id))
  const remaining = without(position.gaps, late).filter(
    (gap) => page.settledAt === undefined || gap.since >= page.settledAt,
  )
  const fresh = gapsBetween(position.cursor, page)
  const all = [...remaining, ...fresh]
  const given = all.slice(0, Math.max(0, all.length - keptGaps))
  position.gaps = all.slice(given.length)
  if (page.upTo > position.cursor) position.cursor = page.upTo
  return given.length
}

function gapsBetween(cursor: bigint, page: IdPage): Gap[] {
  const gaps: Gap[] = []
  let expected = cursor + 1n
  for (const { id } of page.records) {
    const found = BigInt(id)
    if (found > expected) gaps.push({ low: expected, high: found - 1n, since: page.at })
    expected = found + 1n
  }
  if (page.upTo >= expected) gaps.push({ low: expected, high: page.upTo, since: page.at })
  return gaps
}

/** The gaps with the ids of `found` taken out. */
function without(gaps: readonly Gap[], found: readonly bigint[]): readonly Gap[] {
  if (found.length === 0) return gaps
  const sorted = found.toSorted((a, b) => (a < b ? -1 : 1))
  return gaps.flatMap((gap) => {
    const parts: Gap[] = []
    let low = gap.low
    for (const id of sorted) {
      if (id < low || id > gap.high) continue
      if (id > low) parts.push({ ...gap, low, high: id - 1n })
      low = id + 1n
    }
    return low <= gap.high ? [...parts, { ...gap, low }] : parts
  })
}

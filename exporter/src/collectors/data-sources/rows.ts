// What is read beside the source itself: the last sync from a database, and how good the rows are.
import { explain } from '../../log.ts'
import type { Context, Round } from '../collector.ts'
import { hasPassed } from '../elapsed.ts'
import { spend } from './ask.ts'
import type { SourceMemory } from './memory.ts'
import { judgeQuality } from './quality/quality.ts'
import type { Counts, Quality } from './quality/quality.ts'
import { countTable } from './quality/table.ts'
import type { SettledSource } from './settled.ts'
import { readLastSync } from './sync.ts'

/** Undefined where nothing went wrong. */
export type Problem = string | undefined

/** The last sync as a database tells it, for the kinds whose own answer does not. */
export async function refreshLastSync(
  { configured, timeoutSeconds }: SettledSource,
  memory: SourceMemory,
  { databases, round }: { readonly databases: Context['databases']; readonly round: Round },
): Promise<Problem> {
  const { last_sync, kind } = configured
  if (!last_sync || !('database' in last_sync) || kind === 'sql') return undefined
  try {
    const database = databases.get(last_sync.database)
    if (!database) throw new Error(`${last_sync.database} cannot be asked by SQL`)
    const found = await readLastSync(last_sync, database, { signal: round.signal, timeoutSeconds })
    if ('problem' in found) throw new Error(found.problem)
    memory.lastSyncAt = found.at
    return undefined
  } catch (error) {
    memory.errors += 1
    memory.lastSyncAt = undefined
    return explain(error)
  }
}

/** Looks at the rows when it is time to; in between, and while it fails, `memory.quality` says what is known. */
export async function refreshQuality(
  settled: SettledSource,
  memory: SourceMemory,
  { databases, round }: { readonly databases: Context['databases']; readonly round: Round },
): Promise<Problem> {
  const { source, configured } = settled
  const { quality } = configured
  if (!quality) return undefined
  const last = memory.quality
  if (last && !hasPassed(intervalOf(quality, last.found), { at: last.at, now: round.now }))
    return last.problem
  const limit = AbortSignal.any([round.signal, AbortSignal.timeout(Math.ceil(quality.timeout * 1000))])
  let found: Quality | undefined
  let problem: Problem
  try {
    const counts = 'database' in quality ? await countRows(quality, databases, limit) : await countOwn(limit)
    found = judgeQuality(quality, counts, round.now)
  } catch (error) {
    memory.errors += 1
    problem = limit.aborted ? 'the rows could not be looked at in time' : explain(error)
  }
  memory.quality = { at: round.now, found, problem }
  return problem

  async function countOwn(signal: AbortSignal): Promise<Counts> {
    if (!source.countRows) throw new Error('expected a source with rows of its own')
    const { counts, requests } = await source.countRows(signal)
    spend(settled, memory, { now: round.now, requests })
    return counts
  }
}

const retrySeconds = 60

/** Sooner after a failure, but not at each scrape: what failed may have been as much work as what succeeds. */
function intervalOf({ every }: { readonly every: number }, found: Quality | undefined): number {
  return found ? every : Math.min(every, retrySeconds)
}

type TableQuality = Parameters<typeof countTable>[0]

async function countRows(
  quality: TableQuality,
  databases: Context['databases'],
  signal: AbortSignal,
): Promise<Counts> {
  const database = databases.get(quality.database)
  if (!database) throw new Error(`${quality.database} cannot be asked by SQL`)
  return countTable(quality, database, signal)
}

// Whether a source may be asked, and what follows from its answer for the next time.
import type { Round } from '../collector.ts'
import { hasPassed } from '../elapsed.ts'
import type { Kept, SourceMemory } from './memory.ts'
import { areSpent, readBudgets } from './quota/budget.ts'
import { isSpent } from './quota/quota.ts'
import type { Quota } from './quota/quota.ts'
import { readQuota } from './quota/read.ts'
import { isToldByDatabase } from './settled.ts'
import type { SettledSource } from './settled.ts'
import type { Answer } from './source.ts'

/** Never while we were told to wait, and after a success not before the interval is over. */
export function isDue(settled: SettledSource, { backoff, kept }: SourceMemory, now: number): boolean {
  if (!kept) return true
  if (backoff.until(now) !== undefined || areSpent(settled.budgets, now)) return false
  const isWell = kept.answer.status === 'healthy' || kept.answer.status === 'warning'
  const interval = isWell ? settled.minIntervalSeconds : settled.retryIntervalSeconds
  // A scrape that comes a moment early must not wait for the next one.
  return hasPassed(interval - Math.min(1, interval / 10), { at: kept.at, now })
}

export async function askSource(settled: SettledSource, memory: SourceMemory, round: Round): Promise<Kept> {
  const { source, timeoutSeconds } = settled
  const { now } = round
  const signal = AbortSignal.any([round.signal, AbortSignal.timeout(Math.ceil(timeoutSeconds * 1000))])
  const answer = await source.ask({ ...round, signal })
  spend(settled, memory, { now, requests: answer.requests })
  memory.rateLimited += Number(answer.isRateLimited)
  // A source that is down leaves its last sync as it was, and ageing.
  if (answer.status !== 'error' && !isToldByDatabase(settled)) memory.lastSyncAt = answer.lastSyncAt
  const found =
    readBudgets(settled.budgets, now) ?? readQuota(settled.quota, answer.quota, { now, count: memory.count })
  // Refused although our own count has some left: others spend it as well, and there is none.
  const isSpentByOthers = answer.isRateLimited && found?.source === 'count'
  const quota = found && isSpentByOthers ? { ...found, used: found.limit } : found
  honour(memory, answer, { now, quota })
  memory.kept = { at: now, answer, quota: quota ?? memory.kept?.quota }
  return memory.kept
}

/**
 * Our own count goes on falling while nobody asks. What a source told stands until it tells more; but once it is full
 * again, how much of it is used is not known.
 */
export function currentQuota(
  settled: SettledSource,
  { kept, count }: SourceMemory,
  now: number,
): Quota | undefined {
  const told = kept?.quota
  if (told?.resetAt !== undefined && told.resetAt <= now && isSpent(told)) return { ...told, used: undefined }
  if (told?.source !== 'count' || kept?.answer.isRateLimited) return told
  return readBudgets(settled.budgets, now) ?? readQuota(settled.quota, undefined, { now, count })
}

/** Counts what looking at a source has cost, for itself and for all that share its quota. */
export function spend(
  { budgets }: SettledSource,
  { count }: SourceMemory,
  { now, requests }: { readonly now: number; readonly requests: number },
): void {
  for (const each of [count, ...budgets.map((budget) => budget.count)]) each.add(now, requests)
}

interface Asked {
  readonly now: number
  readonly quota: Quota | undefined
}

/** Keeps away as long as we were told to, or as long as nothing is left. */
function honour({ backoff }: SourceMemory, answer: Answer, { now, quota }: Asked): void {
  const fullAt = quota && isSpent(quota) ? quota.resetAt : undefined
  if (answer.isRateLimited) backoff.refuse(now, answer.waitUntil ?? fullAt)
  else if (answer.waitUntil !== undefined) backoff.wait(answer.waitUntil)
  // Where the body tells, we were answered in spite of it, and may be again.
  else if (fullAt !== undefined && quota?.source !== 'body') backoff.wait(fullAt)
  else backoff.clear()
}

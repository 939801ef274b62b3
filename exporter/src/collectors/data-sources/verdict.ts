// What an answer and the age of the data say together.
import type { SettledSource } from './settled.ts'
import type { Answer, Verdict } from './source.ts'

export const connections = ['connected', 'disconnected', 'error'] as const
export type Connection = (typeof connections)[number]

export function staleness(
  { staleAfterSeconds }: SettledSource,
  lastSyncAt: number | undefined,
  now: number,
): boolean | undefined {
  if (staleAfterSeconds === undefined || lastSyncAt === undefined) return undefined
  return now - lastSyncAt > staleAfterSeconds
}

/** Old data are a warning of a source that answers, and all there is to say of one that is only seen by them. */
export function judgeAnswer(
  { configured, staleAfterSeconds }: SettledSource,
  answer: Answer,
  isStale = false,
): Verdict {
  const { status, reason, detail } = answer
  if (!isStale || status !== 'healthy') return { status, reason, detail }
  const stale = `expected a sync within ${staleAfterSeconds} seconds, but the last one is older`
  return { status: configured.kind === 'sql' ? 'error' : 'warning', reason: 'assertion', detail: stale }
}

const unreached = new Set<Verdict['reason']>(['dns', 'connect', 'tls', 'timeout'])

export function connectionOf({ status, reason }: Verdict): Connection | undefined {
  if (status === 'unknown') return undefined
  if (status !== 'error') return 'connected'
  return unreached.has(reason) ? 'disconnected' : 'error'
}

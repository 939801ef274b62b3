// Times that a server tells, by its own clock, which may be wrong.

/** Nobody resets a quota, or asks for patience, further ahead. */
const farthestSeconds = 32 * 86_400

/** The header Date in Unix seconds, by which the other times of the same answer are read. */
export function serverTime(date: string | undefined, now: number): number {
  const parsed = Date.parse(date ?? '') / 1000
  return Number.isNaN(parsed) ? now : parsed
}

/** A reset written as seconds from now, as epoch seconds, or as epoch milliseconds. */
export function readReset(value: number | undefined, now: number, server: number): number | undefined {
  if (value === undefined || !Number.isFinite(value)) return undefined
  const ahead = value > 1e12 ? value / 1000 - server : value > 1e9 ? value - server : value
  return believable(ahead, now)
}

/** Retry-After: seconds, or a date. */
export function readRetryAfter(text: string | undefined, now: number, server: number): number | undefined {
  if (text === undefined) return undefined
  if (/^\s*\d+(?:\.\d+)?\s*$/.test(text)) return believable(Number(text), now)
  const until = Date.parse(text) / 1000
  return Number.isNaN(until) ? undefined : believable(until - server, now)
}

function believable(aheadSeconds: number, now: number): number | undefined {
  return aheadSeconds >= 0 && aheadSeconds <= farthestSeconds ? now + aheadSeconds : undefined
}

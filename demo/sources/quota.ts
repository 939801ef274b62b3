// A quota that is spent by requests and filled up again at fixed times.

export interface QuotaOptions {
  readonly limit: number
  readonly windowSeconds: number
  /** What others on the same account spend, for each second of the window. */
  readonly backgroundPerSecond: number
}

export interface QuotaState {
  readonly limit: number
  readonly used: number
  /** Unix time in seconds. */
  readonly resetsAt: number
  readonly isExhausted: boolean
}

export interface Quota {
  /** Spends and tells the state after; what does not fit any more is not spent. */
  spend(amount: number, now: number): QuotaState
  /** While it holds, all is spent whatever the time. */
  exhaust(isExhausted: boolean): void
}

export function createQuota({ limit, windowSeconds, backgroundPerSecond }: QuotaOptions): Quota {
  let window = 0
  let spent = 0
  let isForced = false

  function spend(amount: number, now: number): QuotaState {
    const current = Math.floor(now / windowSeconds)
    if (current !== window) {
      window = current
      spent = 0
    }
    const background = (now - current * windowSeconds) * backgroundPerSecond
    const fits = !isForced && background + spent + amount <= limit
    if (fits) spent += amount
    return {
      limit,
      used: isForced ? limit : Math.min(limit, background + spent),
      resetsAt: (current + 1) * windowSeconds,
      isExhausted: !fits,
    }
  }

  return { spend, exhaust: (isExhausted) => void (isForced = isExhausted) }
}

/** Seconds to wait, as Retry-After wants them: whole, and at least one. */
export function retryAfter(state: QuotaState, now: number): string {
  return String(Math.max(1, Math.ceil(state.resetsAt - now)))
}

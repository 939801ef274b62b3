// Whether a policy has failed too often. Worked out from its marks each time, so there is nothing to keep in step.
import type { Policy } from '../config/schema.ts'
import type { Mark } from '../state/state.ts'

export const breakerStates = ['closed', 'half_open', 'open'] as const
type BreakerState = (typeof breakerStates)[number]

/** After `reset` one attempt is let through, and decides. */
export function breakerState(
  { name, breaker }: Pick<Policy, 'name' | 'breaker'>,
  marks: readonly Mark[],
  now: number,
): BreakerState {
  let failures: number[] = []
  let openedAt: number | undefined
  for (const { at, isGood } of marks.filter(({ policy }) => policy === name)) {
    const isHalfOpen = openedAt !== undefined && at >= openedAt + breaker.reset
    if (isHalfOpen) {
      openedAt = isGood ? undefined : at
      failures = []
    } else if (openedAt === undefined && !isGood) {
      failures = [...failures.filter((failure) => failure > at - breaker.per), at]
      if (failures.length >= breaker.failures) openedAt = at
    }
  }
  if (openedAt === undefined) return 'closed'
  return now >= openedAt + breaker.reset ? 'half_open' : 'open'
}

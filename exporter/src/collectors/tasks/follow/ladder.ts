// The snapshot ladder: up to which moment every transaction is known to have ended.

/** One look at the server: its clock, and the range of transactions that were under way. */
export interface Step {
  /** Unix seconds by the clock of the server. */
  readonly at: number
  /** Every transaction below has ended. */
  readonly xmin: bigint
  /** No transaction at or above had begun. */
  readonly xmax: bigint
}

const keptSteps = 300

export interface Ladder {
  steps: readonly Step[]
}

/**
 * Adds a step and gives the horizon: the newest step whose transactions have all ended by now. What they
 * wrote is visible to the snapshot of `step`; what is written later belongs to transactions begun since.
 */
export function climb(ladder: Ladder, step: Step): Step | undefined {
  ladder.steps = thin([...ladder.steps, step])
  const horizon = ladder.steps.findLast(({ xmax }) => xmax <= step.xmin)
  // Below the horizon nothing is asked for any more.
  if (horizon) ladder.steps = ladder.steps.filter(({ at }) => at >= horizon.at)
  return horizon
}

/** Under a transaction that stays open for hours the steps are spread over the whole time: coarser, never wrong. */
function thin(steps: readonly Step[]): readonly Step[] {
  const [first] = steps
  const last = steps.at(-1)
  if (!first || !last || steps.length <= keptSteps) return steps
  const spacing = (last.at - first.at) / (keptSteps / 2)
  let kept = -Infinity
  return steps.filter((step) => {
    const isKept = step === last || step.at - kept >= spacing
    if (isKept) kept = step.at
    return isKept
  })
}

// What was injected, what was said of it, and how often that was the same.
import type { Said } from './watch.ts'

export interface Expected {
  /** How the fault came into the world. */
  readonly fault: string
  readonly target: string
  readonly cause: string
  /** Another target that must be named as the one to repair, in the diagnosis of `victim`. */
  readonly victim?: string
  /** What must stand in the evidence or the summary. */
  readonly mentions?: string
}

export interface Score {
  judge(expected: Expected, said: readonly Said[]): void
  miss(expected: Expected, why: string): void
  /** Given all that is said of something that is well. */
  quiet(what: string, said: readonly Said[]): void
  /** Writes the last line; whether all is as it should be. */
  finish(): boolean
}

const atMostWrong = 1

export function keepScore(write: (line: string) => void): Score {
  let right = 0
  let faults = 0
  let isQuiet = true

  function count(expected: Expected, problem: string | undefined): void {
    faults += 1
    if (problem === undefined) right += 1
    const line = `${problem === undefined ? 'right' : 'WRONG'}  ${expected.fault}: ${expected.cause} of ${expected.target}`
    write(problem === undefined ? line : `${line}; ${problem}`)
  }

  return {
    judge: (expected, said) => count(expected, findProblem(expected, said)),
    miss: (expected, why) => count(expected, why),
    quiet(what, said) {
      for (const { target, cause } of said) write(`WRONG  ${what} is well, and yet: ${cause} of ${target}`)
      if (said.length > 0) isQuiet = false
      else write(`right  ${what} is well: nothing is said of it`)
    },
    finish() {
      write(`diagnosis ${right}/${faults}`)
      return isQuiet && faults >= 25 && faults - right <= atMostWrong
    },
  }
}

function findProblem(
  { target, cause, victim, mentions }: Expected,
  said: readonly Said[],
): string | undefined {
  // Worst first, victims last: whatever else is said stands behind the cause.
  const first = said.find((one) => one.target === target)
  if (!first) return `nothing is said of it`
  if (first.cause !== cause) return `it says ${first.cause}: ${first.summary}`
  if (mentions !== undefined && !JSON.stringify(first).includes(mentions))
    return `it does not mention ${mentions}: ${first.summary}`
  if (victim === undefined) return undefined
  const root = said.find((one) => one.target === victim)
  return root?.root_cause === target ? undefined : `${victim} blames ${root?.root_cause ?? 'nobody'}`
}
